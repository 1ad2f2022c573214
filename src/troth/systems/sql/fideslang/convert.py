"""Datasets of a fideslang file → one `Dataset`: which tables there are, how they hang together, what goes unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from troth.systems.sql.fideslang import telling
from troth.systems.sql.fideslang.columns import Leaf, column, leaves
from troth.systems.sql.fideslang.links import Place, Tie, Ties, bundled, resolved
from troth.systems.sql.fideslang.masks import Role
from troth.systems.sql.fideslang.page import Page, Where
from troth.systems.sql.fideslang.shapes import Collection, Source
from troth.systems.sql.model import Act, Column, Composite, Dataset, Keep, Reference, Table


@dataclass
class Draft:
    """A collection on its way to a table."""

    at: Where
    collection: Collection
    schema: str | None
    leaves: list[Leaf]
    key: tuple[str, ...] = ()
    columns: dict[str, Column] = field(default_factory=dict)
    composite: list[Composite] = field(default_factory=list)


@dataclass
class Drafts:
    """Tables in the making, and those without personal data with the reason."""

    tables: dict[str, Draft] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


def converted(page: Page, sources: Sequence[tuple[Where, Source]], *, nested: bool) -> Dataset:
    """One dataset out of all `sources`. Problems and notes go to the page; problems raise DatasetError."""
    drafts = Drafts()
    for at, source in sources:
        telling.source(page, at, source)
        for index, collection in enumerate(source.collections):
            _collection(page, ((*at, "collections", str(index)), source, collection), drafts, nested=nested)
    links = resolved(page, drafts.places, [each.fides_key for _, each in sources])
    page.stop()
    _columns(page, drafts, links)
    _leave_out(page, drafts, links)
    if not any(each.identity for draft in drafts.tables.values() for each in draft.columns.values()):
        page.problem((), "no field is an `identity`: nobody could be found")
    page.stop()
    reached = _reached(drafts.tables)
    tables = {name: _table(page, draft, name in reached) for name, draft in drafts.tables.items()}
    return Dataset.model_validate({"title": _title(sources), "tables": tables, "other_tables": drafts.other})


def _collection(page: Page, placed: tuple[Where, Source, Collection], drafts: Drafts, *, nested: bool) -> None:
    at, source, collection = placed
    telling.collection(page, at, source.fides_key, collection)
    name, schema = collection.name, source.schema_name
    if name in drafts.places and schema and drafts.places[name].dataset != source.fides_key:
        name, schema = f"{schema}.{name}", None  # two schemas have a table of that name
    if name in drafts.places:
        page.problem(at, f"`{name}` is there twice")
    elif collection.fides_meta.skip_processing:
        drafts.places[name] = Place(source.fides_key, collection.name, None)
        drafts.other[name] = "skip_processing: the fideslang file says so"
        page.note(at, "skip_processing: nobody is looked for there")
    else:
        found = list(leaves(collection, at, source.data_categories, nested=nested))
        drafts.places[name] = Place(source.fides_key, collection.name, found)
        schema = None if "." in name else schema  # the name says it itself
        drafts.tables[name] = Draft(at, collection, schema, found)
        _told(page, drafts.tables[name], nested=nested)


def _told(page: Page, draft: Draft, *, nested: bool) -> None:
    """Says what of the fields has no place here, and which names are there twice."""
    names: set[str] = set()
    if not draft.leaves:
        page.problem(draft.at, "has no fields")
    for leaf in draft.leaves:
        telling.field(page, leaf, nested=nested)
        if leaf.name in names:
            page.problem(leaf.at, f"`{leaf.name}` is there twice")
        names.add(leaf.name)


def _columns(page: Page, drafts: Drafts, links: Ties) -> None:
    pointed = {(one.table, one.column) for each in links.values() for one in each}
    for name, draft in drafts.tables.items():
        draft.key, single = _key(page, draft)
        for leaf in draft.leaves:
            place = (name, leaf.name)
            ties = any(one.direction == "from" for one in links.get(place, ()))
            role = Role(key=single and leaf.name in draft.key, ties=ties, pointed=place in pointed)
            draft.columns[leaf.name] = column(page, leaf, role)


def _leave_out(page: Page, drafts: Drafts, links: Ties) -> None:
    """Writes the references in; tables that only others point to, and that hold nothing personal, are left out."""
    every = [one for each in links.values() for one in each]
    for name, draft in list(drafts.tables.items()):
        looked_up = any(one.direction == "from" for column in draft.columns for one in links.get((name, column), ()))
        if not looked_up and not any(each.item for each in draft.columns.values()):
            drafts.other[name] = "no column of it is classed as personal"
            del drafts.tables[name]
            if any(one.table == name for one in every):
                page.note(draft.at, "holds nothing personal: references to it are left out")
    kept = {
        (table, name): tuple(one for one in references if one.table in drafts.tables)
        for (table, name), references in links.items()
        if table in drafts.tables
    }
    _tie_together(page, drafts, kept)
    for (table, name), references in kept.items():
        _tie(drafts.tables[table], name, references)


def _tie_together(page: Page, drafts: Drafts, ties: Ties) -> None:
    """Writes references over a key of several columns in, and takes them out of `ties`."""
    keys = {
        name: frozenset(leaf.name for leaf in draft.leaves if leaf.meta.primary_key)
        for name, draft in drafts.tables.items()
    }
    for one in list(bundled(ties, keys)):
        draft = drafts.tables[one.table]
        written = {"table": one.other, "columns": one.columns, "direction": one.direction}
        draft.composite.append(Composite.model_validate(written))
        names = ", ".join(one.columns)
        page.note(draft.at, f"{names}: compared together, since the key they refer over has several columns")
        for mine, theirs in one.columns.items():
            taken = Tie(one.other, theirs, one.direction)
            ties[one.table, mine] = tuple(each for each in ties[one.table, mine] if each != taken)


def _tie(draft: Draft, name: str, ties: tuple[Tie, ...]) -> None:
    """Writes references at the column; those to a part of a document at the table, where names need no splitting."""
    whole = [{"column": f"{t.table}.{t.column}", "direction": t.direction} for t in ties if "." not in t.column]
    if whole:
        references = tuple(Reference.model_validate(one) for one in whole)
        draft.columns[name] = draft.columns[name].model_copy(update={"references": references})
    parts = [(t.table, {name: t.column}, t.direction) for t in ties if "." in t.column]
    written = [{"table": table, "columns": columns, "direction": towards} for table, columns, towards in parts]
    draft.composite += [Composite.model_validate(one) for one in written]


def _reached(drafts: dict[str, Draft]) -> set[str]:
    """Tables that an identity leads to."""
    leads: dict[str, set[str]] = {name: set() for name in drafts}
    for name, draft in drafts.items():
        ties: list[Reference | Composite] = [one for each in draft.columns.values() for one in each.references]
        for reference in ties + draft.composite:
            feeder, fed = (reference.table, name) if reference.direction == "from" else (name, reference.table)
            leads[feeder].add(fed)
    reached = {name for name, draft in drafts.items() if any(c.identity for c in draft.columns.values())}
    while more := set().union(*(leads[name] for name in reached)) - reached:
        reached |= more
    return reached


def _table(page: Page, draft: Draft, reached: bool) -> Table:
    act: Act = "delete" if draft.collection.fides_meta.masking_strategy_override else "anonymise"
    if not reached:
        act = Keep(keep="no identity leads to these rows: the fideslang file ties them to nothing")
        page.note(draft.at, "no identity leads here: nobody's rows are found in it; give it an identity or references")
    written = {
        "schema": draft.schema,
        "key": draft.key,
        "columns": draft.columns,
        "on_erase": act,
        "references": draft.composite,
    }
    return Table.model_validate(written)


def _key(page: Page, draft: Draft) -> tuple[tuple[str, ...], bool]:
    """The key, and whether it is one that the file or its name makes a key: all columns together are none."""
    names = [leaf.name for leaf in draft.leaves]
    key = tuple(leaf.name for leaf in draft.leaves if leaf.meta.primary_key)
    if key:
        return key, True
    usual = next((name for name in ("id", "_id") if name in names), None)
    key = (usual,) if usual else tuple(names)
    page.note(draft.at, f"no field is a `primary_key`: taken as {', '.join(key)}; correct it if rows share that")
    return key, usual is not None


def _title(sources: Sequence[tuple[Where, Source]]) -> str:
    return " and ".join((source.name or source.fides_key).strip() or source.fides_key for _, source in sources)
