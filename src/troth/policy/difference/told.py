"""A difference ready to be read: each change with its sentence, its reason, whom it concerns and where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.policy.difference.compare import differences
from troth.policy.difference.say import concerned, law, say, why
from troth.policy.difference.values import WEIGHT, Change, Class
from troth.policy.languages import words
from troth.policy.localise import localised
from troth.policy.model import Policy
from troth.policy.places import Place, nearest

Places = Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Told:
    """A change in words. `place`: in the new files, in the old ones for a part that is gone; None if not known."""

    change: Change
    sentence: str
    concerned: str
    why: str
    law: str
    place: Place | None


def told(
    old: Policy, new: Policy, *, language: str = "en", places: Places | None = None, was: Places | None = None
) -> tuple[Told, ...]:
    """What changed, in a language, heaviest first and otherwise in the order of the policy.

    `places`, `was`: where the parts of the new and of the old policy stand in their files. Labels are in that language
    too where the policies are translated; what counts as a change does not depend on it.
    """
    changes = differences(old, new)
    labelled = _labelled(old, new, language)
    here, w = localised(old, language), words(language, new)
    listed = [
        Told(
            change=change,
            sentence=say(labelled.get(_key(change), change), w),
            concerned=concerned(change, here, w),
            why=why(change, w),
            law=law(change, w),
            place=nearest((was if change.gone else places) or {}, change.where),
        )
        for change in changes
    ]
    return tuple(sorted(listed, key=lambda one: -WEIGHT[one.change.heaviest]))


def counts(changes: Sequence[Change]) -> dict[Class, int]:
    """How many of each class, by the heaviest of each change; the heaviest class first."""
    weights = sorted(WEIGHT, key=lambda name: -WEIGHT[name])
    return {name: sum(change.heaviest == name for change in changes) for name in weights}


def _labelled(old: Policy, new: Policy, language: str) -> Mapping[tuple[str, str, bool], Change]:
    """The changes of the policies in that language, for their labels."""
    there, here = localised(old, language), localised(new, language)
    if there is old and here is new:
        return {}
    return {_key(change): change for change in differences(there, here)}


def _key(change: Change) -> tuple[str, str, bool]:
    return change.kind, change.where, change.gone
