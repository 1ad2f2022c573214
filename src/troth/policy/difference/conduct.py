"""How we behave: towards children, browser signals, when the policy changes, with anonymous data."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from troth.policy.difference.fields import (
    Rule,
    Rules,
    compare,
    graded,
    internal,
    interval,
    members,
    said,
    stated,
    text,
)
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.values import Change


def _age(about: About, name: str, was: int, now: int) -> Iterator[Change]:
    yield about.change("age-raised" if now > was else "age-lowered", name, old=was, new=now)


def _ahead(about: About, name: str, was: str | None, now: str | None) -> Iterator[Change]:
    yield from interval(about, name, was, now, ("told-earlier", "told-later"), longer_is_better=True)


def _threshold(about: About, name: str, was: int, now: int) -> Iterator[Change]:
    yield about.change("threshold-raised" if now > was else "threshold-lowered", name, old=was, new=now)


CHILDREN: Rules = {
    "minimum_age": _age,
    "guardian": said("guardian-changed"),
    "verified_by": stated("verification-added", "verification-removed", "verification-changed"),
    "text": text,
    "assumption": internal,
}
CHANGES: Rules = {
    "significant": said("significance-changed"),
    "told_by": members("told-by-added", "told-by-removed"),
    "text": text,
    "ahead": _ahead,
    "assumption": internal,
}
ANONYMOUS: Rules = {
    "text": text,
    "uses": members("anonymous-use-added", "anonymous-use-removed"),
    "threshold": _threshold,
    "assumption": internal,
}
GRADES = ("ignore", "honour where the law requires", "honour")


def _signal(name: str) -> Rule:
    rule = graded(GRADES, "signal-stronger", "signal-weaker")

    def named(about: About, field: str, was: Any, now: Any) -> Iterator[Change]:
        return rule(about.but(name=name), field, was, now)

    return named


SIGNALS: Rules = {
    "gpc": _signal("Global Privacy Control"),
    "dnt": _signal("Do Not Track"),
    "others": said("others-follow"),
    "text": text,
    "assumption": internal,
}


def whole(section: str, rules: Rules, added: str, removed: str) -> Any:
    """A section that stands there once or not at all, and concerns everyone."""

    def changes(scene: Scene) -> Iterator[Change]:
        was, now = getattr(scene.old, section), getattr(scene.new, section)
        about = About(section, everyone=True)
        if was is None or now is None:
            yield about.change(removed if now is None else added, gone=now is None)
        else:
            yield from compare(about, was, now, rules)

    return changes


children = whole("children", CHILDREN, "children-added", "children-removed")
changes = whole("changes", CHANGES, "changes-added", "changes-removed")
anonymous = whole("anonymous", ANONYMOUS, "anonymous-added", "anonymous-removed")


def signals(scene: Scene) -> Iterator[Change]:
    """A policy that says nothing of browser signals promises to act on none."""
    was, now = scene.old.signals, scene.new.signals
    about = About("signals", everyone=True)
    if was is not None and now is not None:
        yield from compare(about, was, now, SIGNALS)
        return
    yield about.change("signals-unstated" if now is None else "signals-stated", gone=now is None)
    for name in ("gpc", "dnt"):
        before, after = (getattr(side, name) if side else GRADES[0] for side in (was, now))
        if before != after:
            yield from (replace(change, gone=now is None) for change in SIGNALS[name](about, name, before, after))
