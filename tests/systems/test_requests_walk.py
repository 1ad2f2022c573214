"""A request from the first mail to the answer, over the vault, both vendors and the product database."""

import json
from collections.abc import Iterator

import pytest
from requests_kit import (
    ANA,
    BEN,
    NOW,
    PEOPLE,
    World,
    asked,
    fill_in,
    mails,
    package_of,
    person_of,
    publish,
    work_through,
    world,
)

from troth.demo import product
from troth.requests import queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def around() -> Iterator[World]:
    with world() as made:
        publish()
        fill_in(ANA)
        fill_in(BEN, "Ben Other")
        work_through()
        product.add_person(made.product, ANA, "Ana Example", now=NOW)
        yield made


def test_access_finds_the_person_everywhere_and_packs_it(around: World) -> None:
    asked("access", ANA)
    work_through()
    package = package_of(ANA)
    answer = json.loads(package.read("answer.json"))
    found = {part["name"]: part["count"] for part in answer["systems"]}
    assert found["salesforce"] >= 1
    assert found["hubspot"] >= 1
    assert found["vault"] >= 1
    assert found["product"] == 16
    page = package.read("answer.html").decode()
    assert "Ana Example" in page
    assert "Ben Other" not in page
    assert BEN not in json.dumps(answer)


def test_erasure_erases_everywhere_and_touches_nobody_else(around: World) -> None:
    asked("erasure", ANA)
    work_through()
    assert around.records("salesforce", ANA) == []
    assert around.records("hubspot", ANA) == []
    assert product.rows_about(around.product, ANA)["accounts"] == 0
    assert person_of(ANA) is None
    assert around.records("salesforce", BEN)
    assert around.records("hubspot", BEN)
    assert around.others() == PEOPLE
    assert person_of(BEN) is not None
    (line,) = queries.board(NOW)
    assert line.state == "answered"
    assert "found nothing in" in mails(ANA)[0].text
