"""From people to their documents, collection by collection and round by round, until nothing new is reached.

Pure but for `ask`, which looks documents up. The rules are those of SQL databases: a document that was only reached
over a reference, and that names somebody else by its own e-mail, phone or account, is that person's.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Protocol

from troth.systems.kit.identifiers import Identifiers
from troth.systems.mongo.paths import Document, token, values
from troth.systems.mongo.spelling import alternatives, forms, identifiers, is_masked_text, same
from troth.systems.sql.graph import NAMING, ByIdentity, ByLink, Way, ways
from troth.systems.sql.model import Dataset, Kind

Key = Hashable
Pairs = set[tuple[str, Key, int]]
"""(collection, document, person) that were reached since the last round."""


class Ask(Protocol):
    """Documents of `collection` with one of `wanted` at `path`; `any_case` compares texts without regard to case."""

    def __call__(self, collection: str, path: str, wanted: Sequence[Any], *, any_case: bool) -> Iterable[Document]: ...


@dataclass
class Held:
    """What was reached of one collection: documents, whose they are, and who was led there though they name another.

    `several`: documents of a collection that may name several people, and that name somebody who is not looked for.
    """

    documents: dict[Key, Document] = field(default_factory=dict)
    holders: dict[Key, set[int]] = field(default_factory=dict)
    others: dict[Key, set[int]] = field(default_factory=dict)
    several: set[Key] = field(default_factory=set)

    def of(self, person: int) -> list[Key]:
        return [key for key, holders in self.holders.items() if person in holders]

    def elsewhere(self, person: int) -> int:
        """How many documents led to by this person's are somebody else's."""
        return sum(person in led and person not in self.holders.get(key, ()) for key, led in self.others.items())


def key_of(document: Document) -> Key:
    """The document's `_id`, as something that can be looked up in a dictionary."""
    identity = document["_id"]
    return identity if isinstance(identity, Hashable) else repr(identity)


def reach(dataset: Dataset, people: Sequence[Identifiers], ask: Ask) -> dict[str, Held]:
    """Everything reached from `people`, each person by their place in the list."""
    return _Reach(dataset, people, ask).all()


class _Reach:
    def __init__(self, dataset: Dataset, people: Sequence[Identifiers], ask: Ask) -> None:
        self.people = people
        self.ask = ask
        self.dataset = dataset
        self.ways = ways(dataset)
        kinds: dict[Kind, set[str]] = {kind: set() for kind in NAMING}
        for who in people:
            for kind, known in kinds.items():
                known |= {same(kind, value) for value in identifiers(who, kind)}
        self.everybody = kinds
        self.held = {name: Held() for name in dataset.tables}

    def all(self) -> dict[str, Held]:
        fresh = self._by_identity()
        while fresh:
            fresh = self._by_link(fresh)
        return self.held

    def _by_identity(self) -> Pairs:
        fresh: Pairs = set()
        for table, each in self.ways.items():
            for way in each:
                if isinstance(way, ByIdentity):
                    fresh |= self._named(table, way)
        return fresh

    def _named(self, table: str, way: ByIdentity) -> Pairs:
        """Documents that name one of the people at this way's path."""
        named: dict[str, set[int]] = {}
        wanted: dict[Any, None] = {}
        for person, who in enumerate(self.people):
            for value in identifiers(who, way.kind):
                named.setdefault(same(way.kind, value), set()).add(person)
                wanted.update(dict.fromkeys(forms(way.kind, value, exact=way.exact)))
        fresh: Pairs = set()
        any_case = way.kind == "email" and not way.exact
        for document in self.ask(table, way.column, list(wanted), any_case=any_case) if wanted else ():
            for value in values(document, way.column):
                for person in named.get(same(way.kind, value), ()):
                    fresh |= self._add(table, document, person, own=True)
        return fresh

    def _by_link(self, fresh: Pairs) -> Pairs:
        """One round: what the documents reached in the last one lead to."""
        found: Pairs = set()
        for table, each in self.ways.items():
            for way in each:
                if isinstance(way, ByLink):
                    new = [(key, person) for name, key, person in fresh if name == way.table]
                    found |= self._led(table, way, new)
        return found

    def _led(self, table: str, way: ByLink, new: Sequence[tuple[Key, int]]) -> Pairs:
        led: dict[tuple[str, ...], set[int]] = {}
        wanted: dict[Any, None] = {}
        for key, person in new:
            for cells in combined(self.held[way.table].documents[key], way.others):
                led.setdefault(tuple(map(token, cells)), set()).add(person)
                wanted.update(dict.fromkeys(alternatives(cells[0])))
        found: Pairs = set()
        for document in self.ask(table, way.columns[0], list(wanted), any_case=False) if wanted else ():
            for cells in combined(document, way.columns):
                for person in led.get(tuple(map(token, cells)), ()):
                    found |= self._add(table, document, person, own=False)
        return found

    def _add(self, table: str, document: Document, person: int, *, own: bool) -> Pairs:
        held, key = self.held[table], key_of(document)
        if not own and self._names_another(table, document, person):
            held.others.setdefault(key, set()).add(person)
            return set()
        held.documents.setdefault(key, document)
        if self.dataset.tables[table].several_people and self._names_a_stranger(table, document):
            held.several.add(key)
        holders = held.holders.setdefault(key, set())
        if person in holders:
            return set()
        holders.add(person)
        return {(table, key, person)}

    def _names_another(self, table: str, document: Document, person: int) -> bool:
        """Whether the document's own identities are filled, and none is this person's. What an erasure masked names
        another as well: who answered a ticket does not inherit it."""
        named = list(identities(self.ways[table], document))
        who = self.people[person]
        return bool(named) and not any(
            same(kind, value) in {same(kind, own) for own in identifiers(who, kind)} for kind, value in named
        )

    def _names_a_stranger(self, table: str, document: Document) -> bool:
        named = naming(self.ways[table], document)
        return any(same(kind, value) not in self.everybody[kind] for kind, value in named)


def identities(each: Iterable[Way], document: Document) -> Iterator[tuple[Kind, Any]]:
    """What stands where a document names a person by e-mail, phone or account; what is empty is left out."""
    for way in each:
        if isinstance(way, ByIdentity) and way.kind in NAMING:
            yield from ((way.kind, value) for value in values(document, way.column) if str(value).strip())


def naming(each: Iterable[Way], document: Document) -> Iterator[tuple[Kind, Any]]:
    """The identities by which a document says itself whose it is; those that an erasure masked are none."""
    yield from (one for one in identities(each, document) if not is_masked_text(one[1]))


def combined(document: Document, paths: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Every combination of the values at `paths`; those that cannot be compared are left out."""
    each = [[one for one in values(document, path) if isinstance(one, Hashable)] for path in paths]
    return product(*each)
