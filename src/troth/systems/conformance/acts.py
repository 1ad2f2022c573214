"""Delivery, and acts that break off half way: what was done once is never done twice, what was begun is finished."""

from collections.abc import Callable

from troth.systems.conformance.subject import Subject
from troth.systems.kit.outcomes import SystemProblem

Act = Callable[[], object]


class Acts:
    """The same key never makes the same effect twice, wherever the first attempt broke off."""

    def test_the_same_key_delivers_once(self, it: Subject) -> None:
        if not it.has("deliver"):
            return
        first = it.deliver()
        assert first.evidence.get("id"), "deliver must tell the system's own id of what it made"
        there = it.mine()
        assert there, "nothing of the person is there after a delivery"
        again = it.deliver()
        assert again.evidence.get("id") == first.evidence["id"]
        assert it.mine() == there

    def test_a_repeated_delivery_never_undoes_a_correction(self, it: Subject) -> None:
        if not it.has("deliver") or not it.has("rectify"):
            return
        it.deliver()
        it.rectify()
        corrected = it.mine()
        assert it.scenario.rectified
        assert any(map(it.scenario.rectified, corrected))
        it.deliver()
        assert it.mine() == corrected

    def test_a_repeated_delivery_never_undoes_a_suppression(self, it: Subject) -> None:
        if not it.has("deliver") or not it.has("suppress"):
            return
        it.deliver()
        it.suppress()
        it.deliver()
        assert it.scenario.suppressed
        assert it.scenario.suppressed(it.ask("state"))

    def test_only_declared_items_are_sent_and_none_is_dropped(self, it: Subject) -> None:
        if not it.has("deliver") or it.scenario.takes_any_item:
            return
        before = it.records()
        with it.trouble("fix settings") as problem:
            it.deliver(**{"shoe-size": "44"})
        assert "shoe-size" in str(problem[0])
        assert it.records() == before

    def test_an_item_goes_into_the_field_the_settings_name(self, it: Subject) -> None:
        if not it.has("deliver") or it.scenario.custom is None:
            return
        seed, field = it.scenario.custom
        it.ask("seed", **seed)
        it.system = it.made(fields={**it.scenario.settings.get("fields", {}), "shoe-size": field})
        it.deliver(**{"shoe-size": "size forty-four"})
        assert any("size forty-four" in str(record) for record in it.mine())

    def test_a_delivery_cut_off_anywhere_is_made_whole_once(self, it: Subject) -> None:
        if it.has("deliver"):
            self._cut_off_everywhere(it, lambda: None, it.deliver)

    def test_an_erasure_cut_off_anywhere_is_finished_by_the_next(self, it: Subject) -> None:
        if it.has("erase"):
            self._cut_off_everywhere(it, it.seed, it.erase)
            assert it.mine() == []

    def test_a_correction_cut_off_anywhere_is_finished_by_the_next(self, it: Subject) -> None:
        if it.has("rectify"):
            self._cut_off_everywhere(it, it.seed, it.rectify)

    def test_a_suppression_cut_off_anywhere_is_finished_by_the_next(self, it: Subject) -> None:
        if it.has("suppress"):
            self._cut_off_everywhere(it, it.seed, it.suppress)
            assert it.scenario.suppressed
            assert it.scenario.suppressed(it.ask("state"))

    def _cut_off_everywhere(self, it: Subject, prepare: Act, act: Act) -> None:
        """At each call of the act: refused before it did anything, and done but the answer lost.

        Lost and given up is the same as refused at the next call: so what is refused is given up here, and what is lost
        is repeated, within the call where the connector lets it.
        """
        prepare()
        act()
        whole = _count(it)
        for operation in it.operations():
            for lost, patience in ((False, 0.0), (True, 3.0)):
                self._cut_off(it, prepare, act, operation, lost=lost, patience=patience)
                assert _count(it) == whole, f"broken off at {operation} ({lost=}, {patience=})"

    def _cut_off(self, it: Subject, prepare: Act, act: Act, operation: str, *, lost: bool, patience: float) -> None:
        it.ask("reset")
        it.system = it.made(patience=patience)
        prepare()
        it.ask("fail", operation=operation, status=500, lost=lost, count=1)
        try:
            act()
        except SystemProblem as problem:
            assert problem.consequence == "retry", f"broken off at {operation}: {problem}"  # noqa: PT017
        it.ask("heal")
        it.system = it.made()
        act()


def _count(it: Subject) -> tuple[int, int]:
    """How much there is of the person, and of others."""
    return len(it.mine()), len(it.others())
