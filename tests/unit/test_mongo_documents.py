"""MongoDB's pure parts: whose documents are reached, what erasure writes, what is refused. No server."""

from copy import deepcopy
from typing import Any

import pytest
from mongo_kit import ANA, BO, CAT, DATASET, WORLD, Memory, erased_by, reached, who

from troth.systems.kit.identifiers import Identifiers
from troth.systems.mongo import answers, writing
from troth.systems.mongo.changing import corrected, masked, masks
from troth.systems.mongo.paths import values
from troth.systems.mongo.reaching import reach
from troth.systems.mongo.refusing import live, refusals
from troth.systems.mongo.sharing import shared
from troth.systems.sql.dataset import parse


def test_a_person_is_found_inside_lists_and_over_references_of_other_types() -> None:
    assert reached(Memory(WORLD), who("ana@X.org")) == {"users": [ANA], "homes": [1], "orders": [1]}


def test_an_account_is_found_by_text_where_ids_are_object_ids() -> None:
    assert reached(Memory(WORLD), Identifiers(account=(str(ANA),)))["users"] == [ANA]


def test_mails_kept_in_lower_case_are_found_however_they_are_given() -> None:
    assert reached(Memory(WORLD), who("AGENT@x.ORG"))["agents"] == [9]


def test_what_names_another_person_is_theirs() -> None:
    held = reach(DATASET, [who("agent@x.org")], Memory(WORLD))
    assert list(held["tickets"].documents) == [2]  # names nobody
    assert held["tickets"].elsewhere(0) == 1  # Bo's
    found = answers.found(DATASET, held, 0)
    assert found.evidence["others"] == {"tickets": 1}
    assert "bo@x.org" not in str([one.values for one in found.findings])


def test_many_people_take_as_many_lookups_as_one() -> None:
    one, many = Memory(WORLD), Memory(WORLD)
    reach(DATASET, [who("ana@x.org")], one)
    held = reach(DATASET, [who("ana@x.org"), who("bo@x.org"), who("cat@x.org")], many)
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
    held = reach(circle, [who("x@y.z")], memory)
    assert (set(held["a"].documents), set(held["b"].documents)) == ({1, 2}, {1, 2})


def test_erasure_masks_removes_and_deletes_and_leaves_others_alone() -> None:
    memory = Memory(WORLD)
    held, plan = erased_by(memory, who("ana@x.org"))
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
    erased_by(memory, Identifiers(account=(str(ANA),)))
    after = deepcopy(memory.world)
    held, plan = erased_by(memory, Identifiers(account=(str(ANA),)))
    assert memory.world == after
    assert not any(step.updates for step in plan.values())
    assert [one.kind for one in answers.found(DATASET, held, 0).findings] == ["homes"]  # shared, so kept


def test_an_erasure_that_breaks_off_is_finished_by_erasing_again() -> None:
    for broken_after in range(5):
        memory = Memory(WORLD)
        ana = who("ana@x.org")
        held = reach(DATASET, [ana], memory)
        plan = writing.erasure(DATASET, held, shared(DATASET, held, memory), str)
        memory.apply(dict(list(plan.items())[:broken_after]))
        erased_by(memory, ana)
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
    held = reach(dataset, [who("x@y.z")], memory)
    plan = writing.erasure(dataset, held, shared(dataset, held, memory), str, account=True)
    memory.apply(plan)
    assert memory.world == {"users": [], "posts": [{"_id": 1, "text": "hi"}], "logins": [{"_id": 1, "user": 7}]}
    told = answers.erased(dataset, held, plan, 0, True).evidence
    assert told["tables"] == {"posts": {"unlinked": 1}, "users": {"erased": 1}}
    assert refusals(dataset, {"posts": live([], {}, "view")}, account=True)


def test_what_only_erased_people_share_is_erased_with_them() -> None:
    memory = Memory(WORLD)
    erased_by(memory, who("ana@x.org"), who("bo@x.org"))
    assert "street" not in memory.world["homes"][0]
    assert memory.world["homes"][1] == WORLD["homes"][1]


def test_a_ticket_that_names_its_writer_goes_with_them_whoever_answers_it() -> None:
    memory = Memory(WORLD)
    erased_by(memory, who("bo@x.org"))
    assert "bo@x.org" not in str(memory.world["tickets"])


def test_an_erased_persons_ticket_is_not_its_agents() -> None:
    memory = Memory(WORLD)
    erased_by(memory, who("bo@x.org"))
    held = reach(DATASET, [who("agent@x.org")], memory)
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
    held, plan = erased_by(memory, who("a@x.org"), dataset=dataset)
    assert (memory.world["homes"], memory.world["keys"]) == (before["homes"], before["keys"])
    assert [one["table"] for one in answers.erased(dataset, held, plan, 0, True).evidence["kept"]] == ["keys", "homes"]
    erased_by(memory, who("b@x.org"), dataset=dataset)  # nobody living is left there
    assert (memory.world["homes"], memory.world["keys"]) == ([{"_id": 5}], [])


def test_a_document_of_several_people_stays_where_it_names_a_stranger() -> None:
    text = (
        "{title: t, tables: {rooms: {key: _id, on_erase: anonymise, several_people: true, columns: "
        "{_id: {none: key}, members.mail: {item: email, identity: email, on_erase: random}}}}}"
    )
    dataset, members = parse(text), [{"mail": "a@x.org"}, {"mail": "b@x.org"}]
    memory = Memory({"rooms": [{"_id": 1, "members": members}]})
    erased_by(memory, who("a@x.org"), dataset=dataset)
    assert memory.world["rooms"][0]["members"] == members
    erased_by(memory, who("A@x.org"), who("b@x.org"), dataset=dataset)
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
    erased_by(memory, who("erased-head@x.org"), dataset=dataset)
    assert "head" not in str(memory.world)


def test_a_correction_leaves_keys_and_references_alone() -> None:
    held = reach(DATASET, [who("ana@x.org")], Memory(WORLD))
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
