"""Plain scalars by the core rules of YAML 1.2: `NO` is Norway, `yes` is a word, a date is a text."""

import re

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
STARTS = frozenset("0123456789+-.")
LARGEST = 2**53 - 1
"""RFC 8785 (canonical JSON) knows no larger whole number."""

Scalar = str | int | float | bool | None


def resolve(text: str) -> Scalar:
    """What a plain (unquoted) scalar stands for. Numbers too large to be exact stay texts."""
    if text in NULLS:
        return None
    if text in FLAGS:
        return FLAGS[text]
    if text[0] not in STARTS or len(text) > 32:
        return text
    if INTEGER.fullmatch(text):
        number = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        return number if abs(number) <= LARGEST else text
    if FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
