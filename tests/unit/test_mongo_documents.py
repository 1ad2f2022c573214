"""MongoDB's pure parts: whose documents are reached, what erasure writes, what is refused. No server."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.mongo import answers, writing
from troth.systems.mongo.changing import corrected, is_masked, masked, masks
from troth.systems.mongo.paths import places, token, values
from troth.systems.mongo.reaching import Held, reach
from troth.systems.mongo.refusing import live, refusals
from troth.systems.mongo.sharing import shared
from troth.systems.mongo.spelling import forms, identifiers
from troth.systems.mongo.store import Store, Swallowed, told
from troth.systems.mongo.system import MongoSystem
from troth.systems.sql.dataset import parse
from troth.systems.sql.dialects.base import Limits
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


def _keyed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _who(*emails: str) -> Identifiers:
    return Identifiers(email=emails)


def _erase(memory: Memory, *people: Identifiers, dataset: Dataset = DATASET) -> tuple[dict[str, Held], writing.Plan]:
    held = reach(dataset, people, memory)
    plan = writing.erasure(dataset, held, shared(dataset, held, memory), lambda text: f"h{len(text)}")
    memory.apply(plan)
    return held, plan


def _reached(memory: Memory, who: Identifiers) -> dict[str, list[Any]]:
    held = reach(DATASET, [who], memory)
    return {name: sorted(each.documents, key=str) for name, each in held.items() if each.documents}


def test_a_person_is_found_inside_lists_and_over_references_of_other_types() -> None:
    assert _reached(Memory(WORLD), _who("ana@X.org")) == {"users": [ANA], "homes": [1], "orders": [1]}


def test_an_account_is_found_by_text_where_ids_are_object_ids() -> None:
    assert _reached(Memory(WORLD), Identifiers(account=(str(ANA),)))["users"] == [ANA]


def test_mails_kept_in_lower_case_are_found_however_they_are_given() -> None:
    assert _reached(Memory(WORLD), _who("AGENT@x.ORG"))["agents"] == [9]


def test_what_names_another_person_is_theirs() -> None:
    held = reach(DATASET, [_who("agent@x.org")], Memory(WORLD))
    assert list(held["tickets"].documents) == [2]  # names nobody
    assert held["tickets"].elsewhere(0) == 1  # Bo's
    found = answers.found(DATASET, held, 0)
    assert found.evidence["others"] == {"tickets": 1}
    assert "bo@x.org" not in str([one.values for one in found.findings])


def test_many_people_take_as_many_lookups_as_one() -> None:
    one, many = Memory(WORLD), Memory(WORLD)
    reach(DATASET, [_who("ana@x.org")], one)
    held = reach(DATASET, [_who("ana@x.org"), _who("bo@x.org"), _who("cat@x.org")], many)
    assert many.asked <= one.asked
    assert [held["users"].of(person) for person in range(3)] == [[ANA], [BO], [CAT]]


def test_circles_end() -> None:
    circle = parse(
        """
title: Circle
tables:
  a:
    key: _id
    on_erase: delete
    columns: {_id: {none: key}, mail: {item: email, identity: email}, b: {none: tie, references: b._id}}
  b:
    key: _id
    on_erase: delete
    columns: {_id: {none: key}, a: {none: tie, references: a._id}}
