"""No change of a policy goes unnoticed, whichever field it is in, and nothing is told that did not change."""

from functools import cache

from difference_kit import Mutation, applied, base, reachable
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.policy.difference import KINDS, WEIGHT, Change, concerned, differences, law, say, why
from troth.policy.model import Policy, RetentionRule

OLD = base()
EVERY = list(applied(OLD, most=6))
"""Each change alone, with the policy that has it."""


@cache
def both_ways() -> list[tuple[Mutation, Policy, tuple[Change, ...], tuple[Change, ...]]]:
    """Each change with what is told of it, and of taking it back."""
    return [(mutation, new, differences(OLD, new), differences(new, OLD)) for mutation, new in EVERY]


def at(where: str, mutation: Mutation) -> bool:
    """True if a change stands at the part that was changed, inside it or around it."""
    path = ".".join(map(str, mutation.steps))
    return path == where or path.startswith(f"{where}.") or where.startswith(f"{path}.") or where == ""


def test_every_field_of_the_language_is_changed_here() -> None:
    assert reachable() - {m.field for m, _ in EVERY} == TOGETHER


TOGETHER = {(Policy, "troth"), (Policy, "controller"), (RetentionRule, "until"), (RetentionRule, "per")}
"""Fields that cannot change alone: they change with their parts, or an entry is put in another's place; or there is one
value only, as of the language's version."""


def test_every_change_is_noticed_where_it_is() -> None:
    for mutation, _, *ways in both_ways():
        for found in ways:
            assert any(at(change.where, mutation) for change in found), (mutation, found)
            assert not [change for change in found if change.kind == "other"], mutation


def check(change: Change) -> None:
    """What holds of any change."""
    weights = [WEIGHT[c] for c in change.classes]
    assert change.kind in KINDS
    assert change.classes
    assert weights == sorted(weights, reverse=True)
    assert len(set(change.classes)) == len(change.classes)
    assert change.silent is (change.classes == ("wording",))
    if change.silent:
        assert (change.rows, change.everyone) == ((), False)


def test_every_change_can_be_said_in_both_languages() -> None:
    told = set()
    for mutation, new, forth, back in both_ways():
        for old, changes in ((OLD, forth), (new, back)):
            for change in changes:
                check(change)
                if (change.kind, change.classes) in told:
                    continue
                told.add((change.kind, change.classes))
                for language in ("en", "de"):
                    texts = (say(change, language), why(change, language), law(change, language))
                    assert all(texts), (mutation, change)
                    assert not any("{" in text for text in texts), (mutation, texts)
                    assert not concerned(change, old, language).endswith((":", ": "))


def test_nothing_changed_is_no_change() -> None:
    assert differences(OLD, OLD) == ()
    assert differences(OLD, base()) == ()
    assert differences(OLD, Policy.model_validate_json(OLD.model_dump_json())) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(EVERY) - 1), min_size=1, max_size=4, unique=True))
def test_several_changes_at_once(chosen: list[int]) -> None:
    new = OLD
    for number in chosen:
        try:
            new = EVERY[number][0].apply(new) or new
        except (KeyError, IndexError, AssertionError, TypeError):
            continue  # the part is gone by an earlier change
    found = differences(OLD, new)
    assert bool(found) is (new != OLD)
    assert differences(OLD, Policy.model_validate(new.model_dump())) == found
    assert {c.where.split(".")[0] for c in found} <= set(Policy.model_fields)
    for change in found:
        check(change)


def test_only_wording_and_notices_leave_people_alone() -> None:
    """A text that is told as wording changes nothing that decides: with the texts put aside, the policies are equal."""
    loud = {
        mutation.field
        for mutation, _, found, _ in both_ways()
        if all(change.silent and change.kind != "reordered" for change in found)
    }
    assert {name for _, name in loud} - SILENT_FIELDS == set()


SILENT_FIELDS = frozenset(
    "troth name title effective introduction published_source groups group label text hint published_as assumption "  # noqa: SIM905
    "assumptions open decided lines note promise contract connector assessed balancing balancing_tests day outcome "
    "review code where reason owner accepted_gaps translations wording says commitment enforcement arbitration "
    "authorities_access onward_liability equal_service data purposes retention recipients after review_after "
    "items".split()
)
"""Fields whose changes may be silent: texts, notes, keys that say nothing in an *until unneeded*, entries of
catalogues, whose use is told where they are used, and items that are named now though they went there before."""
