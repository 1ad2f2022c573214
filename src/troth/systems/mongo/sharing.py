"""Documents that another person reaches too: which they are, before anything is written. Pure but for `ask`.

A document that says itself whose it is, is theirs, whoever else leads to it. Of the others, those are shared that a
document outside the reached ones leads to, and whatever a shared document leads to in turn.
"""

from collections.abc import Iterator, Mapping

from troth.systems.mongo.paths import Document, token
from troth.systems.mongo.reaching import Ask, Held, Key, combined, identities, key_of, naming
from troth.systems.mongo.spelling import alternatives, is_masked_text
from troth.systems.sql.graph import ByLink, Way, ways
from troth.systems.sql.model import Dataset

Shared = dict[str, set[Key]]
Cells = tuple[str, ...]


def shared(dataset: Dataset, held: Mapping[str, Held], ask: Ask) -> Shared:
    """Reached documents that are to be kept because they are another person's too, by collection."""
    every = ways(dataset)
    found = {table: set(each.several) for table, each in held.items()}
    for table, way in _links(every, held):
        if not _only_one(dataset, len(every[table]), way):
            found[table] |= set(_from_outside(every, held, (table, way), ask))
    again = True
    while again:
        new = [_hand_on(every, held, one, found) for one in _links(every, held)]
        again = any(new)
    return {table: keys for table, keys in found.items() if keys and dataset.tables[table].shared == "keep"}


def _links(every: Mapping[str, tuple[Way, ...]], held: Mapping[str, Held]) -> Iterator[tuple[str, ByLink]]:
    for table, each in every.items():
        if held[table].documents:
            yield from ((table, way) for way in each if isinstance(way, ByLink))


def _only_one(dataset: Dataset, many: int, way: ByLink) -> bool:
    """The single way in leads from a key: no other document can lead here."""
    return many == 1 and dataset.tables[way.table].key == way.others


def _open(
    every: Mapping[str, tuple[Way, ...]], held: Mapping[str, Held], table: str, way: ByLink
) -> Iterator[tuple[Key, list[tuple[object, ...]]]]:
    """Documents that do not say whose they are, and the values that `way` compares in them."""
    for key, document in held[table].documents.items():
        if not any(naming(every[table], document)):
            yield key, list(combined(document, way.columns))


def _from_outside(
    every: Mapping[str, tuple[Way, ...]], held: Mapping[str, Held], into: tuple[str, ByLink], ask: Ask
) -> Iterator[Key]:
    table, way = into
    ours: dict[Cells, set[Key]] = {}
    wanted: dict[object, None] = {}
    for key, each in _open(every, held, table, way):
        for cells in each:
            ours.setdefault(tuple(map(token, cells)), set()).add(key)
            wanted.update(dict.fromkeys(alternatives(cells[0])))
    for document in ask(way.table, way.others[0], list(wanted), any_case=False) if wanted else ():
        if key_of(document) not in held[way.table].documents and not _erased(every[way.table], document):
            for cells in combined(document, way.others):
                yield from ours.get(tuple(map(token, cells)), ())


def _erased(each: tuple[Way, ...], document: Document) -> bool:
    """Whether the document names nobody any more but a person who was erased. Numbers outlive an erasure as keys: what
    is masked beside them counts."""
    masked = any(is_masked_text(value) for _, value in identities(each, document))
    living = any(kind != "account" for kind, _ in naming(each, document))
    return masked and not living


def _hand_on(
    every: Mapping[str, tuple[Way, ...]], held: Mapping[str, Held], into: tuple[str, ByLink], found: Shared
) -> bool:
    """Marks what shared documents lead to. Whether any of it was new."""
    table, way = into
    leads = {
        tuple(map(token, cells))
        for key in found[way.table]
        for cells in combined(held[way.table].documents[key], way.others)
    }
    new = {key for key, each in _open(every, held, table, way) if any(tuple(map(token, one)) in leads for one in each)}
    fresh = bool(new - found[table])
    found[table] |= new
    return fresh
