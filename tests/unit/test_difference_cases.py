"""Changes and their classes: the cases are data, in `tests/cases/difference/*.yaml`.

Each case edits the small policy in `base.yaml` (the text must be there). `there`: kind → classes, heaviest first, of
all that it changes, no more and no less; `back`: the same when it is taken back. `count`: how many changes there are
where a kind comes more than once. `rows`, `everyone`, `purposes`, `items`, `where`, `says`: of the heaviest change.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from troth.policy.difference import KINDS, WEIGHT, Change, differences, say
from troth.policy.load import load_texts
from troth.policy.model import Policy
from troth.policy.text import read_folder

CASES = Path(__file__).parent.parent / "cases" / "difference"
BASE = (CASES / "base.yaml").read_text()
OLD = Policy.model_validate(yaml.load(BASE, yaml.CSafeLoader))


def cases() -> list[dict[str, Any]]:
    files = (path for path in sorted(CASES.glob("*.yaml")) if path.stem != "base")
    return [{"file": path.stem, **case} for path in files for case in yaml.load(path.read_text(), yaml.CSafeLoader)]


def edited(case: dict[str, Any]) -> Policy:
    text = BASE
    for old, new in case["edit"].items():
        assert old in text, f"the base has no {old!r}"
        text = text.replace(old, new, 1)
    return Policy.model_validate(yaml.load(text, yaml.CSafeLoader))


def classed(changes: tuple[Change, ...]) -> dict[str, str]:
    return {change.kind: ", ".join(change.classes) for change in changes}


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['file']}: {case['name']}")
def test_case(case: dict[str, Any]) -> None:
    new = edited(case)
    found = differences(OLD, new)
    assert classed(found) == case["there"]
    assert len(found) == case.get("count", len(case["there"]))
    if "back" in case:
        assert classed(differences(new, OLD)) == case["back"]
    heaviest = max(found, key=lambda change: WEIGHT[change.heaviest])
    assert [f"{t}.{r}" for t, r in heaviest.rows] == case.get("rows", [f"{t}.{r}" for t, r in heaviest.rows])
    assert heaviest.everyone is case.get("everyone", heaviest.everyone)
    for name in ("purposes", "items"):
        assert list(getattr(heaviest, name)) == case.get(name, list(getattr(heaviest, name)))
    assert heaviest.where == case.get("where", heaviest.where)
    assert say(heaviest) == case.get("says", say(heaviest))


def test_every_kind_of_change_has_a_case() -> None:
    seen = Counter(kind for case in cases() for way in ("there", "back") for kind in case.get(way, {}))
    assert KINDS.keys() - seen.keys() == {"other"}
    assert seen.keys() - KINDS.keys() == set()


def test_the_reference_policy_changed_by_hand() -> None:
    """A month of work on it at once; what is told is what somebody would tell who did it."""
    folder = Path(__file__).parents[2] / "policies" / "quali"
    texts, _ = read_folder(folder)
    old = load_texts(texts).policy
    website = "touchpoints/20-website.yaml"
    hubspot = "assumed_recipients: [{recipient: hubspot, items: [email, full-name]}"
    edits = (
        ("policy.yaml", "title: Our Privacy Policy", "title: Our Privacy Notice"),
        ("policy.yaml", "threshold: 10", "threshold: 5"),
        ("retention.yaml", "period: P60D", "period: P90D"),
        ("retention.yaml", "period: P360D", "period: P180D"),
        (
            website,
            "{recipient: hubspot, items: [full-name, email, company",
            "{recipient: hubspot, items: [full-name, phone",
        ),
        (website, hubspot, f"{hubspot}, {{recipient: zoom, items: [email]}}"),
    )
    for name, before, after in edits:
        assert before in texts[name], name
        texts[name] = texts[name].replace(before, after, 1)
    changed = load_texts(texts)
    new = changed.policy
    assert old is not None
    assert new is not None, [problem for problem in changed.problems if problem.stops]
    found = differences(old, new)
    assert len(found) == 7
    assert [c.new for c in found if c.kind == "retention-longer"] == [("P90D after recorded",)]
    assert [c.purposes for c in found if c.kind == "recipient-added"] == [("send-marketing",)]
    assert classed(found) == {
        "reworded": "wording",
        "threshold-lowered": "significant, kept for old data",
        "retention-longer": "significant, kept for old data",
        "retention-shorter": "notice",
        "recipient-more": "significant, kept for old data",
        "recipient-fewer": "notice",
        "recipient-added": "fresh consent, significant, kept for old data",
    }
