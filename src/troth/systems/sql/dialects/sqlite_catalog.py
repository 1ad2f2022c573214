"""What a SQLite file says of itself. CHECKs stand only in the text of CREATE TABLE: they are cut out of it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from troth.systems.sql.dialects.live import (
    Check,
    Family,
    LiveColumn,
    LiveTable,
    Seen,
    SeenKey,
    SeenTable,
    Unique,
    Wanted,
)  # fmt: skip

_COLUMNS = text("""
SELECT m.name, m.type, m.sql, p.name, p.type, p."notnull", p.pk, p.hidden
FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) p
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, p.cid
""")
_UNIQUE = text("""
SELECT m.name, i.name, i.origin, i.partial, x.sql, c.name, c.coll
FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) c
LEFT JOIN sqlite_schema x ON x.type = 'index' AND x.name = i.name
WHERE m.type = 'table' AND i."unique" AND c.key ORDER BY m.name, i.seq, c.seqno
""")
_KEYS = text("""
SELECT m.name, f.id, f."table", f."from", f."to", f.on_delete, f.on_update
FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq
""")
_LENGTH = re.compile(r"\((\d+)\)")
_TRIGGERS = text("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'")


def look(connection: Connection, wanted: Wanted) -> Seen:
    """Tables, columns, unique sets, CHECKs and foreign keys: four statements, however many tables."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(_COLUMNS):
        rows[row[0]].append(row)
    uniques = _uniques(connection, {name: [row[3] for row in columns] for name, columns in rows.items()})
    instead = _instead(connection)
    tables = {name: _table(columns, uniques.get(name, []), instead.get(name, 0)) for name, columns in rows.items()}
    seen = tuple(SeenTable("main", True, table) for table in tables.values())
    return Seen(seen, tuple(_keys(connection, tables)))


def _table(rows: list[Any], uniques: list[Unique], instead: int) -> LiveTable:
    name, kind, made, *_ = rows[0]
    # the key of a rowid table has no index of its own
    key = tuple(row[3] for row in sorted(rows, key=lambda row: row[6]) if row[6])
    if key and not any(one.primary for one in uniques):
        uniques = [Unique("primary key", key, primary=True), *uniques]
    alone = {u.columns[0] for u in uniques if len(u.columns) == 1 and not u.partial and not u.hidden}
    folded = _any_case(made)
    columns = {
        row[3]: LiveColumn(
            type=row[4].lower(),
            nullable=not row[5] and not (row[6] and "without rowid" in made.lower()),
            length=None,  # SQLite does not hold texts to their length
            primary=bool(row[6]),
            unique=row[3] in alone,
            generated=row[7] in (2, 3),
            name=row[3],
            family=_family(row[4]),
            spelled=row[4],
            any_case=row[3].lower() in folded,
        )
        for row in rows
    }
    checks = tuple(_checks(made, columns)) if kind == "table" else ()
    writes = kind == "table" or instead == 3
    return LiveTable(
        name, columns, kind="table" if kind == "table" else "view", writes=writes, uniques=tuple(uniques), checks=checks
    )


def _family(declared: str) -> Family:
    """By the words people use, then by SQLite's own rules of affinity."""
    name = declared.lower()
    for words, family in _WORDS:
        if any(word in name for word in words):
            return family
    scale = re.search(r"\(\s*\d+\s*,\s*(\d+)\s*\)", name)
    if "dec" in name or "numeric" in name:
        return "number" if scale and scale[1] != "0" else "whole"
    return "other"


_WORDS: tuple[tuple[tuple[str, ...], Family], ...] = (
    (("int",), "whole"),
    (("char", "clob", "text", "uuid", "guid"), "text"),  # a uuid is kept as text here
    (("json",), "json"),
    (("blob", "binary"), "binary"),
    (("real", "floa", "doub"), "number"),
    (("bool",), "boolean"),
    (("datetime", "timestamp"), "time"),
    (("date",), "date"),
)


