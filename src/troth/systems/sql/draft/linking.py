"""How tables hang together: foreign keys, and columns named after other tables, as references. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from troth.systems.sql.draft.looking import Key, Looked
from troth.systems.sql.draft.patterns import names_a_worker, names_staff, words
from troth.systems.sql.model import Composite, Reference

Place = tuple[str, str]


@dataclass
class Linked:
    """`reached`: tables an identity leads to; references of columns and of tables; `tying`: columns that say whose
    row it is; `work`: those that say who worked on it; comments on what was guessed or left out."""

    reached: set[str]
    references: dict[Place, tuple[Reference, ...]] = field(default_factory=dict)
    composite: dict[str, list[Composite]] = field(default_factory=dict)
    tying: set[Place] = field(default_factory=set)
    work: set[Place] = field(default_factory=set)
    comments: dict[tuple[str, str | None], str] = field(default_factory=dict)


def linked(looked: Looked, people: frozenset[str]) -> Linked:
    """References from the tables in which people are found to everything that is theirs.

    Rows that point at a person's rows are theirs (`from`). What their rows point at is theirs too (`to`) where it
    holds personal data and nobody is found there. Rows of a colleague's work are not the colleague's: such a key is
    left out where another one says whose row it is.
    """
    keys = [*looked.keys, *_guessed(looked)]
    links = Linked(set(people))
    owned = _owned(keys, links)
    for key in keys:
        if key.target == key.table:
            _comment(links, key, "points at its own table: left out; add a reference if such rows are one person's")
        elif key.target in owned:
            if _anothers_work(key, keys, owned, people):
                links.work |= {(key.table, column) for column in key.columns}
            elif says := _by_the_way(key, keys, people):
                _comment(links, key, f"points at {key.target}: left out, since {says} whose row it is")
            else:
                _add(links, key, "from")
    _details(looked, keys, links, owned)
    return links


def _owned(keys: list[Key], links: Linked) -> set[str]:
    """Tables whose rows point, over however many others, at a row in which a person is found."""
    while more := {k.table for k in keys if k.target in links.reached and k.target != k.table} - links.reached:
        links.reached |= more
    return set(links.reached)


def _works(key: Key) -> bool:
    """Whether the key names who worked on a row."""
    return names_staff(key.target) or any(map(names_a_worker, key.columns))


def _anothers_work(key: Key, keys: list[Key], owned: set[str], people: frozenset[str]) -> bool:
    """Whether the key names who worked on the row, and something else says whose row it is."""
    others = [k for k in keys if k.table == key.table and k.target in owned and k.target != key.table and not _works(k)]
    return _works(key) and (bool(others) or key.table in people)


def _by_the_way(key: Key, keys: list[Key], people: frozenset[str]) -> str | None:
    """Why a key to somebody's belongings does not say whose row it is: something says that directly.

    A comment is its author's, not of whoever wrote the post under which it stands.
    """
    if key.target in people:
        return None
    if key.table in people:
        return "its own identity says"
    direct = [k for k in keys if k.table == key.table and k.target in people and not _works(k)]
    return f"`{direct[0].columns[0]}` says" if direct else None


def _details(looked: Looked, keys: list[Key], links: Linked, owned: set[str]) -> None:
    """What reached rows point at, where it is personal or leads to something that is."""
    while ahead := [
        key
        for key in keys
        if key.table in links.reached and key.target not in owned and not _done(links, key)
        and _matters(looked, keys, key.target, frozenset())
    ]:  # fmt: skip
        for key in ahead:
            _add(links, key, "to")
            links.reached.add(key.target)


def _done(links: Linked, key: Key) -> bool:
    if len(key.columns) > 1:
        return any(one.table == key.target for one in links.composite.get(key.table, ()))
    return (key.table, key.columns[0]) in links.references


def _matters(looked: Looked, keys: list[Key], table: str, seen: frozenset[str]) -> bool:
    if any(looked.verdicts[table, column].item for column in looked.tables[table].columns):
        return True
    further = {key.target for key in keys if key.table == table} - seen - {table}
    return any(_matters(looked, keys, one, seen | {table}) for one in sorted(further))


def _add(links: Linked, key: Key, direction: str) -> None:
    if direction == "from":
        links.tying |= {(key.table, column) for column in key.columns}
    if len(key.columns) == 1:
        place = (key.table, key.columns[0])
        written = {"column": f"{key.target}.{key.targets[0]}", "direction": direction}
        links.references[place] = (*links.references.get(place, ()), Reference.model_validate(written))
    else:
        together = dict(zip(key.columns, key.targets, strict=True))
        written_many = {"table": key.target, "columns": together, "direction": direction}
        links.composite.setdefault(key.table, []).append(Composite.model_validate(written_many))
    if key.guessed:
        _comment(links, key, "reference guessed from the name")


def _comment(links: Linked, key: Key, text: str) -> None:
    place = (key.table, key.columns[0])
    links.comments[place] = "; ".join(filter(None, (links.comments.get(place), text)))


def _guessed(looked: Looked) -> Iterator[Key]:
    """Columns without a foreign key that are named after the key of another table: `customer_id` → `customers.id`."""
    known = {(key.table, column) for key in looked.keys for column in key.columns}
    targets = dict(_targets(looked))
    for name, table in looked.tables.items():
        for column, live in table.columns.items():
            if (name, column) in known or live.family not in ("whole", "uuid", "text"):
                continue
            target = _meant(words(column), targets, name)
            if target is None:
                continue
            key = looked.tables[target].primary_key[0]
            if looked.tables[target].columns[key].family == live.family:
                yield Key(name, (column,), target, (key,), guessed=True)


_KEYS = ("id", "nr", "no", "key", "uuid")


def _targets(looked: Looked) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a column that points at a table would be called, in words → the table."""
    for name, table in looked.tables.items():
        if len(table.primary_key) != 1:
            continue
        key = words(table.primary_key[0])
        bare = words(table.bare)
        for one in _singular(bare):
            yield (*one, key[0] if len(key) == 1 and key[0] in _KEYS else "id"), name
        if len(key) > 1:
            yield key, name


def _singular(bare: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    last = bare[-1] if bare else ""
    yield bare
    for end, instead in (("ies", "y"), ("ses", "s"), ("s", ""), ("en", ""), ("n", "")):
        if last.endswith(end) and len(last) > len(end) + 2:
            yield (*bare[:-1], last.removesuffix(end) + instead)


def _meant(column: tuple[str, ...], targets: Mapping[tuple[str, ...], str], table: str) -> str | None:
    """The table whose key the column's words end with; the longest match wins."""
    for start in range(len(column) - 1):
        found = targets.get(column[start:])
        if found is not None:
            return found if found != table or start > 0 else None
    return None
