"""What a letter may look like, and what a mail server's answer means. Pure."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

Consequence = Literal["retry", "stop", "fix settings"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class Unsendable(ValueError):
    """A letter that can never leave. The text names the part at fault and never repeats it."""


def check(to: str, subject: str, text: str) -> None:
    """Raise Unsendable unless `to` is one bare address and `subject` one line (so no header can be smuggled in)."""
    if len(to) > 320 or not _ADDRESS.fullmatch(to):
        raise Unsendable("the address of the letter is not one bare mail address")
    if not subject or len(subject) > 300 or _LINE_BREAKS.search(subject):
        raise Unsendable("the subject of the letter is empty, too long, or holds a control character")
    if not text.strip():
        raise Unsendable("the letter has no text")


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the letter with this key: always the same, so that a mail system can drop a second copy."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def consequence(code: int) -> Consequence:
    """What an SMTP reply code asks for (RFC 5321 §4.2.1): 5xx is final, except about our own login or sender."""
    if code in (530, 534, 535, 538):
        return "fix settings"
    return "stop" if 500 <= code < 600 else "retry"


@dataclass(frozen=True)
class Part:
    """A stretch of a letter's line; `link` if it is an address of our own, which a reader may follow."""

    text: str
    link: bool = False


def paragraphs(text: str, public_url: str) -> list[list[list[Part]]]:
    """The letter as paragraphs of lines of parts. Only addresses under `public_url` become links."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [[_parts(line, public_url) for line in block.split("\n")] for block in blocks]


def _parts(line: str, public_url: str) -> list[Part]:
    ours = re.compile(rf"{re.escape(public_url)}(?:/[^\s<>\"]*|(?![\w:@-]|\.\w))")
    parts, done = [], 0
    for match in ours.finditer(line):
        address = match.group().rstrip(".,;:!?)'")  # a sentence's end is not the address's
        parts += [Part(line[done : match.start()]), Part(address, link=True)]
        done = match.start() + len(address)
    return [part for part in [*parts, Part(line[done:])] if part.text]
