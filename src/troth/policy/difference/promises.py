"""The promises that come as lists: what is never done, rights, sharing, security."""

from collections.abc import Iterator
from typing import Any

from troth.policy.difference.fields import (
    Rules,
    elsewhere,
    entries,
    flag,
    internal,
    members,
    said,
    text,
    value,
)
from troth.policy.difference.scene import About, Pair, Scene
from troth.policy.difference.values import Change
from troth.policy.model import Never


def _scope(scene: Scene, about: About, was: Never, now: Never) -> Iterator[Change]:
    """What a negative promise covers. An empty list means any; all three empty, that no gate decides it."""
    before, after = _lists(was), _lists(now)
    if before == after:
        return
    sets, later = [frozenset(x) for x in before], [frozenset(x) for x in after]
    if sets == later:
        yield about.but(words={"part": "items"}).change("reordered")
        return
    covers = any(after) and all(not b or (a and a <= b) for a, b in zip(sets, later, strict=True))
    wider = covers or not any(before)
    yield about.change("promise-wider" if wider else "promise-narrower", old=_names(scene, was), new=_names(scene, now))


def _lists(never: Never) -> tuple[tuple[str, ...], ...]:
    return never.purposes, never.items, never.recipients


def _names(scene: Scene, never: Never) -> list[str]:
    named = ((scene.purpose, never.purposes), (scene.item, never.items), (scene.recipient, never.recipients))
    return [label(name) for label, names in named for name in names]


NEVER: Rules = {
    "label": text,
    "text": text,
    "purposes": elsewhere,
    "items": elsewhere,
    "recipients": elsewhere,
    "assumption": internal,
}


def never(scene: Scene) -> Iterator[Change]:
    """Negative promises: they concern those whose data they guard."""
    old, new = scene.old.never, scene.new.never

    def about(name: str, was: Never, now: Never) -> About:
        rows = _guarded(scene, was)
        return About(f"never.{name}", now.label, rows=rows, everyone=not any(_lists(was)))

    yield from entries(old, new, about, NEVER, ("promise-added", "promise-removed"))
    for name, now in new.items():
        if name in old and old[name] != now:
            yield from _scope(scene, about(name, old[name], now), old[name], now)


def _guarded(scene: Scene, never: Never) -> tuple[Pair, ...]:
    """The rows with the items it names; where it names none, those for the purposes, else to the recipients."""
    for names, rows in (
        (never.items, scene.rows_with),
        (never.purposes, scene.rows_for),
        (never.recipients, scene.rows_to),
    ):
        if names:
            return tuple(dict.fromkeys(pair for name in names for pair in rows.get(name, ())))
    return ()


RIGHT: Rules = {
    "kind": value("right-kind"),
    "label": text,
    "text": text,
    "limits": members("limit-added", "limit-removed"),
    "applies_to": said("right-scope"),
    "how": said("right-how"),
    "direct_marketing": flag("right-marketing-said", "right-marketing-unsaid"),
    "assumption": internal,
}
SHARING: Rules = {
    "label": text,
    "text": text,
    "to": members("sharing-to-added", "sharing-to-removed"),
    "bases": members("sharing-basis-added", "sharing-basis-removed"),
    "assumption": internal,
}
MEASURE: Rules = {"label": text, "text": text, "assumption": internal}


def _all(section: str) -> Any:
    """A part of a section that concerns everyone."""

    def about(name: str, was: Any, now: Any) -> About:
        return About(f"{section}.{name}", now.label, everyone=True)

    return about


def rights(scene: Scene) -> Iterator[Change]:
    kinds = ("right-added", "right-removed")
    yield from entries(scene.old.rights, scene.new.rights, _all("rights"), RIGHT, kinds)


def sharing(scene: Scene) -> Iterator[Change]:
    kinds = ("sharing-added", "sharing-removed")
    yield from entries(scene.old.sharing, scene.new.sharing, _all("sharing"), SHARING, kinds)


def security(scene: Scene) -> Iterator[Change]:
    kinds = ("measure-added", "measure-removed")
    yield from entries(scene.old.security, scene.new.security, _all("security"), MEASURE, kinds)
