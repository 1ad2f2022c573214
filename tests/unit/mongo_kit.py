"""A small world of documents, and a store in memory that answers as MongoDB does."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any

from bson import ObjectId

from troth.systems.kit.identifiers import Identifiers
from troth.systems.mongo import writing
from troth.systems.mongo.paths import values
from troth.systems.mongo.reaching import Held, reach
from troth.systems.mongo.sharing import shared
from troth.systems.sql.dataset import parse
from troth.systems.sql.model import Dataset

DATASET = parse(
    """
title: Shop
tables:
  users:
    key: _id
    on_erase: anonymise
    columns:
      _id: {item: user-id, identity: account, on_erase: {keep: the key of the document}}
      profile.emails.address: {item: email, identity: email, on_erase: {random: {suffix: "@erased.invalid"}}}
      profile.name: full-name
      profile.address.city: {item: city, on_erase: {fixed: "-"}}
      home: {none: where they live, references: {column: homes._id, direction: to}}
      tags: {item: other}
  homes:
    key: _id
    on_erase: anonymise
    columns: {_id: {none: key}, street: street}
  orders:
    key: _id
    on_erase: delete
    columns:
      _id: {none: key}
      user: {item: user-id, references: users._id}
      lines.gift: {item: message}
  agents:
    key: _id
    on_erase: anonymise
    columns: {_id: {none: key}, mail: {item: email, identity: email, match: exact}}
  tickets:
    key: _id
    on_erase: anonymise
    columns:
      _id: {none: key}
      mail: {item: email, identity: email, on_erase: random}
      agent: {none: who answers, references: agents._id, on_erase: {keep: staff}}
"""
)
ANA, BO, CAT = ObjectId(), ObjectId(), ObjectId()
WORLD: dict[str, list[dict[str, Any]]] = {
    "users": [
        {
            "_id": ANA,
            "profile": {
                "emails": [{"address": "Ana@x.org"}, {"address": "a@y.org"}],
                "name": "Ana",
                "address": {"city": "Rome"},
            },
            "home": 1,
            "tags": ["tall", "loud"],
        },
        {"_id": BO, "profile": {"emails": [{"address": "bo@x.org"}]}, "home": 1},
        {"_id": CAT, "profile": {"emails": [{"address": "cat@x.org"}]}, "home": 2},
    ],
    "homes": [{"_id": 1, "street": "Main 1"}, {"_id": 2, "street": "Side 2"}],
    "orders": [
        {"_id": 1, "user": str(ANA), "lines": [{"gift": "for mum"}, {}]},
        {"_id": 2, "user": BO},
    ],
    "agents": [{"_id": 9, "mail": "agent@x.org"}],
    "tickets": [{"_id": 1, "mail": "bo@x.org", "agent": 9}, {"_id": 2, "agent": 9}],
}


NUMBERS = {"properties": {"address": {"bsonType": "int"}}}


class Memory:
    """Collections in memory that answer `$in` as a server does: equal values of the same type, lists taken apart."""

    def __init__(self, world: Mapping[str, list[dict[str, Any]]]) -> None:
        self.world = deepcopy(dict(world))
        self.asked = 0

    def __call__(
        self, collection: str, path: str, wanted: Sequence[Any], *, any_case: bool
    ) -> Iterable[Mapping[str, Any]]:
        self.asked += 1
        plain = [_plain(one, any_case) for one in wanted]
        for document in self.world.get(collection, []):
            if any(_plain(value, any_case) in plain for value in values(document, path)):
                yield document

    def apply(self, plan: writing.Plan) -> None:
        for name, step in plan.items():
            for key, update in step.updates.items():
                if step.effect == "erased":
                    self.world[name] = [one for one in self.world[name] if one["_id"] != key]
                    continue
                document = next(one for one in self.world[name] if one["_id"] == key)
                for place, value in update.set.items():
                    _put(document, place.split("."), value)
                for place in update.unset:
                    _drop(document, place.split("."))


def _plain(value: Any, any_case: bool) -> tuple[type, Any]:
    return type(value), value.lower() if any_case and isinstance(value, str) else value


def _put(inside: Any, parts: list[str], value: Any) -> None:
    here: Any = int(parts[0]) if isinstance(inside, list) else parts[0]
    if len(parts) == 1:
        inside[here] = value
    else:
        _put(inside[here], parts[1:], value)


def _drop(inside: Any, parts: list[str]) -> None:
    if len(parts) == 1:
        del inside[parts[0]]
    else:
        _drop(inside[parts[0]], parts[1:])


def keyed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def who(*emails: str) -> Identifiers:
    return Identifiers(email=emails)


def erased_by(memory: Memory, *people: Identifiers, dataset: Dataset = DATASET) -> tuple[dict[str, Held], writing.Plan]:
    held = reach(dataset, people, memory)
    plan = writing.erasure(dataset, held, shared(dataset, held, memory), lambda text: f"h{len(text)}")
    memory.apply(plan)
    return held, plan


def reached(memory: Memory, who: Identifiers) -> dict[str, list[Any]]:
    held = reach(DATASET, [who], memory)
    return {name: sorted(each.documents, key=str) for name, each in held.items() if each.documents}
