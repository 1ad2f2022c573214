"""CHECKs that one column alone decides: whether a mask can meet them, as far as their text lets us say.

Only plain forms are read: a list of allowed values, NOT NULL, an address's `%@%`, comparisons with a number. Whatever
else a CHECK says is asked of the rows themselves (`preflight`).
"""

import re
from collections.abc import Iterator

from troth.systems.sql.dialects.live import Check
from troth.systems.sql.mask import Assign
from troth.systems.sql.model import Fixed, Hashed, Null, Random
from troth.systems.sql.refuse_words import fixed, instead, there

_QUOTED = r"'((?:[^']|'')*)'"
_LIST = re.compile(rf"(?:=\s*any|in)\s*\(+(?:array\[)?((?:\s*(?:_utf8mb4)?{_QUOTED}(?:::[\w ]+)?\s*,?)+)\]?\)+", re.I)
_NOT_NULL = re.compile(r"\bis\s+not\s+null\b", re.I)
_LIKE = re.compile(r"(?:~~|\blike)\s*(?:_utf8mb4)?'%@[^']*'", re.I)
_OPERATOR = re.compile(r"(<=|>=|<>|!=|<|>)\s*\(?'?(-?\d+(?:\.\d+)?)\b", re.I)
_BOUND = re.compile(r"(?:\bor\b|\bcase\b|\bnot\b(?!\s+null)|\(\s*select\b)", re.I)
_CALL = re.compile(r"\b\w+\s*\((?!\s*array)", re.I)


def refused_by(check: Check, one: Assign, *, email: bool) -> tuple[str, str] | None:
    """(reason, proposal) where `check` is about this column alone and certainly refuses its mask."""
    if check.columns != (one.column,) or _BOUND.search(_without_texts(check.text)):
        return None
    if isinstance(one.mask, Null):
        # a function of the column may well be no NULL where the column is
        refuses = _NOT_NULL.search(_without_texts(check.text)) and not _CALL.search(_plain(check.text))
        return (f"the CHECK {check.name} refuses NULL", instead(one.live, email=email)) if refuses else None
    if allowed := _allowed(check.text):
        return _listed(check, one, allowed)
    if _LIKE.search(check.text) and not _has_at(one):
        better = "on_erase: {random: {suffix: '@erased.invalid'}}"
        return f"the CHECK {check.name} wants an address", f"{there(better)}, or delete the row"
    return _numbered(check, one, one.mask) if isinstance(one.mask, Fixed) else None


def _without_texts(said: str) -> str:
    return re.sub(_QUOTED, "''", said)


def _allowed(said: str) -> tuple[str, ...]:
    found = _LIST.search(said)
    if not found or re.search(r"\bnot\s+in\b|<>\s*all", said, re.I):
        return ()
    return tuple(one.replace("''", "'") for one in re.findall(_QUOTED, found[1]))


def _listed(check: Check, one: Assign, allowed: tuple[str, ...]) -> tuple[str, str] | None:
    if isinstance(one.mask, Fixed) and str(one.mask.fixed) in allowed:
        return None
    better = there("on_erase: null") if one.live.nullable else there(fixed(allowed[0]))
    return f"the CHECK {check.name} allows only {', '.join(allowed)}", f"{better}, or delete the row"


def _has_at(one: Assign) -> bool:
    if isinstance(one.mask, Random):
        return "@" in one.mask.random.suffix
    if isinstance(one.mask, Hashed):
        return "@" in one.mask.hash.suffix
    return isinstance(one.mask, Fixed) and "@" in str(one.mask.fixed)


def _numbered(check: Check, one: Assign, mask: Fixed) -> tuple[str, str] | None:
    """Comparisons of a number with a number."""
    if one.live.family not in ("whole", "number") or _CALL.search(_plain(check.text)):
        return None
    value, bounds = float(mask.fixed), list(_bounds(check.text))
    if all(_holds(value, operator, bound) for operator, bound in bounds):
        return None
    fitting = next((v for v in _near(bounds) if all(_holds(v, o, b) for o, b in bounds)), None)
    better = "on_erase: null" if one.live.nullable or fitting is None else fixed(int(fitting))
    return f"the CHECK {check.name} refuses {mask.fixed}", f"{there(better)}, or delete the row"


def _plain(said: str) -> str:
    """Without names in quotes and casts, which look like calls."""
    return re.sub(r"(?i)\bcheck\s*\(|::\w+|\band\s*\(", "(", re.sub(r'"[^"]*"|`[^`]*`', "c", said))


def _bounds(said: str) -> Iterator[tuple[str, float]]:
    for operator, number in _OPERATOR.findall(said):
        yield operator, float(number)
    for low, high in re.findall(r"(?i)\bbetween\s+(-?\d+)\s+and\s+(-?\d+)", said):
        yield from ((">=", float(low)), ("<=", float(high)))


def _near(bounds: list[tuple[str, float]]) -> Iterator[int]:
    for _, bound in bounds:
        yield from (int(bound), int(bound) + 1, int(bound) - 1)


def _holds(value: float, operator: str, bound: float) -> bool:
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
        "<>": value != bound, "!=": value != bound,
    }[operator]  # fmt: skip