"""
    )
    left: list[dict[str, Any]] = [{"_id": 1, "mail": "x@y.z", "b": 2}, {"_id": 2, "b": 2}, {"_id": 3, "b": 9}]
    memory = Memory({"a": left, "b": [{"_id": 1, "a": 2}, {"_id": 2, "a": 1}]})
    held = reach(circle, [_who("x@y.z")], memory)
    assert (set(held["a"].documents), set(held["b"].documents)) == ({1, 2}, {1, 2})


def test_erasure_masks_removes_and_deletes_and_leaves_others_alone() -> None:
    memory = Memory(WORLD)
    held, plan = _erase(memory, _who("ana@x.org"))
    ana = next(one for one in memory.world["users"] if one["_id"] == ANA)
    masked_mails = values(ana, "profile.emails.address")
    assert len(set(masked_mails)) == 2
    assert all(one.startswith("erased-") and one.endswith("@erased.invalid") for one in masked_mails)
    assert ana["profile"].keys() == {"emails", "address"}
    assert (ana["profile"]["address"], ana["tags"], ana["home"]) == ({"city": "-"}, [None, None], 1)
    assert memory.world["orders"] == [WORLD["orders"][1]]
    assert memory.world["homes"] == WORLD["homes"]  # Bo lives there too
    assert memory.world["users"][1:] == WORLD["users"][1:]
    told = answers.erased(DATASET, held, plan, 0, True).evidence
    assert told["tables"]["homes"] == {"anonymised": 0, "kept": 1, "reason": "another person shares these rows"}
    assert told["tables"]["orders"] == {"erased": 1}
    assert told["columns"]["users"]["profile.name"] == 1
    assert (told["rows"], told["transaction"]) == (2, True)


def test_erasing_again_changes_nothing_and_finds_nothing() -> None:
    memory = Memory(WORLD)
    _erase(memory, Identifiers(account=(str(ANA),)))
    after = deepcopy(memory.world)
    held, plan = _erase(memory, Identifiers(account=(str(ANA),)))
    assert memory.world == after
    assert not any(step.updates for step in plan.values())
    assert [one.kind for one in answers.found(DATASET, held, 0).findings] == ["homes"]  # shared, so kept


def test_an_erasure_that_breaks_off_is_finished_by_erasing_again() -> None:
    for broken_after in range(5):
        memory = Memory(WORLD)
        ana = _who("ana@x.org")
        held = reach(DATASET, [ana], memory)
        plan = writing.erasure(DATASET, held, shared(DATASET, held, memory), str)
        memory.apply(dict(list(plan.items())[:broken_after]))
        _erase(memory, ana)
        assert memory.world["orders"] == WORLD["orders"][1:]
        assert "ana" not in str(memory.world["users"]).lower()


def test_an_account_can_go_without_the_data() -> None:
    dataset = parse(
        """
title: Forum
tables:
  users:
    key: _id
    on_erase: delete
    on_account_deletion: delete
    columns: {_id: {none: key}, mail: {item: email, identity: email}}
  posts:
    key: _id
    on_erase: delete
    on_account_deletion: unlink
    columns: {_id: {none: key}, author: {item: user-id, references: users._id}, text: message}
  logins:
    key: _id
    on_erase: delete
    columns: {_id: {none: key}, user: {item: user-id, references: users._id}}
"""
    )
    post = {"_id": 1, "author": 7, "text": "hi"}
    memory = Memory({"users": [{"_id": 7, "mail": "x@y.z"}], "posts": [post], "logins": [{"_id": 1, "user": 7}]})
    held = reach(dataset, [_who("x@y.z")], memory)
    plan = writing.erasure(dataset, held, shared(dataset, held, memory), str, account=True)
    memory.apply(plan)
    assert memory.world == {"users": [], "posts": [{"_id": 1, "text": "hi"}], "logins": [{"_id": 1, "user": 7}]}
    told = answers.erased(dataset, held, plan, 0, True).evidence
    assert told["tables"] == {"posts": {"unlinked": 1}, "users": {"erased": 1}}
    assert refusals(dataset, {"posts": live([], {}, "view")}, account=True)


def test_what_only_erased_people_share_is_erased_with_them() -> None:
    memory = Memory(WORLD)
    _erase(memory, _who("ana@x.org"), _who("bo@x.org"))
    assert "street" not in memory.world["homes"][0]
    assert memory.world["homes"][1] == WORLD["homes"][1]


def test_a_ticket_that_names_its_writer_goes_with_them_whoever_answers_it() -> None:
    memory = Memory(WORLD)
    _erase(memory, _who("bo@x.org"))
    assert "bo@x.org" not in str(memory.world["tickets"])


def test_an_erased_persons_ticket_is_not_its_agents() -> None:
    memory = Memory(WORLD)
    _erase(memory, _who("bo@x.org"))
    held = reach(DATASET, [_who("agent@x.org")], memory)
    assert list(held["tickets"].documents) == [2]


def test_what_a_shared_document_leads_to_is_shared_too() -> None:
    dataset = parse(
        """
title: Homes
tables:
  users:
    key: _id
    on_erase: anonymise
    columns:
      _id: {none: key}
      mail: {item: email, identity: email, on_erase: random}
      home: {none: tie, references: {column: homes._id, direction: to}}
  homes: {key: _id, on_erase: anonymise, columns: {_id: {none: key}, street: street}}
  keys:
    key: _id
    on_erase: delete
    columns: {_id: {none: key}, home: {none: tie, references: homes._id}, code: password}
