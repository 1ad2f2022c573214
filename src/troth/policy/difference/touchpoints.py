"""Touchpoints: where data comes in, and which rows came and went."""

from collections.abc import Iterator
from typing import Any

from troth.policy.difference.fields import (
    Rules,
    compare,
    elsewhere,
    flag,
    internal,
    matched,
    members,
    moved,
    said,
    text,
    value,
)
from troth.policy.difference.rows import row_changes
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.values import Change
from troth.policy.model import Row, Touchpoint


def _sites(scene: Scene) -> Rules:
    def label(name: Any) -> str:
        known = scene.new.sites.get(name) or scene.old.sites.get(name)
        return known.label if known else str(name)

    return {**TOUCHPOINT, "sites": members("site-joined", "site-left", label)}


TOUCHPOINT: Rules = {
    "title": text,
    "group": internal,
    "sites": members("site-joined", "site-left"),
    "channels": members("channel-added", "channel-removed"),
    "role": value("role-changed"),
    "asks_age": flag("age-asked", "age-not-asked"),
    "persons": members("persons-added", "persons-removed"),
    "source": said("source-changed"),
    "rows": elsewhere,
    "assumption": internal,
}


def touchpoints(scene: Scene) -> Iterator[Change]:
    """Changes of the touchpoints and their rows. A new touchpoint or row concerns nobody yet."""
    rules = _sites(scene)
    for name, now in scene.new.touchpoints.items():
        was = scene.old.touchpoints.get(name)
        if was is None:
            yield About(f"touchpoints.{name}", now.title).change("touchpoint-added")
            continue
        if was != now:
            yield from compare(_about(scene, name, now), was, now, rules)
        if was.rows != now.rows or scene.kinds_differ:
            yield from _rows(scene, name, was, now)
    for name, was in scene.old.touchpoints.items():
        if name not in scene.new.touchpoints:
            yield _about(scene, name, was).change("touchpoint-removed", gone=True)


def _about(scene: Scene, name: str, touchpoint: Touchpoint) -> About:
    rows = scene.rows_at(name)
    words = {"touchpoint": touchpoint.title}
    return About(f"touchpoints.{name}", touchpoint.title, rows=rows, consents=scene.consents(rows), words=words)


def _rows(scene: Scene, name: str, was: Touchpoint, now: Touchpoint) -> Iterator[Change]:
    for before, after in matched(was.rows, now.rows, lambda row: row.id):
        if before is None and after is not None:
            yield _row_about(scene, name, now, *after).but(rows=(), consents=(), words={"row": ""}).change("row-added")
        elif after is None and before is not None:
            yield _row_about(scene, name, was, *before).but(words={"row": ""}).change("row-removed", gone=True)
        elif before is not None and after is not None:
            about = _row_about(scene, name, now, *after).but(was=f"touchpoints.{name}.rows.{before[0]}")
            yield from row_changes(scene, about, before[1], after[1])
    if moved(was.rows, now.rows, lambda row: row.id):
        yield _about(scene, name, now).but(words={"part": "rows"}).change("reordered", "rows")


def _row_about(scene: Scene, name: str, touchpoint: Touchpoint, place: int, row: Row) -> About:
    """A row is called by its purposes where its touchpoint has more than one."""
    pair = ((name, row.id),)
    purposes = "; ".join(scene.purpose(p.purpose) for p in row.purposes)
    words = {"touchpoint": touchpoint.title} | ({"row": purposes} if len(touchpoint.rows) > 1 else {})
    where = f"touchpoints.{name}.rows.{place}"
    return About(where, purposes, rows=pair, consents=scene.consents(pair), words=words)
