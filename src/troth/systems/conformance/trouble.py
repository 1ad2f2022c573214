"""What goes wrong between us and a vendor, and what must be said then."""

from datetime import timedelta
from typing import Any

import pytest

from troth.systems.conformance.subject import Subject
from troth.systems.kit.auth import Fetched
from troth.systems.kit.outcomes import Outcome, SystemProblem

EMPTY: tuple[Any, ...] = ({}, [], "no", {"results": None, "records": None, "data": None})


class Trouble:
    """Nothing is ever taken for "nothing found", nor for "done", because it could not be read."""

    def test_a_short_wait_is_waited_out(self, it: Subject) -> None:
        it.seed()
        right = it.probe()
        it.ask("fail", status=429, retry_after="0", count=2)
        assert _same(it.probe(it.made()), right)

    def test_a_long_wait_is_put_off_and_then_respected(self, it: Subject) -> None:
        it.ask("fail", status=429, retry_after="60")
        with it.trouble("wait") as problem:
            it.probe()
        waits = problem[0].retry_after
        assert waits is not None
        assert timedelta(seconds=50) <= waits <= timedelta(seconds=61)
        calls = len(it.ask("calls"))
        with it.trouble("wait"):
            it.probe()
        assert len(it.ask("calls")) == calls, "a vendor that asked us to wait is left alone"

    def test_a_passing_fault_is_retried_and_a_lasting_one_told(self, it: Subject) -> None:
        it.seed()
        right = it.probe()
        it.ask("fail", status=500)
        assert _same(it.probe(it.made(patience=3)), right)
        it.ask("fail", status=503, count=200)
        with it.trouble("retry") as problem:
            it.probe(it.made(patience=0))
        assert "503" in str(problem[0])

    @pytest.mark.parametrize("failure", [{"garbage": True}, {"status": 302}, {"location": "http://127.0.0.1:9/x"}])
    def test_an_unreadable_answer_is_a_problem(self, it: Subject, failure: dict[str, Any]) -> None:
        it.seed()
        it.probe()  # signed in
        it.ask("fail", count=200, **failure)
        it.system.settings.__dict__["patience"] = 0.0  # frozen for everybody else
        with it.trouble("retry", "stop", "fix settings"):
            it.probe()

    def test_a_vendor_that_hangs_is_not_waited_for(self, it: Subject) -> None:
        it.seed()
        it.ask("fail", count=200, hang=2.5)
        with it.trouble("retry", "stop"):
            it.probe(it.made(patience=0, timeout=0.5))

    def test_an_answer_without_what_was_asked_is_never_nothing_found(self, it: Subject) -> None:
        it.seed()
        right = it.probe()
        for operation in it.operations():
            for body in EMPTY:
                it.ask("fail", operation=operation, body=body, count=200)
                outcome = _tried(it)
                it.ask("heal")
                excused = operation in it.scenario.unread
                told = f"{operation} answered {body!r}, and that was taken for an answer: {outcome!r}"
                assert outcome is None or excused or _same(outcome, right), told

    def test_a_credential_that_ran_out_is_renewed_where_it_can_be(self, it: Subject) -> None:
        it.seed()
        right = it.probe()
        it.ask("expire")
        if isinstance(it.system.auth(), Fetched):
            assert _same(it.probe(), right)
            return
        with it.trouble("fix settings"):
            it.probe()


def _tried(it: Subject) -> Outcome | None:
    """The answer; None for a problem, whose text must be clean."""
    try:
        return it.probe(it.made(patience=0))
    except SystemProblem as problem:
        if it.personal_in(str(problem)):
            raise
        return None


def _same(outcome: Outcome, right: Outcome) -> bool:
    """The same kind of answer with as much in it."""
    if type(outcome) is not type(right):
        return False
    return len(getattr(outcome, "findings", ())) == len(getattr(right, "findings", ()))