"""
    )
    users = [{"_id": 1, "mail": "a@x.org", "home": 5}, {"_id": 2, "mail": "b@x.org", "home": 5}]
    memory = Memory({"users": users, "homes": [{"_id": 5, "street": "S"}], "keys": [{"_id": 1, "home": 5, "code": 9}]})
    before = deepcopy(memory.world)
    held, plan = _erase(memory, _who("a@x.org"), dataset=dataset)
    assert (memory.world["homes"], memory.world["keys"]) == (before["homes"], before["keys"])
    assert [one["table"] for one in answers.erased(dataset, held, plan, 0, True).evidence["kept"]] == ["keys", "homes"]
    _erase(memory, _who("b@x.org"), dataset=dataset)  # nobody living is left there
    assert (memory.world["homes"], memory.world["keys"]) == ([{"_id": 5}], [])


def test_a_document_of_several_people_stays_where_it_names_a_stranger() -> None:
    text = (
        "{title: t, tables: {rooms: {key: _id, on_erase: anonymise, several_people: true, columns: "
        "{_id: {none: key}, members.mail: {item: email, identity: email, on_erase: random}}}}}"
    )
    dataset, members = parse(text), [{"mail": "a@x.org"}, {"mail": "b@x.org"}]
    memory = Memory({"rooms": [{"_id": 1, "members": members}]})
    _erase(memory, _who("a@x.org"), dataset=dataset)
    assert memory.world["rooms"][0]["members"] == members
    _erase(memory, _who("A@x.org"), _who("b@x.org"), dataset=dataset)
    assert "@x.org" not in str(memory.world["rooms"])


@pytest.mark.parametrize("phone", ["n/a", "-", "+", "unknown"])
def test_a_phone_without_digits_is_nobodys(phone: str) -> None:
    dataset = parse(
        "{title: t, tables: {a: {key: _id, on_erase: anonymise, columns: "
        "{_id: {none: key}, tel: {item: phone, identity: phone}, name: full-name}}}}"
    )
    memory = Memory({"a": [{"_id": 1, "tel": "", "name": "Bo"}, {"_id": 2, "tel": "-", "name": "Cat"}]})
    assert not reach(dataset, [Identifiers(phone=(phone,))], memory)["a"].documents


def test_a_phone_kept_as_a_number_is_found() -> None:
    dataset = parse(
        "{title: t, tables: {a: {key: _id, on_erase: anonymise, columns: "
        "{_id: {none: key}, tel: {item: phone, identity: phone}}}}}"
    )
    memory = Memory({"a": [{"_id": 1, "tel": 491711}]})
    assert list(reach(dataset, [Identifiers(phone=("+49 171 1",))], memory)["a"].documents) == [1]


def test_a_name_that_begins_as_masks_do_is_masked_all_the_same() -> None:
    dataset = parse(
        "{title: t, tables: {a: {key: _id, on_erase: anonymise, columns: "
        "{_id: {none: key}, mail: {item: email, identity: email, on_erase: random}}}}}"
    )
    memory = Memory({"a": [{"_id": 1, "mail": "erased-head@x.org"}]})
    _erase(memory, _who("erased-head@x.org"), dataset=dataset)
    assert "head" not in str(memory.world)


def test_a_correction_leaves_keys_and_references_alone() -> None:
    held = reach(DATASET, [_who("ana@x.org")], Memory(WORLD))
    plan = writing.correction(DATASET, held, {"user-id": "another", "full-name": "Anna"})
    assert {name: [each.set for each in step.updates.values()] for name, step in plan.items() if step.updates} == {
        "users": [{"profile.name": "Anna"}]
    }


def test_a_correction_touches_only_what_differs() -> None:
    document = {"_id": 1, "a": {"name": "Old"}, "b": [{"name": "Old"}, {"name": "New"}]}
    update = corrected(document, {"a.name": "New", "b.name": "New", "c": "New"})
    assert update.set == {"a.name": "New", "b.0.name": "New"}
    assert update.columns == ["a.name", "b.name"]


def test_what_is_removed_as_a_whole_needs_no_parts() -> None:
    dataset = parse(
        "{title: t, tables: {a: {key: _id, on_erase: anonymise, columns: "
        "{_id: {none: key}, m: {item: email, identity: email}, p: other, p.q: other}}}}"
    )
    update = masked({"_id": 1, "p": {"q": 1}}, masks(dataset.tables["a"], "anonymise"), str)
    assert update.written() == {"$unset": {"p": ""}}


@pytest.mark.parametrize("given_value", [{"$ne": None}, {"$gt": ""}, 1, None, ["a"]])
def test_only_texts_are_identifiers_so_no_operator_comes_in(given_value: Any) -> None:
    with pytest.raises(TypeError):
        identifiers(Identifiers(email=(), account=(given_value,)), "account")


def test_a_text_that_looks_like_an_operator_is_a_value() -> None:
    assert forms("account", '{"$ne": null}', exact=True) == ['{"$ne": null}']


@pytest.mark.parametrize(
    ("indexes", "schema", "said"),
    [
        ([{"key": {"profile.name": 1}, "unique": True}], {}, "must be unique"),
        ([{"key": {"profile.emails.address": 1}, "unique": True}], {}, ""),
        ([], {"properties": {"profile": {"required": ["name"]}}}, "wants it there"),
        ([], {"properties": {"tags": {"bsonType": "array"}}}, ""),
        (
            [],
            {
                "properties": {
                    "profile": {"properties": {"emails": {"items": {"properties": {"address": {"bsonType": "int"}}}}}}
                }
            },
            "another type",
        ),
    ],
)
def test_what_indexes_and_validators_would_refuse_is_refused_first(
    indexes: list[dict[str, Any]], schema: dict[str, Any], said: str
) -> None:
    there = {"users": live(indexes, {"validator": {"$jsonSchema": schema}} if schema else {}, "collection")}
    found = refusals(DATASET, there)
    assert ([said in str(one) and "say `" in str(one) for one in found] == [True]) if said else not found


def test_ids_and_views_are_refused() -> None:
    dataset = parse(
        "{title: t, tables: {a: {key: _id, on_erase: anonymise, columns: {_id: {item: email, identity: email}}}}}"
    )
    said = "; ".join(map(str, refusals(dataset, {"a": live([], {}, "view")})))
    assert "`_id` cannot be changed" in said
    assert "takes no writes" in said


def test_troubles_are_told_without_the_servers_words() -> None:
    from pymongo import errors

    cases = {
        "login": errors.OperationFailure("Authentication failed for ana@x.org", 18),
        "read only": errors.NotPrimaryError("not primary"),
        "unique": errors.BulkWriteError({"writeErrors": [{"code": 11000, "errmsg": "dup key: ana@x.org"}]}),
        "unreachable": errors.ServerSelectionTimeoutError("no server at ana@x.org"),
        "address": errors.ConfigurationError("No default database defined"),
    }
    for trouble, wrong in cases.items():
        assert told(wrong).trouble == trouble
        assert "ana" not in str(told(wrong))


def test_an_address_without_a_database_is_a_problem_of_settings() -> None:
    store = Store("mongodb://127.0.0.1:1/", "shop")
    with pytest.raises(SystemProblem) as wrong, store.asked("find people"):
        pass
    assert wrong.value.consequence == "fix settings"


def test_writes_that_a_server_swallows_are_a_problem_that_says_so() -> None:
    store = Store("mongodb://127.0.0.1:1/shop", "shop")
    with pytest.raises(SystemProblem, match="3 documents of users did not change"), store.asked("erase"):
        raise Swallowed("users", 3)


def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    url, limits = "mongodb://u:pw@127.0.0.1:1/shop", Limits(connect=1)
    system = MongoSystem("shop", title="Shop", url=url, dataset=DATASET, limits=limits)
    with pytest.raises(SystemProblem) as wrong:
        system.find(_who("ana@x.org"))
    assert wrong.value.consequence == "retry"
    assert "pw" not in str(wrong.value)
    assert "ana" not in str(wrong.value)


def test_the_plan_in_words() -> None:
    text = answers.explain(DATASET, "erase")
    assert "find orders: reached where user = users: _id" in text
    assert "delete orders" in text
    assert "profile.emails.address: a random text" in text


_LEAF = st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=3), st.booleans())
_INSIDE = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), _INSIDE), st.sampled_from(["a", "a.b", "b.c.a", "c"]))
def test_every_place_that_is_told_is_there(document: dict[str, Any], path: str) -> None:
    for place, value in places(document, path):
        inside: Any = document
        for part in place.split("."):
            inside = inside[int(part)] if isinstance(inside, list) else inside[part]
        assert inside is value


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), _INSIDE))
def test_masking_twice_is_masking_once(document: dict[str, Any]) -> None:
    dataset = parse(
        "{title: t, tables: {x: {key: _id, on_erase: anonymise, columns: {_id: {none: key}, "
        "m: {item: email, identity: email}, a: other, b.c: {item: other, on_erase: random}, "
        "c.a: {item: other, on_erase: hash}, c.b: {item: other, on_erase: {fixed: 0}}}}}}"
    )
    chosen = masks(dataset.tables["x"], "anonymise")
    memory = Memory({"x": [{"_id": 1, **deepcopy(document)}]})
    update = masked(memory.world["x"][0], chosen, _keyed)
    memory.apply({"x": writing.Step("anonymised", {1: update})})
    assert is_masked(memory.world["x"][0], chosen)


@given(st.one_of(st.integers(), st.text(), st.floats(allow_nan=False)))
def test_values_of_different_types_that_say_the_same_are_the_same(value: Any) -> None:
    assert token(value) == token(str(value)) or isinstance(value, float)
