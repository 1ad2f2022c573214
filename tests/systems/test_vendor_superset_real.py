"""The same story with a real Superset: `make superset`. It is installed where TROTH_SUPERSET_HOME says (800 MB)."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from superset_server import ADMIN, RealSuperset, serving
from test_vendor_superset import JO, OTHER, SCENARIO

from troth.systems.conformance.story import Story
from troth.systems.conformance.subject import Subject
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done

HOME = os.environ.get("TROTH_SUPERSET_HOME", "")
pytestmark = pytest.mark.skipif(not HOME, reason="wants a real Superset; run make superset")

PEOPLE = [
    {"kind": "user", "email": JO, "first_name": "Jo", "last_name": "Neil"},
    {"kind": "user", "email": OTHER, "first_name": "Other", "last_name": "Person"},
]
SALES = {"kind": "dashboard", "dashboard_title": "Sales", "owners": [JO, OTHER]}
MADE = {"kind": "saved_query", "label": "mine", "created_by": JO}
REAL = replace(
    SCENARIO,
    settings={"username": ADMIN[0], "password": ADMIN[1], "roles": [3], "new_owner": 1},
    seed={"records": [*PEOPLE, SALES]},
    mine=lambda record: JO in str(record).lower().replace('"', ""),
    findings=2,
    crowd=({"records": [*PEOPLE, *[SALES] * 104]}, 105),
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Path(HOME)) as at:
        yield at


class TestRealSuperset(Story):
    @pytest.fixture
    def it(self, address: str) -> Subject:
        subject = RealSuperset(REAL, address)
        subject.ask("reset")
        return subject

    def test_oldest_is_the_oldest(self, it: Subject) -> None:
        outcome = it.oldest()
        assert isinstance(outcome, Done)
        assert set(outcome.evidence["by_kind"]) == {"log", "user"}

    def test_all_pages_of_the_log_are_read(self, it: Subject) -> None:
        it.seed()
        for _ in range(3):
            it.ask("seed", records=[MADE])  # each signs in and leaves lines in the action log
        kinds = [finding.kind for finding in it.find().findings]
        assert kinds.count("log") >= 6
        assert kinds.count("dashboard owned") == 4

    def test_who_made_something_is_overwritten(self, it: Subject) -> None:
        it.ask("seed", records=[*PEOPLE, MADE])
        outcome = it.erase()
        assert isinstance(outcome, Done)
        assert outcome.evidence["deleted"] == []
        assert len(outcome.evidence["overwritten"]) == 1
        assert outcome.evidence["handed_over"] == 1
        assert it.mine() == []
        assert it.find().findings == ()

    def test_the_connection_and_a_wrong_password(self, it: Subject) -> None:
        assert it.system.test().evidence["users"] >= 1
        with it.trouble("fix settings"):
            it.made(password="wrong").test()

    def test_an_address_in_another_case(self, it: Subject) -> None:
        it.seed()
        assert len(it.find(Identifiers(email=(JO.upper(),))).findings) == 2
