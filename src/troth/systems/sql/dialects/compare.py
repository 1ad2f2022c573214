"""Whether a looked-up column holds an identifier, so that the column's index serves.

The looked-up column always stands alone on its side; what it is compared with is brought into its type, and is NULL
where it cannot be. Where a column's own equality is looser than ours (`é` = `e` in many MySQL collations), the index
finds the candidates and a second condition decides.
"""

from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func

from troth.systems.sql.dialects.elements import (
    as_text,
    collated,
    digits_only,
    exactly,
    of_type,
    to_decimal,
    to_uuid,
    to_whole,
)
from troth.systems.sql.dialects.live import LiveColumn

Element = ColumnElement[Any]
Match = Literal["as it is", "any case", "digits"]


def holds(column: Element, live: LiveColumn, value: Element, match: Match = "as it is") -> ColumnElement[bool]:
    """Whether `column` holds the identifier `value` (text; for `any case` in lower case, for `digits` digits only)."""
    if live.family != "text":  # a number has no plus
        return _typed(column, live, func.replace(value, "+", "") if match == "digits" else value)
    if match == "digits":
        return digits_only(column) == value
    if match == "any case" and not live.any_case:
        return func.lower(column) == value
    return _text(column, live, value, any_case=match == "any case")


def _typed(column: Element, live: LiveColumn, text: Element) -> ColumnElement[bool]:
    if live.family == "whole":
        exact = live.type in ("numeric", "decimal", "number", "bignumeric")
        return column == (to_decimal(text) if exact else to_whole(text))
    if live.family == "uuid":
        return column == to_uuid(text)
    return as_text(column) == text


def _text(column: Element, live: LiveColumn, value: Element, *, any_case: bool) -> ColumnElement[bool]:
    if live.type == "citext":
        return column == of_type(value, "citext")
    if live.collation is None:
        return column == value
    found = column == collated(value, live.collation, live.charset)
    return and_(found, exactly(func.lower(column), func.lower(value)) if any_case else exactly(column, value))
