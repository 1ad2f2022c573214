"""A difference in the reader's language: sentences, labels, places."""

from typing import Any

import yaml
from test_difference_cases import BASE, OLD

from troth.policy.difference import differences, say
from troth.policy.difference.told import Told, counts, told
from troth.policy.model import Policy
from troth.policy.places import Place


def policy(**sections: Any) -> Policy:
    return Policy.model_validate({**yaml.load(BASE, yaml.CSafeLoader), **sections})


def german(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"translations": {"de": [{"text": text, "says": says} for text, says in pairs]}}


FIVE = {"anonymous": {"text": "We count.", "uses": ["to improve", "to sell"], "threshold": 5, "assumption": "who"}}


def test_labels_are_in_the_language_where_they_are_translated() -> None:
    words = german(("to sell", "zum Verkauf"), ("to improve", "zur Verbesserung"))
    old, new = policy(**words), policy(**words, **FIVE)
    sentences = {one.change.kind: one.sentence for one in told(old, new, language="de")}
    assert sentences["anonymous-use-added"].endswith("verwendet werden: zum Verkauf.")
    assert {one.change.new for one in told(old, new, language="de")} >= {("to sell",)}


def test_a_mere_difference_of_translation_is_no_change_of_a_promise() -> None:
    """A limit of a right that is translated anew reads like another limit; only the policy's own text counts."""
    old, new = policy(**german(("once a year", "einmal im Jahr"))), policy(**german(("once a year", "jährlich")))
    assert [one.change.kind for one in told(old, new, language="de")] == ["translated"]


def test_a_language_of_the_policy_s_own() -> None:
    french = {"wording": {"fr": {"changes.say.threshold-lowered": "Groupes plus petits : {new}, avant {old}."}}}
    old, new = policy(**french), policy(**french, **FIVE)
    sentences = [one.sentence for one in told(old, new, language="fr")]
    assert "Groupes plus petits : 5, avant 10." in sentences
    assert "Anonymous data may now also be used to sell." in sentences


def test_heaviest_first_and_otherwise_in_the_order_of_the_policy() -> None:
    listed = told(OLD, policy(**FIVE, title="New", effective="2026-02-01"))
    kinds = [one.change.kind for one in listed]
    assert kinds == ["anonymous-use-added", "threshold-lowered", "reworded", "effective-moved"]
    found = counts([one.change for one in listed])
    assert found == {"fresh consent": 0, "significant": 2, "kept for old data": 0, "notice": 0, "wording": 2}


def test_places() -> None:
    places = {"anonymous": Place("new.yaml", 3, 1, 5), "anonymous.threshold": Place("new.yaml", 4, 14, 15)}
    was = {"anonymous.uses": Place("old.yaml", 9, 1, 2)}

    def placed(listed: tuple[Told, ...]) -> dict[str, Place | None]:
        return {one.change.kind: one.place for one in listed}

    forth = placed(told(OLD, policy(**FIVE), places=places, was=was))
    assert forth == {"threshold-lowered": places["anonymous.threshold"], "anonymous-use-added": places["anonymous"]}
    back = placed(told(policy(**FIVE), OLD, places=places, was=was))
    assert back == {"threshold-raised": places["anonymous.threshold"], "anonymous-use-removed": was["anonymous.uses"]}
    assert set(placed(told(OLD, policy(**FIVE))).values()) == {None}


def test_a_sentence_ends_once() -> None:
    new = policy(controller={**yaml.load(BASE, yaml.CSafeLoader)["controller"], "name": "Big Ltd."})
    (change,) = differences(new, policy())
    assert say(change) == "Who is responsible for your data is now Small GmbH, formerly Big Ltd."
