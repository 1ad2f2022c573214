"""Whatever is wrong at once, the gate answers with the denial that comes first, and allows only if nothing is wrong."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troth.policy.model import Policy
from troth.policy.permits import ORDER, PersonState, permits

DAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def policy(*, transfer: bool, never: bool) -> Policy:
    """One touchpoint, one row on consent, one recipient abroad."""
    mechanism = {"country": "US", "kind": "scc", "until": DAY.date() if transfer else DAY.date() - timedelta(days=1)}
    return Policy.model_validate(
        {
            "name": "p",
            "title": "P",
            "effective": "2026-01-01",
            "controller": {"name": "C", "country": "DE", "contact": "c@c.example"},
            "sites": {},
            "data": {"email": {"label": "E", "dpv": "pd:EmailAddress"}},
            "purposes": {"news": {"label": "N", "dpv": "dpv:Marketing", "marketing": True}},
            "recipients": {"r": {"name": "R", "does": "M", "countries": ["US"], "mechanisms": [mechanism]}},
            "retention": {"y": {"label": "Y", "period": "P1Y", "after": "recorded"}},
            "groups": {"g": "G"},
            "children": {"minimum_age": 16, "guardian": "g", "text": "t"},
            "never": {"n": {"label": "N", "text": "T", "items": ["email"]}} if never else {},
            "touchpoints": {
                "t": {
                    "title": "T",
                    "group": "g",
                    "channels": ["form"],
                    "rows": [
                        {
                            "id": "main",
                            "items": ["email"],
                            "purposes": [{"purpose": "news", "relies_on": "consent"}],
                            "bases": ["consent"],
                            "recipients": ["r"],
                            "retention": ["y"],
                            "without": "nothing",
                        }
                    ],
                }
            },
        }
    )


POLICIES = {(t, n): policy(transfer=t, never=n) for t in (True, False) for n in (True, False)}


@given(st.sets(st.sampled_from(ORDER)))
def test_the_first_denial_wins(wrong: set[str]) -> None:
    # Withdrawn consent is also what makes a restriction bite: consent that is given passes it.
    person = PersonState(
        age="minor" if "under-age" in wrong else None,
        erased_at=DAY if "erased" in wrong else None,
        restricted="restricted" in wrong,
        objected=frozenset({"news"} if "objected" in wrong else ()),
        consents={("t", "news"): "withdrawn" if wrong & {"no-basis", "restricted"} else "given"},
        recorded_at=DAY - timedelta(days=1),
    )
    decision = permits(
        POLICIES["no-transfer" not in wrong, "never" in wrong],
        touchpoint="t",
        items=frozenset({"email"}),
        purpose="other" if "not-declared" in wrong else "news",
        recipient="r",
        person=person,
        at=DAY,
    )
    expected = min(wrong, key=ORDER.index, default=None)
    assert decision.code == expected
    assert decision.allowed is (not wrong)
