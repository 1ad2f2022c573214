"""The log in PostgreSQL: the few statements that place entries and read the tree. Private to this room."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from troth import prepared
from troth.evidence.merkle import Coordinate, Frontier, Node, cover, fold
from troth.evidence.values import LogDamaged

LOCK = 0x74726F74685F6C67  # one sequencer at a time in a database; writers never take it
WINDOW = 5_000

Row = tuple[str | None, bytes, bytes]
"""Pseudonym, body, leaf hash."""

_INSERT_ONE = """
insert into evidence_entry (kind, at, person, body, leaf_hash) values (%s, %s, %s, %s, %s) returning id
"""
_INSERT = """
insert into evidence_entry (kind, at, person, body, leaf_hash)
select %s, %s, entry.person, entry.body, entry.leaf_hash
from unnest(%s::text[], %s::bytea[], %s::bytea[]) with ordinality as entry (person, body, leaf_hash, nth)
order by entry.nth
returning id
"""
PART = """
insert into evidence_entry (kind, at, person, body, leaf_hash)
select %s::text, %s::timestamptz, %s::text, %s::bytea, %s::bytea
"""
_PLACE = """
with batch as (
    select id, row_number() over (order by id) as nth
    from evidence_entry where position is null order by id limit %s
)
update evidence_entry as entry set position = %s + batch.nth - 1
from batch where entry.id = batch.id
returning entry.position, entry.leaf_hash
"""
_ADD_NODES = """
insert into evidence_node (level, index, hash)
select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])
"""
_HASHES = """
select node.level, node.index, node.hash
from unnest(%s::smallint[], %s::bigint[]) as wanted (level, index)
join evidence_node as node on node.level = wanted.level and node.index = wanted.index
union all
select 0, position, leaf_hash from evidence_entry where position = any(%s::bigint[])
"""
_EXTENT = """
select coalesce((select max(position) + 1 from evidence_entry), 0),
       coalesce((select max(size) from evidence_checkpoint), 0),
       coalesce((select 2 * (max(index) + 1) from evidence_node where level = 1), 0)
"""
_WRONG_NODES = """
select wanted.level, wanted.index
from unnest(%s::smallint[], %s::bigint[], %s::bytea[]) as wanted (level, index, hash)
left join evidence_node as node on node.level = wanted.level and node.index = wanted.index
where node.hash is distinct from wanted.hash
order by wanted.level, wanted.index
"""


@dataclass(frozen=True)
class Extent:
    """How far each table reaches, in entries, seen in one snapshot."""

    placed: int
    signed: int
    treed: int

    def problem(self) -> str | None:
        """Why these do not fit together, or None. Lost entries at the end show here."""
        if self.placed < self.signed:
            return f"the log holds {self.placed} entries, but a checkpoint of {self.signed} was signed"
        if self.placed < self.treed:
            return f"the log holds {self.placed} entries, but its tree covers {self.treed}"
        return None


def fetch(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def insert(kind: str, at: datetime, rows: Sequence[Row]) -> list[int]:
    """Write entries without a place, in one statement; their ids, in the order of `rows`."""
    if len(rows) == 1:
        return [id for (id,) in prepared.rows(_INSERT_ONE, [kind, at, *rows[0]])]
    return [id for (id,) in fetch(_INSERT, [kind, at, *_columns(rows)])] if rows else []


def lock() -> None:
    """Wait to be the only sequencer, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])


def extent() -> Extent:
    """How far the log reaches."""
    return Extent(*fetch(_EXTENT, [])[0])


def sound_size() -> int:
    """Number of placed entries. Raises LogDamaged if the log is shorter than what was signed or hashed."""
    found = extent()
    if problem := found.problem():
        raise LogDamaged(f"{problem}; run `troth evidence audit`")
    return found.placed


def place(size: int, limit: int) -> list[bytes]:
    """Give up to `limit` unplaced entries, in id order, the places from `size` on; their leaf hashes in that order."""
    return [bytes(leaf) for _, leaf in sorted(fetch(_PLACE, [limit, size]))]


def add_nodes(nodes: Sequence[Node]) -> None:
    """Store complete subtrees."""
    if nodes:
        with connection.cursor() as cursor:
            cursor.execute(_ADD_NODES, _columns(nodes))


def wrong_nodes(nodes: Sequence[Node]) -> list[Coordinate]:
    """Those of `nodes` that are not stored, or are stored with another hash."""
    return [Coordinate(*row) for row in fetch(_WRONG_NODES, _columns(nodes))] if nodes else []


def _columns(nodes: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*nodes, strict=True)]


def hashes(wanted: Iterable[Coordinate]) -> dict[Coordinate, bytes]:
    """Hashes of complete subtrees and leaves, in one statement. Raises LogDamaged if one is not stored."""
    unique = set(wanted)
    inner = [at for at in unique if at.level]
    leaves = [at.offset for at in unique if not at.level]
    rows = fetch(_HASHES, [[at.level for at in inner], [at.offset for at in inner], leaves])
    found = {Coordinate(level, index): bytes(value) for level, index, value in rows}
    if missing := unique - found.keys():
        first = min(missing)
        raise LogDamaged(f"tree node {first.level}/{first.offset} is missing; run `troth evidence audit`")
    return found


def range_roots(ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
    """Root of each range of leaves, in one statement. Raises LogDamaged if a node is missing."""
    covers = [tuple(cover(start, end)) for start, end in ranges]
    found = hashes(at for places in covers for at in places)
    return tuple(fold([found[at] for at in places]) for places in covers)


def frontier(size: int) -> Frontier:
    """The right edge of the stored tree of `size` entries. Raises LogDamaged if a node is missing."""
    places = list(cover(0, size))
    found = hashes(places)
    return Frontier(size, [found[at] for at in places])


def windows(size: int) -> Iterator[tuple[int, int]]:
    """[start, end) of each stretch of positions to read at a time, so that memory stays flat."""
    for start in range(0, size, WINDOW):
        yield start, min(start + WINDOW, size)
