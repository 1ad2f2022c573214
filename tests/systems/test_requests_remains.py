"""What an act in a system does not reach is told: what goes by itself to the person, the rest to staff first.

And what a worker that died left: an outcome without what follows from it.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connection
from people_kit import together
from requests_kit import ANA, NOW, World, asked, mails, publish, work_through, world

from troth.evidence import queries as log
from troth.requests import queries, rules, services
from troth.systems import services as systems
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered
from troth.systems.saas import manifest
from troth.verification.checks import erased_absent
from troth.verification.world import World as Looked
from troth.versions import queries as versions
from troth.work import queries as tasks

pytestmark = pytest.mark.django_db(transaction=True)
LOG = Expires("the 90th day", "its system log")
UNREADABLE = NotOffered("a file cannot be read", "its first bytes", "mend the file")
REPORTS = NotOffered("old reports stay", "its manual", "clear the old reports by hand")


class Leaky(System):
    """Holds nothing, and leaves what a test says."""

    leaves: ClassVar[tuple[Expires | NotOffered, ...]] = ()
    unseen: ClassVar[tuple[NotOffered, ...]] = ()

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "Leaky":
        return cls(name, title="Leaky")

    def find(self, who: Identifiers) -> Found:
        return Found(remains=(*self.leaves, *self.unseen))

    def erase(self, who: Identifiers, *, key: str) -> Done:
        return Done({"rows": 2}, remains=self.leaves)


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setitem(manifest.OWN, "leaky", (Leaky.__module__, "Leaky"))
    assert sys.modules[Leaky.__module__].Leaky is Leaky
    with world() as made:
        publish()
        made.write(salesforce=None, hubspot=None, product=None, leaky={"connector": "leaky"})
        yield made


def tally(request: str, verb: str) -> rules.Tally:
    found = queries.one(UUID(request), NOW)
    assert found is not None
    return next(t for t in found.tallies if (t.verb, t.system) == (verb, "leaky"))


def test_what_goes_by_itself_is_told_in_the_answer(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Leaky, "leaves", (LOG,))
    request = asked("erasure", ANA)
    work_through()
    erased = tally(request, "erase")
    assert (erased.state, erased.count, erased.reason) == ("done", 2, "remains")
    assert "What this does not reach:\n- Leaky: goes by itself on the 90th day: its system log\n" in mails(ANA)[0].text
    assert tally(request, "absent").state == "done"


def test_what_must_be_done_by_hand_waits_for_a_person(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Leaky, "leaves", (LOG, REPORTS))
    request = asked("erasure", ANA)
    work_through()
    erased = tally(request, "erase")
    assert (erased.state, erased.count, erased.reason) == ("staff", 2, "by-hand")
    assert tally(request, "absent").state == "blocked"
    (task,) = tasks.open_tasks(kind="request-erase")
    assert task.instructions == "clear the old reports by hand"
    monkeypatch.setattr(Leaky, "leaves", (LOG,))
    services.settle_by_hand(UUID(erased.step), by="7", proof="cleared", now=NOW)
    work_through()
    assert tally(request, "absent").state == "done"


def test_nothing_found_where_not_all_could_be_seen_is_no_proof(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Leaky, "unseen", (UNREADABLE,))
    request = asked("erasure", ANA)
    work_through()
    absent = tally(request, "absent")
    assert (absent.state, absent.note) == ("not-offered", "a file cannot be read")
    (proof,) = log.entries(kind="erasure.proven")
    assert list(proof.facts["could_not_look"]) == ["leaky"]
    version = versions.current(NOW)
    assert version is not None
    results = erased_absent.check(Looked(NOW, version, systems.registry()))
    assert [r.outcome for r in results if r.subject == "Leaky"] == ["could not tell"]


def test_nothing_left_says_nothing(around: World) -> None:
    request = asked("erasure", ANA)
    work_through()
    assert (tally(request, "erase").reason, tally(request, "erase").note) == ("", "")
    assert "does not reach" not in mails(ANA)[0].text


def test_a_worker_that_died_after_the_outcome_leaves_a_job_that_starts_what_follows(around: World) -> None:
    request = asked("erasure", ANA)
    with connection.cursor() as cursor:  # the outcome has committed; the step's job has not ended
        cursor.execute("update requests_step set state = 'done' where phase = 'close'")
    work_through()
    found = queries.one(UUID(request), NOW)
    assert found is not None
    assert {t.state for t in found.tallies} == {"done"}
    assert len([mail for mail in mails(ANA) if "/privacy/answer/" in mail.text]) == 1


def test_of_last_steps_that_end_together_the_next_phase_begins_once(around: World) -> None:
    around.write(**{name: {"connector": "leaky"} for name in "abcdefgh"}, salesforce=None, hubspot=None, product=None)
    request = asked("erasure", ANA)
    (close,) = steps_of(request, "close")
    services.run_step(close, NOW)
    erasing = steps_of(request, "erase")
    together(*[lambda step=step: services.run_step(step, NOW) for step in erasing])
    assert len(steps_of(request, "erase-vault")) == 1
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'requests.step'")
        assert cursor.fetchall() == [(1 + 8 + 1,)]


def steps_of(request: str, phase: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("select id from requests_step where request_id = %s and phase = %s", [request, phase])
        return [step for (step,) in cursor.fetchall()]
