"""Data of an older version: what its own version or the one in force denies is never allowed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troth.policy.kept import may_go, permits, sooner
from troth.policy.model import Policy
from troth.policy.permits import STORE, PersonState
from troth.policy.permits import permits as one

DAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
ITEMS, PURPOSES, RECIPIENTS = ("email", "phone", "cv"), ("answer", "news"), ("crm", "mailer")
BASES = ("contract", "consent", "legitimate interest")


def some(of: tuple[str, ...], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(of), min_size=least, unique=True)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, object]:
    purposes = [{"purpose": p, "relies_on": draw(st.sampled_from(BASES))} for p in draw(some(PURPOSES, 1))]
    receivers = [{"recipient": r, "items": draw(some(ITEMS))} for r in draw(some(RECIPIENTS))]
    return {
        "items": draw(some(ITEMS, 1)),
        "purposes": purposes,
        "bases": list(BASES),
        "interest": "it",
        "recipients": receivers,
        "retention": ["y"],
        "without": "nothing",
    }


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    found = [{"id": f"row{nth}", **row} for nth, row in enumerate(draw(st.lists(rows(), min_size=1, max_size=3)))]
    never = {"n": {"label": "N", "text": "T", "recipients": ["mailer"]}}
    return Policy.model_validate(
        {
            "name": "p",
            "title": "P",
            "effective": "2026-01-01",
            "controller": {"name": "C", "country": "DE", "contact": "c@c.example"},
            "sites": {},
            "data": {
                "email": {"label": "E", "dpv": "pd:EmailAddress"},
                "phone": {"label": "P", "dpv": "pd:TelephoneNumber"},
                "cv": {"label": "V", "dpv": "pd:CurriculumVitae", "kind": "file"},
            },
            "purposes": {"answer": {"label": "A", "dpv": "x"}, "news": {"label": "N", "dpv": "x", "marketing": True}},
            "recipients": {r: {"name": r, "does": "x", "countries": ["DE"]} for r in RECIPIENTS},
            "retention": {"y": {"label": "Y", "period": "P1Y", "after": "recorded"}},
            "groups": {"g": "G"},
            "never": never if draw(st.booleans()) else {},
            "touchpoints": {"t": {"title": "T", "group": "g", "channels": ["form"], "rows": found}},
        }
    )


PEOPLE = st.builds(
    PersonState,
    age=st.sampled_from([None, "adult"]),
    restricted=st.booleans(),
    objected=st.sampled_from([frozenset(), frozenset({"news"})]),
    consents=st.fixed_dictionaries({("t", p): st.sampled_from(["given", "superseded"]) for p in PURPOSES}),
    recorded_at=st.just(DAY - timedelta(days=400)),
)
QUESTIONS = st.fixed_dictionaries(
    {
        "touchpoint": st.just("t"),
        "items": some(ITEMS, 1).map(frozenset),
        "purpose": st.sampled_from([*PURPOSES, STORE]),
        "recipient": st.sampled_from([None, *RECIPIENTS]),
        "person": PEOPLE,
        "at": st.just(DAY),
    }
)


@given(policies(), policies(), QUESTIONS)
def test_never_wider_than_either_version(own: Policy, in_force: Policy, question: dict[str, object]) -> None:
    answer = permits(own, in_force, **question)  # type: ignore[arg-type]
    promised, today = one(own, **question), one(in_force, **question)  # type: ignore[arg-type]
    if question["purpose"] == STORE:
        assert answer == promised
    else:
        assert answer.allowed is (promised.allowed and today.allowed)
    if not answer.allowed:
        assert answer in (promised, today)


@given(policies(), QUESTIONS)
def test_data_of_the_version_in_force_is_asked_once(policy: Policy, question: dict[str, object]) -> None:
    assert permits(policy, policy, **question) == one(policy, **question)  # type: ignore[arg-type]


@given(policies(), st.sampled_from(ITEMS), st.sampled_from(PURPOSES), st.sampled_from(RECIPIENTS))
def test_what_may_not_go_is_denied_by_the_gate_too(policy: Policy, item: str, purpose: str, recipient: str) -> None:
    still = may_go(policy, "t", "gone", recipient)
    if still is None or item not in still:
        person = PersonState(age="adult", consents={("t", p): "given" for p in PURPOSES}, recorded_at=DAY)
        asked = {"touchpoint": "t", "items": frozenset({item}), "purpose": purpose, "recipient": recipient}
        assert one(policy, **asked, person=person, at=DAY).code == "not-declared"  # type: ignore[arg-type]


@given(st.one_of(st.none(), st.datetimes()), st.one_of(st.none(), st.datetimes()))
def test_the_earlier_day_counts_and_no_day_is_never_earlier(a: datetime | None, b: datetime | None) -> None:
    found = sooner(a, b)
    assert found in (a, b)
    assert all(day is None or (found is not None and found <= day) for day in (a, b))
