"""What erasure writes into a column, as SQL: pure."""

from dataclasses import dataclass

from psycopg import sql

from troth.systems.sql.catalog import LiveColumn
from troth.systems.sql.compose import ident, literal
from troth.systems.sql.model import Fixed, Hashed, Keep, Null, Random, Table

MARK = "erased-"
SHORTEST = 16  # characters of a random or hashed text under which two rows might meet

_RANDOM = "replace(gen_random_uuid()::text, '-', '')"
# HMAC (RFC 2104) out of the server's own sha256: no extension needed. The padded keys are bound, not written.
_HMAC = "encode(sha256(%(outer_key)s::bytea || sha256(%(inner_key)s::bytea || convert_to(t.{}::text, 'UTF8'))), 'hex')"


@dataclass(frozen=True)
class Assign:
    """`column = value` where `changes` holds, so that doing it twice changes nothing."""

    column: str
    kind: str
    value: sql.Composable
    changes: sql.Composable


@dataclass(frozen=True)
class Right:
    """A correction: the right value, bound as parameter `name`."""

    name: str


Value = Null | Fixed | Random | Hashed | Right


def masks(table: Table, act: str) -> dict[str, Value]:
    """Column → what to write there, for `anonymise` and `unlink`. Columns kept with reason are absent."""
    chosen: dict[str, Value] = {}
    for name, column in table.columns.items():
        concerned = column.links if act == "unlink" else bool(column.item or column.links or column.on_erase)
        mask = column.on_erase or Null()
        if concerned and not isinstance(mask, Keep):
            chosen[name] = mask
    return chosen


def assign(column: str, value: Value, live: LiveColumn) -> Assign:
    """The SQL of one mask on one column of table alias `t`."""
    here = sql.SQL("t.{}").format(ident(column))
    if isinstance(value, Null):
        return Assign(column, "null", sql.SQL("null"), sql.SQL("{} is not null").format(here))
    if isinstance(value, Fixed | Right):
        return _constant(column, value, here, live)
    suffix = (value.random if isinstance(value, Random) else value.hash).suffix
    text = sql.SQL(_RANDOM) if isinstance(value, Random) else sql.SQL(_HMAC).format(ident(column))
    room = _room(live, suffix)
    text = sql.SQL("{} || left({}, {}) || {}").format(literal(MARK), text, sql.Literal(room), literal(suffix))
    # an empty column stays empty, and what is masked already stays as it is
    changes = sql.SQL("{} is not null and not starts_with({}, {})").format(here, here, literal(MARK))
    kind = "random" if isinstance(value, Random) else "hash"
    return Assign(column, kind, sql.SQL("case when {} then {} else {} end").format(changes, text, here), changes)


def _constant(column: str, value: Fixed | Right, here: sql.Composable, live: LiveColumn) -> Assign:
    bound = sql.Placeholder(value.name) if isinstance(value, Right) else literal(str(value.fixed))
    type_name = "bpchar" if live.type == "character" else live.type  # `character` alone would mean one character
    typed = sql.SQL("{}::{}").format(bound, sql.SQL(type_name))  # the catalog's own name
    kind = "corrected" if isinstance(value, Right) else "fixed"
    return Assign(column, kind, typed, sql.SQL("{} is distinct from {}").format(here, typed))


def _room(live: LiveColumn, suffix: str) -> int:
    """Characters left for the random part; `refuse` has seen to it that they suffice."""
    whole = 64 if live.length is None else live.length - len(MARK) - len(suffix)
    return max(0, min(64, whole))


def fits(value: Value, live: LiveColumn) -> bool:
    """Whether a random or hashed text is long enough to be unique in this column."""
    if isinstance(value, Random | Hashed):
        suffix = (value.random if isinstance(value, Random) else value.hash).suffix
        return _room(live, suffix) >= SHORTEST
    if isinstance(value, Fixed) and live.length is not None:
        return len(str(value.fixed)) <= live.length
    return True
