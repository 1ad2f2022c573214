"""Data items, purposes, secondary purposes: what a change of the catalogue means for every row that uses it."""

from collections.abc import Iterator
from typing import Any

from troth.policy.difference.fields import (
    Rules,
    compare,
    elsewhere,
    entries,
    flag,
    internal,
    members,
    said,
    same_words,
    stated,
    text,
    value,
    whole,
)
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.values import Change
from troth.policy.model import Item, Purpose, SecondaryPurpose
from troth.policy.needs import UNLESS_NAMED

Meant = Item | Purpose | SecondaryPurpose


def _kind(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """Secrets, files and recordings go to nobody unless named: an item that becomes another kind loses that."""
    kind = "item-less-guarded" if was in UNLESS_NAMED and now not in UNLESS_NAMED else "item-kind"
    yield about.change(kind, name, old=was, new=now)


def _automated(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    if was is None or now is None:
        yield about.change("automated-added" if was is None else "automated-removed", name, gone=now is None)
    else:
        yield from compare(about.inside(name), was, now, AUTOMATED)


AUTOMATED: Rules = {
    "logic": said("automated-changed"),
    "consequences": said("automated-changed"),
    "human": stated("human-added", "human-removed", "human-changed"),
}

ITEM: Rules = {
    "label": text,
    "dpv": value("item-term"),
    "kind": _kind,
    "format": value("item-format"),
    "identifies": value("item-identifies"),
    "special": flag("item-special", "item-not-special"),
    "hint": text,
    "assumption": internal,
}

PURPOSE: Rules = {
    "label": text,
    "dpv": value("purpose-term"),
    "marketing": flag("marketing-on", "marketing-off"),
    "profiling": flag("profiling-on", "profiling-off"),
    "automated": _automated,
    "assumption": internal,
}

SECONDARY: Rules = {
    "label": text,
    "dpv": value("purpose-term"),
    "bases": whole("bases-published"),
    "relies_on": elsewhere,
    "interest": said("interest-changed"),
    "balancing": internal,
    "law": said("law-changed"),
    "items": elsewhere,
    "may_invoke": members("users-added", "users-removed"),
    "assumption": internal,
}


def items(scene: Scene) -> Iterator[Change]:
    """Changes of the catalogue of data; rows concerned are those that ask for the item."""

    def about(name: str, was: Item, now: Item) -> About:
        rows = scene.rows_with.get(name, ())
        return About(f"data.{name}", now.label, rows=rows, items=(name,), consents=scene.consents(rows))

    for change in entries(scene.old.data, scene.new.data, about, ITEM, ("declared", "undeclared")):
        yield _other_meaning(change, scene.old.data, scene.new.data, about, ("item-term", "item-changed"))


def purposes(scene: Scene) -> Iterator[Change]:
    """Changes of the catalogue of purposes; rows concerned are those that serve the purpose."""

    def about(name: str, was: Purpose, now: Purpose) -> About:
        rows = scene.rows_for.get(name, ())
        consents = (name,) if name in scene.consents(rows) else ()
        return About(f"purposes.{name}", now.label, rows=rows, purposes=(name,), consents=consents)

    for change in entries(scene.old.purposes, scene.new.purposes, about, PURPOSE, ("declared", "undeclared")):
        yield _other_meaning(change, scene.old.purposes, scene.new.purposes, about, ("purpose-term", "purpose-changed"))


def secondary(scene: Scene) -> Iterator[Change]:
    """Changes of what data of any touchpoint may also serve: they concern all whose data has the items it may use."""
    old, new = scene.old.secondary_purposes, scene.new.secondary_purposes

    def about(name: str, was: SecondaryPurpose, now: SecondaryPurpose) -> About:
        rows = [pair for item in was.items for pair in scene.rows_with.get(item, ())] if was.items != "any" else []
        consents = (name,) if was.relies_on == now.relies_on == "consent" else ()
        everyone = "any" in (was.items, now.items)
        where = f"secondary_purposes.{name}"
        concerned = () if everyone else tuple(dict.fromkeys(rows))
        return About(where, now.label, rows=concerned, everyone=everyone, purposes=(name,), consents=consents)

    for name, now in new.items():
        was = old.get(name)
        if was is None:
            kind = "secondary-consent-added" if now.relies_on == "consent" else "secondary-added"
            yield about(name, now, now).change(kind)
        elif was != now:
            for change in compare(about(name, was, now), was, now, SECONDARY):
                yield _other_meaning(change, old, new, about, ("purpose-term", "purpose-changed"))
            yield from relies(about(name, was, now), "relies_on", was.relies_on, now.relies_on)
            yield from _reach(scene, about(name, was, now), was.items, now.items)
    for name, was in old.items():
        if name not in new:
            yield about(name, was, was).change("secondary-removed", gone=True)


def relies(about: About, name: str, was: str, now: str) -> Iterator[Change]:
    """The basis a purpose relies on is fixed when data is collected; refused consent is not got round by another."""
    if was == now:
        return
    kind = "consent-abandoned" if was == "consent" else "consent-introduced" if now == "consent" else "basis-changed"
    yield about.change(kind, name, old=was, new=now)


def _reach(scene: Scene, about: About, was: Any, now: Any) -> Iterator[Change]:
    """The items a secondary purpose may use; `any` is more than any list."""
    if was == now:
        return
    if "any" in (was, now):
        kind = "secondary-wider" if now == "any" else "secondary-narrower"
        yield about.change(kind, "items", old=_labels(scene, was), new=_labels(scene, now))
        return
    more, fewer = [i for i in now if i not in was], [i for i in was if i not in now]
    rows = tuple(dict.fromkeys(pair for item in more for pair in scene.rows_with.get(item, ())))
    if more:
        wider = about.but(items=tuple(more), rows=rows)
        yield wider.change("secondary-wider", "items", new=_labels(scene, more))
    if fewer:
        yield about.but(items=tuple(fewer)).change("secondary-narrower", "items", old=_labels(scene, fewer))
    if not (more or fewer):
        yield about.but(words={"part": "items"}).change("reordered", "items")


def _labels(scene: Scene, names: Any) -> list[str]:
    return [] if names == "any" else [scene.item(name) for name in names]


def _other_meaning(change: Change, old: Any, new: Any, about: Any, kinds: tuple[str, str]) -> Change:
    """A term that changes together with the label is another thing under an old name, not a better term."""
    if change.kind != kinds[0]:
        return change
    name = change.where.split(".")[1]
    was, now = old[name], new[name]
    if same_words(was.label, now.label):
        return change
    different: Change = about(name, was, now).change(kinds[1], "dpv", old=was.label, new=now.label)
    return different
