"""Texts as YAML that a person can edit: plain where they can be, quoted where they must, folded if long. Pure."""

import json
import re
import textwrap
from collections.abc import Iterator

WIDTH = 120
_PLAIN = re.compile(r"[A-Za-zÀ-ɏ][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Plain scalars that some reader of YAML takes for something else than a text."""


def field(key: str, text: str, indent: str) -> Iterator[str]:
    """The lines of `key: text`, the first without its indent; what follows stands deeper than `indent`."""
    line = f"{key}: {scalar(text)}"
    if len(indent) + len(line) <= WIDTH or not _folds(text):
        yield line
        return
    yield f"{key}: >-"
    inner = f"{indent}  "
    for part in textwrap.wrap(text, WIDTH - len(inner), break_long_words=False, break_on_hyphens=False):
        yield f"{inner}{part}"


def scalar(text: str) -> str:
    """A text on one line."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    if plain and ": " not in text and " #" not in text and not text.endswith((":", " ")):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _folds(text: str) -> bool:
    """True if folding the text over lines and unfolding it again gives the same text."""
    return text.isprintable() and "  " not in text and text == text.strip() and not text.startswith("#")
