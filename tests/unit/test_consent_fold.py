"""What the ledger's events add up to."""

from dataclasses import dataclass

from troth.consent.rules import EventKind, fold, to_withdraw


@dataclass(frozen=True)
class Told:
    kind: EventKind
    touchpoint: str = "demo"
    purpose: str = "news"


def test_asking_again_changes_no_decision() -> None:
    assert fold([Told("given"), Told("shown")]) == {("demo", "news"): "given"}
    assert fold([Told("shown"), Told("refused"), Told("shown")]) == {("demo", "news"): "refused"}
    assert fold([Told("shown")]) == {("demo", "news"): "shown"}
    assert fold([]) == {}


def test_consent_of_one_touchpoint_is_not_that_of_another() -> None:
    assert fold([Told("given"), Told("refused", touchpoint="event")]) == {
        ("demo", "news"): "given",
        ("event", "news"): "refused",
    }


def test_only_what_was_given_can_be_withdrawn() -> None:
    state = fold([Told("given"), Told("given", "event"), Told("refused", purpose="survey"), Told("shown", purpose="x")])
    assert to_withdraw(state, None, None) == [("demo", "news"), ("event", "news")]
    assert to_withdraw(state, ["news"], "event") == [("event", "news")]
    assert to_withdraw(state, ["survey"], None) == []
    assert to_withdraw(state, [], None) == []
