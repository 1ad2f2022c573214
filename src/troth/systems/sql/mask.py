"""What erasure writes into a column, as SQL: pure."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, LargeBinary, String, and_, bindparam, case, null
from sqlalchemy.sql.expression import false, true

from troth.systems.sql.dialects.elements import (
    as_text,
    constant,
    keyed_hash,
    left_text,
    of_type,
    random_text,
    starts_with,
)
from troth.systems.sql.dialects.live import LiveColumn
from troth.systems.sql.model import Fixed, Hashed, Keep, Null, Random, Table

MARK = "erased-"
SHORTEST = 16  # characters of a random or hashed text under which two rows might meet
LONGEST = {"random": 32, "hash": 64}

Element = ColumnElement[Any]


@dataclass(frozen=True)
class Right:
    """A correction: the right value, bound as parameter `name`."""

    name: str


Value = Null | Fixed | Random | Hashed | Right


@dataclass(frozen=True)
class Assign:
    """What is written into one column; `kind` in a word."""

    column: str
    kind: str
    mask: Value
    live: LiveColumn

    def value(self, here: Element) -> Element:
        """The new value of column `here`."""
        if isinstance(self.mask, Null):
            return null()
        if isinstance(self.mask, Fixed | Right):
            return _constant(self.mask, self.live)
        return case((self.changes(here), _text(self.mask, here, self.live)), else_=here)

    def changes(self, here: Element) -> ColumnElement[bool]:
        """Whether the row is not as it should be: doing it twice changes nothing."""
        if isinstance(self.mask, Null):
            return here.is_not(None)
        if isinstance(self.mask, Fixed | Right):
            right = _constant(self.mask, self.live)
            if self.live.family in ("json", "other"):  # not every type can be compared
                return as_text(here).is_distinct_from(as_text(right))
            return here.is_distinct_from(right)
        # an empty column stays empty, and what is masked already stays as it is
        return and_(here.is_not(None), ~starts_with(here, MARK))


def masks(table: Table, act: str) -> dict[str, Value]:
    """Column → what to write there, for `anonymise` and `unlink`. Columns kept with reason are absent."""
    chosen: dict[str, Value] = {}
    for name, column in table.columns.items():
        links = table.links(name)
        concerned = links if act == "unlink" else bool(column.item or links or column.on_erase)
        mask = column.on_erase or Null()
        if concerned and not isinstance(mask, Keep):
            chosen[name] = mask
    return chosen


def assign(column: str, value: Value, live: LiveColumn) -> Assign:
    kinds = {Null: "null", Fixed: "fixed", Right: "corrected", Random: "random", Hashed: "hash"}
    return Assign(column, kinds[type(value)], value, live)


def _suffix(mask: Random | Hashed) -> str:
    return (mask.random if isinstance(mask, Random) else mask.hash).suffix


def _text(mask: Random | Hashed, here: Element, live: LiveColumn) -> Element:
    room = _room(live, mask)
    if isinstance(mask, Random):
        text = random_text(room)
    else:
        inner, outer = (bindparam(name, type_=LargeBinary, required=False) for name in ("inner_key", "outer_key"))
        text = left_text(keyed_hash(here if live.family == "text" else as_text(here), inner, outer), room)
    marked: Element = constant(MARK) + text
    suffix = _suffix(mask)
    return marked + constant(suffix) if suffix else marked


def _constant(value: Fixed | Right, live: LiveColumn) -> Element:
    """A constant of the dataset file, written out; or a person's right value, bound."""
    if isinstance(value, Right):
        return of_type(bindparam(value.name, type_=String, required=False), live.spelled or live.type)
    if live.family == "boolean" and isinstance(value.fixed, bool):
        return true() if value.fixed else false()
    fixed = str(int(value.fixed)) if isinstance(value.fixed, bool) and live.family == "whole" else str(value.fixed)
    return of_type(constant(fixed), live.spelled or live.type)


def _room(live: LiveColumn, mask: Random | Hashed) -> int:
    """Characters left for the random part; `refuse` has seen to it that they suffice."""
    most = LONGEST["random" if isinstance(mask, Random) else "hash"]
    whole = most if live.length is None else live.length - len(MARK) - len(_suffix(mask))
    return max(0, min(most, whole))


def fits(value: Value, live: LiveColumn) -> bool:
    """Whether a random or hashed text is long enough to be unique in this column."""
    if isinstance(value, Random | Hashed):
        return _room(live, value) >= SHORTEST
    if isinstance(value, Fixed) and live.length is not None:
        return len(str(value.fixed)) <= live.length
    return True


def changed(assigns: tuple[Assign, ...], columns: FromClause) -> ColumnElement[bool]:
    """Whether any of `assigns` would change a row."""
    found: ColumnElement[bool] = true()
    for place, one in enumerate(assigns):
        here = one.changes(columns.c[one.live.name or one.column])
        found = here if place == 0 else found | here
    return found
