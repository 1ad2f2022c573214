"""How a text is written: on one line if it fits, else folded over lines. What it says never changes."""

import json
import re
import textwrap

from troth.policy.format.nodes import Scalar

LEAST = 40
"""Characters a folded text has room for, however deep it stands."""

ODD = re.compile("[^ \n!-~\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that folding may lose, or that only a quoted text can hold."""


def one_line(scalar: Scalar) -> str | None:
    """The scalar on one line; None if it cannot stand there."""
    if scalar.style in ("|", ">"):
        return None
    if "\n" not in scalar.raw:
        return scalar.raw
    parts = [part.strip() for part in scalar.raw.split("\n")]
    if "" in parts or any(part.endswith("\\") for part in parts):
        return None
    return " ".join(parts)


def key(scalar: Scalar) -> str:
    """The scalar as a key: on one line, in quotes of its own if need be."""
    text = one_line(scalar)
    return scalar.mark + (_quoted(scalar.value) if text is None else text)


def _quoted(value: str) -> str:
    return ODD.sub(lambda odd: f"\\U{ord(odd[0]):08x}", json.dumps(value, ensure_ascii=False))


def lines(scalar: Scalar, *, room: int, indent: int, width: int) -> list[str]:
    """The scalar as lines: the first goes behind its key, the others stand by themselves, indented.

    `room`: characters left on the line of the key.
    """
    if scalar.style in ("|", ">"):
        return _block(scalar, indent)
    one = one_line(scalar)
    if one is not None and len(one) <= room:
        return [one]
    words = _folded(scalar.value, max(LEAST, width - indent))
    if words is not None and (len(words) > 1 or one is None):
        return [">-", *(" " * indent + word if word else "" for word in words)]
    return [one] if one is not None else _verbatim(scalar.raw, indent)


def _folded(value: str, width: int) -> list[str] | None:
    """The lines of a `>-` scalar that says `value`; None if none does."""
    if not value or ODD.search(value) or value != value.strip() or re.search(r"  |\n | \n", value):
        return None
    found: list[str] = []
    for number, paragraph in enumerate(value.split("\n")):
        if number:
            found.append("")
        found += textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False)
    return found


def _verbatim(raw: str, indent: int) -> list[str]:
    first, *rest = [line.strip() for line in raw.split("\n")]
    return [first, *(" " * indent + line if line else "" for line in rest)]


def _block(scalar: Scalar, indent: int) -> list[str]:
    """A `|` or `>` with its own lines, indented anew."""
    head, *content = scalar.raw.split("\n")
    if content and not content[-1].strip():
        content.pop()  # what follows the last line end
    head = head.split("#")[0]
    chomp = "+" if "+" in head else "-" if "-" in head else ""
    if chomp != "+":
        while content and not content[-1].strip():
            content.pop()
    first = scalar.value.lstrip("\n")
    lead = len(first) - len(first.lstrip(" "))
    full = next((line for line in content if line.strip()), "")
    given = len(full) - len(full.lstrip(" ")) - lead
    kept = [line[given:] for line in content]
    digit = "2" if lead else ""
    return [f"{scalar.style}{digit}{chomp}", *(" " * indent + line if line else "" for line in kept)]