def _uniques(connection: Connection, columns_of: dict[str, list[str]]) -> dict[str, list[Unique]]:
    grouped: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(_UNIQUE):
        grouped[row[0], row[1]].append(row)
    found: dict[str, list[Unique]] = defaultdict(list)
    for (table, name), rows in grouped.items():
        _, _, origin, partial, made, *_ = rows[0]
        hidden = any(row[5] is None for row in rows)
        columns = _read(made, columns_of[table]) if hidden and made else tuple(row[5] for row in rows)
        where = re.split(r"(?i)\bwhere\b", made, maxsplit=1)[-1].strip() if partial and made else None
        found[table].append(Unique(name, columns, origin == "pk", where, hidden))
    return found


def _read(made: str, columns: list[str]) -> tuple[str, ...]:
    """Columns that the text of a CREATE INDEX names behind its ON."""
    words = {_bare(token).lower() for token in _TOKENS.findall(re.split(r"(?i)\bon\b", made, maxsplit=1)[-1])}
    return tuple(column for column in columns if column.lower() in words)


def _instead(connection: Connection) -> dict[str, int]:
    """For each view, which writes a trigger carries out: 1 delete, 2 update."""
    found: dict[str, int] = defaultdict(int)
    for table, made in connection.execute(_TRIGGERS):
        if event := re.search(r"(?i)\binstead\s+of\s+(delete|update)\b", made):
            found[table] |= 1 if event[1].lower() == "delete" else 2
    return found


def _keys(connection: Connection, tables: dict[str, LiveTable]) -> Iterator[SeenKey]:
    grouped: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in connection.execute(_KEYS):
        grouped[row[0], row[1]].append(row)
    by_lower = {name.lower(): table for name, table in tables.items()}
    for (table, number), rows in grouped.items():
        _, _, target, _, _, deletes, updates = rows[0]
        there = by_lower.get(target.lower())
        implied = there.primary_key if there else ()
        others = tuple(row[4] for row in rows) if rows[0][4] else implied
        here = tuple(row[3] for row in rows)
        name = f"foreign key {number} of {table}"
        real = there.bare if there else target
        yield SeenKey(name, "main", table, here, "main", real, others, deletes.lower(), updates.lower())


# the text of CREATE TABLE: quoted names and texts, comments, words, single characters
_TOKENS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|\w+|\s+|.""", re.DOTALL
)


def _any_case(made: str) -> frozenset[str]:
    """Names of columns declared COLLATE NOCASE, in lower case: each stands at the start of its part of the text."""
    found: set[str] = set()
    for part in _parts(made):
        words = [t for t in part if not t.isspace() and not t.startswith(("--", "/*"))]
        folded = [w.lower() for w in words]
        if "collate" in folded and "nocase" in folded[folded.index("collate") :]:
            found.add(_bare(words[0]).lower())
    return frozenset(found)


def _parts(made: str) -> list[list[str]]:
    """What stands between the commas of the outermost brackets."""
    parts: list[list[str]] = [[]]
    depth = 0
    for one in _TOKENS.findall(made):
        depth -= one == ")"
        if depth == 1 and one == ",":
            parts.append([])
        elif depth >= 1:
            parts[-1].append(one)
        depth += one == "("
    return parts


def _checks(made: str, columns: dict[str, LiveColumn]) -> Iterator[Check]:
    """Every CHECK of a CREATE TABLE, with the columns it reads."""
    names = {name.lower(): name for name in columns}
    tokens = [t for t in _TOKENS.findall(made) if not t.startswith(("--", "/*"))]
    for start, token in enumerate(tokens):
        if token.lower() != "check":
            continue
        inside = _bracket(tokens[start + 1 :])
        used = dict.fromkeys(names[_bare(t).lower()] for t in inside if _bare(t).lower() in names)
        before = [t for t in tokens[:start] if not t.isspace()]
        named = len(before) > 1 and before[-2].lower() == "constraint"
        said = "".join(inside).strip()
        yield Check(_bare(before[-1]) if named else said, said, tuple(used))


def _bracket(tokens: list[str]) -> list[str]:
    """What stands in the bracket that opens first."""
    depth, inside = 0, []
    for one in tokens:
        depth -= one == ")"
        if depth == 0 and one == ")":
            break
        if depth:
            inside.append(one)
        depth += one == "("
    return inside


def _bare(token: str) -> str:
    """A name without its quotes; a text in single quotes is no name."""
    if token[:1] in ('"', "`"):
        return token[1:-1].replace(token[0] * 2, token[0])
    return token[1:-1] if token.startswith("[") else token
