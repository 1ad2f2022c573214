"""Lines as editors and code hosts count them."""

import re
from bisect import bisect_right

BREAK = re.compile(r"\r\n|\n|\r")
MORE = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Characters at which Python, YAML 1.1 or both break a line, and editors do not."""


def lines(text: str) -> list[str]:
    """The lines of a text, broken at CR, LF and CR LF only, without their ends; none for an empty text."""
    if not MORE.search(text):
        return text.splitlines()
    found = BREAK.split(text)
    return found[:-1] if not found[-1] else found


class Starts:
    """Where the lines of a text begin, to find the line of a character."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(found.end() for found in BREAK.finditer(text))]

    def at(self, index: int) -> tuple[int, int]:
        """Line and column of the character at `index`, all counted from 0."""
        line = bisect_right(self.starts, index) - 1
        return line, index - self.starts[line]
