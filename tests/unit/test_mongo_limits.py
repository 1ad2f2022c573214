"""MongoDB: what is refused, what is told, and what holds for any document."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mongo_kit import DATASET, Memory, keyed, who

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.mongo import answers, writing
from troth.systems.mongo.changing import is_masked, masked, masks
from troth.systems.mongo.paths import places, token
from troth.systems.mongo.refusing import live, refusals
from troth.systems.mongo.spelling import forms, identifiers
from troth.systems.mongo.store import Store, Swallowed, told
from troth.systems.mongo.system import MongoSystem
from troth.systems.sql.dataset import parse
from troth.systems.sql.dialects.base import Limits


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
        system.find(who("ana@x.org"))
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
    update = masked(memory.world["x"][0], chosen, keyed)
    memory.apply({"x": writing.Step("anonymised", {1: update})})
    assert is_masked(memory.world["x"][0], chosen)


@given(st.one_of(st.integers(), st.text(), st.floats(allow_nan=False)))
def test_values_of_different_types_that_say_the_same_are_the_same(value: Any) -> None:
    assert token(value) == token(str(value)) or isinstance(value, float)
