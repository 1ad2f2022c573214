"""The gate: its answers are data, in `tests/cases/permits.yaml`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from troth.policy.load import load_texts
from troth.policy.model import Policy
from troth.policy.permits import Decision, PersonState, permits
from troth.policy.shape import shape
from troth.policy.text import read_folder
from troth.policy.tree import parse

CASES = Path(__file__).parent.parent / "cases"
TABLE = yaml.safe_load((CASES / "permits.yaml").read_text())
CHECKS_WE_BREAK = {"T-0311", "T-0338", "T-0340", "T-0342"}
"""The gate must hold even where nobody ran the checks, so the policy has recipients that fail them."""


def made() -> Policy:
    from troth.policy.merge import merge
    from troth.policy.shape import SECTIONS

    base, _ = read_folder(CASES / "policy" / "base")
    texts = base | TABLE["files"]
    found = {p.code for p in load_texts(texts, today=date(2026, 6, 1)).problems if p.stops}
    assert found == CHECKS_WE_BREAK
    whole, _ = merge([parse(text, name)[0] for name, text in texts.items()], SECTIONS)
    policy = shape(whole).policy
    assert policy is not None
    return policy


POLICY = made()


def person(given: dict[str, Any]) -> PersonState:
    parts = TABLE["person"] | given
    for key in ("recorded_at", "erased_at"):
        if parts.get(key):
            parts[key] = datetime.fromisoformat(parts[key])
    for key in ("objected", "compelling"):
        parts[key] = frozenset(parts.get(key, ()))
    parts["consents"] = {tuple(pair.split(" ")): state for pair, state in parts.get("consents", {}).items()}
    return PersonState(**parts)


def ask(given: dict[str, Any], who: dict[str, Any]) -> Decision:
    question = TABLE["default"] | given
    at = datetime.fromisoformat(question.pop("at"))
    items = frozenset(question.pop("items"))
    return permits(POLICY, items=items, person=person(who), at=at, **question)


@pytest.mark.parametrize("case", [pytest.param(c, id=c["name"]) for c in TABLE["cases"]])
def test_case(case: dict[str, Any]) -> None:
    decision = ask(case.get("ask", {}), case.get("person", {}))
    assert (decision.code or "allowed") == case["answer"], decision
    assert decision.allowed is (case["answer"] == "allowed")
    assert decision.reason
    for key in ("row", "clause"):
        if key in case:
            assert getattr(decision, key) == case[key]


def test_a_policy_and_its_answers_go_together() -> None:
    """Answers are kept per policy object: another policy in its place is not answered from them."""
    import gc

    from troth.policy import permits_index

    gc.collect()
    before = len(permits_index._INDEXES)
    for minimum in (16, 0):
        children = POLICY.children.model_copy(update={"minimum_age": minimum}) if POLICY.children else None
        copy = POLICY.model_copy(update={"children": children})
        decision = permits(
            copy,
            touchpoint="contact",
            items=frozenset({"email"}),
            purpose="answer",
            person=PersonState(age="minor"),
            at=datetime(2026, 6, 1, tzinfo=UTC),
        )
        assert decision.allowed is (minimum == 0)
        del copy
        gc.collect()
        assert len(permits_index._INDEXES) == before
