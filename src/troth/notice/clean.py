"""Texts as they may stand in any form: no control characters, no halves of characters, one line."""

import re

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


def clean(text: str) -> str:
    """The text with whatever no form can carry, line breaks included, turned into spaces."""
    return _FORBIDDEN.sub(" ", text)
