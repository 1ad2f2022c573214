"""A row against itself: what is asked, why, who gets it."""

from collections.abc import Iterator
from typing import Any

from troth.policy.difference.catalogue import relies
from troth.policy.difference.fields import (
    Rules,
    compare,
    elsewhere,
    flag,
    internal,
    matched,
    moved,
    said,
    stated,
    text,
    value,
    whole,
)
from troth.policy.difference.retention import row_rules
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.values import Change
from troth.policy.model import Row, RowRecipient
from troth.policy.needs import needed

Receiver = tuple[Row, RowRecipient]
OBSERVED = frozenset({"observed", "derived", "recording"})
"""Kinds of data that come in without the person's doing, so that those who are known already are concerned."""


def _without(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """Consequences come or go by their number; other words for as many of them are wording."""
    if len(was) == len(now):
        yield from text(about, name, was, now)
    else:
        yield about.change("without-changed", name, old=was, new=now)


ROW: Rules = {
    "id": elsewhere,
    "marketing": flag("row-marketing-on", "row-marketing-off"),
    "items": elsewhere,
    "purposes": elsewhere,
    "bases": whole("bases-published"),
    "interest": said("interest-changed"),
    "balancing": internal,
    "provision": value("provision-changed"),
    "recipients": elsewhere,
    "assumed_recipients": elsewhere,
    "retention": elsewhere,
    "without": _without,
    "assumption": internal,
}
ROW_ITEM: Rules = {"item": elsewhere, "published_as": text, "required": flag("item-required", "item-optional")}
ROW_PURPOSE: Rules = {
    "purpose": elsewhere,
    "relies_on": relies,
    "bases": whole("bases-published"),
    "law": said("law-changed"),
    "special_ground": stated("special-ground-named", "special-ground-changed", "special-ground-changed"),
    "assumption": internal,
}
ROW_RECIPIENT: Rules = {"recipient": elsewhere, "items": elsewhere, "assumption": internal}


def row_changes(scene: Scene, about: About, was: Row, now: Row) -> Iterator[Change]:
    """The changes of a row that is in both policies."""
    if was != now:
        yield from compare(about, was, now, ROW)
        yield from _items(scene, about, was, now)
        yield from _purposes(scene, about, was, now)
        yield from row_rules(scene, about, was, now)
    yield from _recipients(scene, about, was, now)


def _items(scene: Scene, about: About, was: Row, now: Row) -> Iterator[Change]:
    for before, after in matched(was.items, now.items, lambda item: item.item):
        name = (after or before or (0, now.items[0]))[1].item
        mine = about.but(name=scene.item(name), items=(name,))
        if before and after:
            yield from compare(mine.inside(f"items.{after[0]}", f"items.{before[0]}"), before[1], after[1], ROW_ITEM)
        elif after:
            kind = scene.new.data[name].kind if name in scene.new.data else "given"
            yield mine.change("item-observed" if kind in OBSERVED else "item-added", f"items.{after[0]}")
        elif before:
            yield mine.change("item-removed", f"items.{before[0]}", gone=True)
    if moved(was.items, now.items, lambda item: item.item):
        yield about.but(words={"part": "items"}).change("reordered", "items")


def _purposes(scene: Scene, about: About, was: Row, now: Row) -> Iterator[Change]:
    for before, after in matched(was.purposes, now.purposes, lambda purpose: purpose.purpose):
        name = (after or before or (0, now.purposes[0]))[1].purpose
        consents = (name,) if name in about.consents else ()
        mine = about.but(name=scene.purpose(name), purposes=(name,), consents=consents)
        if before and after:
            yield from compare(
                mine.inside(f"purposes.{after[0]}", f"purposes.{before[0]}"), before[1], after[1], ROW_PURPOSE
            )
        elif after:
            asked = after[1].relies_on == "consent"
            yield mine.change("consent-purpose-added" if asked else "purpose-added", f"purposes.{after[0]}")
        elif before:
            yield mine.change("purpose-removed", f"purposes.{before[0]}", gone=True)
    if moved(was.purposes, now.purposes, lambda purpose: purpose.purpose):
        yield about.but(words={"part": "purposes"}).change("reordered", "purposes")


def _recipients(scene: Scene, about: About, was: Row, now: Row) -> Iterator[Change]:
    """Who gets the data when the policy runs, and whether the published text says so."""
    field, before_field = _field(now), _field(was)
    stated, unstated = was.recipients is not None, now.recipients is not None
    if stated != unstated:
        yield about.change("recipients-stated" if unstated else "recipients-unstated", field)
    for before, after in matched(was.receivers, now.receivers, lambda to: to.recipient):
        name = (after or before or (0, RowRecipient(recipient="none")))[1].recipient
        mine = about.but(name=scene.recipient(name), recipients=(name,))
        if before and after:
            at = mine.inside(f"{field}.{after[0]}", f"{before_field}.{before[0]}")
            yield from _receiver(scene, at, (was, before[1]), (now, after[1]))
        elif after:
            gets = needed(scene.new, now, after[1])
            listed = _listed(now, gets)
            yield mine.but(items=listed).change("recipient-added", f"{field}.{after[0]}", new=_labels(scene, listed))
        elif before:
            yield mine.change("recipient-removed", f"{before_field}.{before[0]}", gone=True)
    if moved(was.receivers, now.receivers, lambda to: to.recipient):
        yield about.but(words={"part": "recipients"}).change("reordered", field)


def _field(row: Row) -> str:
    return "assumed_recipients" if row.recipients is None else "recipients"


def _receiver(
    scene: Scene, about: About, was: tuple[Row, RowRecipient], now: tuple[Row, RowRecipient]
) -> Iterator[Change]:
    """What a recipient gets more and less of. An item that is new in the row was nobody's yet."""
    before, after = needed(scene.old, *was), needed(scene.new, *now)
    more, fewer = after - before, before - after
    known, unknown = more & was[0].item_ids, more - was[0].item_ids
    kept = fewer & now[0].item_ids
    for kind, found in (("recipient-more", known), ("recipient-new-item", unknown), ("recipient-fewer", kept)):
        if found:
            items, gone = _listed(now[0], found), kind == "recipient-fewer"
            labels = _labels(scene, items)
            step = "items" if now[1].items else ""
            yield about.but(items=items).change(kind, step, old=labels if gone else (), new=() if gone else labels)
    if was[1] != now[1]:
        yield from compare(about, was[1], now[1], ROW_RECIPIENT)
        if was[1].items != now[1].items and not (known or unknown or kept):
            same = set(was[1].items) == set(now[1].items)
            yield about.but(words={"part": "items"}).change("reordered" if same else "internal", "items")


def _listed(row: Row, items: frozenset[str]) -> tuple[str, ...]:
    """In the order of the row."""
    return tuple(item.item for item in row.items if item.item in items)


def _labels(scene: Scene, items: tuple[str, ...]) -> list[str]:
    return [scene.item(item) for item in items]
