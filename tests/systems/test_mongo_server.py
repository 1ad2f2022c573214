"""MongoDB on a real server, where there is one: found, erased, refused, broken off."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId
from mongo_server import WHY_NOT, server
from pymongo import MongoClient

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.mongo.refusing import Refused
from troth.systems.mongo.system import MongoSystem
from troth.systems.sql.dataset import parse
from troth.systems.sql.dialects.base import Limits

DATASET = parse(
    """
title: Shop
tables:
  users:
    key: _id
    time: joined
    on_erase: anonymise
    columns:
      _id: {item: user-id, identity: account, on_erase: {keep: the key of the document}}
      profile.emails: {item: email, identity: email, match: exact, on_erase: random}
      profile.name: full-name
      joined: {none: when they came}
  orders:
    key: _id
    on_erase: delete
    columns:
      _id: {none: key}
      user: {item: user-id, references: users._id}
      total: {none: sum}
"""
)
ANA = Identifiers(email=("Ana@Example.org",))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server() as address:
        if address is None:
            pytest.skip(WHY_NOT)
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Any]:
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    database = client.get_default_database()
    for name in ("users", "orders"):
        database[name].drop()
    for n, name in enumerate(("ana", "bo", "cat"), 1):
        identity = ObjectId()
        mails = [f"{name}@example.org", f"{name}@example.net"]
        user = {"_id": identity, "profile": {"name": name, "emails": mails}, "joined": f"2024-01-0{n}"}
        database.users.insert_one(user)
        orders = [{"_id": f"{name}-{k}", "user": str(identity) if k else identity, "total": k} for k in range(3)]
        database.orders.insert_many(orders)
    yield database
    client.close()


@pytest.fixture
def system(url: str, database: Any) -> MongoSystem:
    return MongoSystem("shop", title="Shop", url=url, dataset=DATASET)


def test_a_person_is_found_and_nobody_else(system: MongoSystem) -> None:
    found = system.find(ANA)
    assert found.evidence["tables"] == {"users": 1, "orders": 3}
    assert "bo" not in str([one.values for one in found.findings])
    assert system.find(Identifiers(email=("nobody@example.org",))).findings == ()
    assert system.find(Identifiers(account=('{"$ne": null}',))).findings == ()


def test_erasure_takes_the_person_and_leaves_the_rest(system: MongoSystem, database: Any) -> None:
    others = list(database.users.find({"profile.name": {"$ne": "ana"}}))
    tried = system.erase_many([("a", ANA)], dry_run=True)["a"]
    assert database.orders.count_documents({}) == 9
    done = system.erase(ANA, key="a")
    assert done.evidence["tables"] == tried.evidence["tables"] == {"users": {"anonymised": 1}, "orders": {"erased": 3}}
    assert system.find(ANA).findings == ()
    assert list(database.users.find({"profile.name": {"$exists": True}})) == others
    assert database.orders.count_documents({}) == 6
    assert system.erase(ANA, key="a").evidence["rows"] == 0


def test_mails_in_lists_of_documents_are_found_whatever_their_case(url: str, database: Any) -> None:
    database.users.insert_one({"_id": 1, "contacts": [{"mail": "x@example.org"}, {"mail": "Dora@Example.org"}]})
    dataset = parse(
        "{title: t, tables: {users: {key: _id, on_erase: anonymise, columns: {_id: {none: key}, "
        "contacts.mail: {item: email, identity: email, on_erase: random}}}}}"
    )
    system = MongoSystem("shop", title="Shop", url=url, dataset=dataset)
    dora = Identifiers(email=("dora@example.ORG",))
    assert [one.id for one in system.find(dora).findings] == ["1"]
    assert system.erase(dora, key="d").evidence["columns"] == {"users": {"contacts.mail": 1}}
    assert system.find(dora).findings == ()


def test_many_are_erased_at_once(system: MongoSystem, database: Any) -> None:
    people = [(name, Identifiers(email=(f"{name}@example.net",))) for name in ("ana", "bo", "cat", "nobody")]
    done = system.erase_many(people)
    assert [done[name].evidence["rows"] for name, _ in people] == [4, 4, 4, 0]
    assert database.orders.count_documents({}) == 0


def test_a_unique_index_stops_a_mask_before_anything_is_written(system: MongoSystem, database: Any) -> None:
    database.users.create_index("profile.name", unique=True)
    try:
        with pytest.raises(Refused) as wrong:
            system.erase(ANA, key="a")
        assert "must be unique" in str(wrong.value)
        assert database.orders.count_documents({}) == 9
    finally:
        database.users.drop_index("profile.name_1")


def test_a_correction(system: MongoSystem, database: Any) -> None:
    assert system.rectify(ANA, {"full-name": "Ana Right"}, key="a").evidence["rows"] == 1
    assert database.users.count_documents({"profile.name": "Ana Right"}) == 1


def test_oldest_and_test(system: MongoSystem) -> None:
    assert system.oldest().evidence == {"oldest": "2024-01-01", "tables": {"users": "2024-01-01"}}
    assert system.test().evidence["missing"] == []


def test_a_wrong_port_is_a_problem_that_names_no_password() -> None:
    url = "mongodb://u:secret@127.0.0.1:9/shop"
    with pytest.raises(SystemProblem) as wrong:
        MongoSystem("shop", title="Shop", url=url, dataset=DATASET, limits=Limits(connect=1)).test()
    assert "secret" not in str(wrong.value)
