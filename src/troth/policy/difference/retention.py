"""How long: retention rules where they change, and rows that change their rule."""

from collections.abc import Iterator, Mapping

from troth.policy.difference.fields import Rules, elsewhere, entries, internal, text, value
from troth.policy.difference.scene import About, Pair, Scene
from troth.policy.difference.spans import review, verdict
from troth.policy.difference.values import Change
from troth.policy.model import RetentionRule, Row
from troth.policy.model.data import RetentionException

MOST_NAMED = 3

RULE: Rules = {
    "label": text,
    "period": elsewhere,
    "after": elsewhere,
    "until": elsewhere,
    "review": elsewhere,
    "review_after": elsewhere,
    "per": elsewhere,
    "assumption": internal,
}

EXCEPTION: Rules = {"label": text, "text": text, "basis": value("exception-basis"), "assumption": internal}


def rules(scene: Scene) -> Iterator[Change]:
    """Changes of the rules themselves; rows concerned are those that keep data by them."""

    def about(name: str, was: RetentionRule, now: RetentionRule) -> About:
        still = scene.rows_kept_by_now.get(name, frozenset())
        rows = tuple(pair for pair in scene.rows_kept_by.get(name, ()) if pair in still)
        return About(f"retention.{name}", now.label, rows=rows, words=_places(scene, rows) | _items(scene, name, rows))

    old, new = scene.old.retention, scene.new.retention
    yield from entries(old, new, about, RULE, ("declared", "undeclared"))
    for name, now in new.items():
        was = old.get(name)
        if was is not None and was != now:
            found = tuple(_lengths(about(name, was, now), "", was, now))
            yield from found or _idle(about(name, was, now), was, now)


def _items(scene: Scene, name: str, rows: tuple[Pair, ...]) -> dict[str, str]:
    """The items a rule keeps, where its rows have others as well; nothing where they are many."""
    kept: dict[str, None] = {}
    every: set[str] = set()
    for touchpoint, row_id in rows:
        by_item = _by_item(scene.new.touchpoints[touchpoint].row(row_id))
        kept |= {item: None for item, names in by_item.items() if name in names}
        every |= by_item.keys()
    few = len(kept) <= MOST_NAMED and len(kept) < len(every)
    return {"items": "; ".join(scene.item(item) for item in kept)} if kept and few else {}


def _places(scene: Scene, rows: tuple[Pair, ...]) -> dict[str, str]:
    """The touchpoints that keep data by a rule, to begin the sentence with; nothing where they are many."""
    titles = list(dict.fromkeys(scene.old.touchpoints[touchpoint].title for touchpoint, _ in rows))
    return {"touchpoint": "; ".join(titles)} if 0 < len(titles) <= MOST_NAMED else {}


def _idle(about: About, was: RetentionRule, now: RetentionRule) -> Iterator[Change]:
    """Keys that say nothing in a rule of its form, such as `after` beside `until`."""
    for name in ("after", "review", "review_after"):
        if getattr(was, name) != getattr(now, name):
            yield from internal(about, name, getattr(was, name), getattr(now, name))


def exceptions(scene: Scene) -> Iterator[Change]:
    """Changes of when data may be kept longer: they hold for all data."""

    def about(name: str, was: RetentionException, now: RetentionException) -> About:
        return About(f"retention_exceptions.{name}", now.label, everyone=True)

    old, new = scene.old.retention_exceptions, scene.new.retention_exceptions
    yield from entries(old, new, about, EXCEPTION, ("exception-added", "exception-removed"))


def _lengths(about: About, step: str, was: RetentionRule, now: RetentionRule) -> Iterator[Change]:
    """What the rule of now is to that of before."""
    found = verdict(was, now)
    if found != "same":
        yield about.change(f"retention-{found}", step, old=was.short, new=now.short)
    elif was.short != now.short:
        yield about.but(words={"part": "period"}).change("reworded", step, old=was.short, new=now.short)
    reviewed = review(was, now)
    if reviewed != "same":
        yield about.change(f"review-{reviewed}", step, old=_reviews(was), new=_reviews(now))
    elif (was.review, was.review_after) != (now.review, now.review_after) and found == "same":
        yield about.but(words={"part": "review"}).change("reworded", step, old=_reviews(was), new=_reviews(now))


def _reviews(rule: RetentionRule) -> str | None:
    return f"{rule.review} after {rule.review_after}" if rule.review else None


def row_rules(scene: Scene, about: About, was: Row, now: Row) -> Iterator[Change]:
    """Items of a row that are kept by another rule than before, told once for each pair of rules."""
    if was.retention == now.retention:
        return
    before, after = _by_item(was), _by_item(now)
    pairs: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for item, names in after.items():
        if item in before and before[item] != names:
            pairs.setdefault((before[item], names), []).append(item)
    told = [change for (a, b), items in pairs.items() for change in _swap(scene, about, a, b, items)]
    yield from told or (about.but(words={"part": "retention"}).change("reworded", "retention"),)


def _by_item(row: Row) -> Mapping[str, tuple[str, ...]]:
    """Item → the rules that keep it: those that name it, else those that name none."""
    named = {item: tuple(r.rule for r in row.retention if item in r.items) for item in sorted(row.item_ids)}
    rest = tuple(r.rule for r in row.retention if not r.items)
    return {item: rules or rest for item, rules in named.items()}


def _swap(scene: Scene, about: About, was: tuple[str, ...], now: tuple[str, ...], items: list[str]) -> Iterator[Change]:
    about = about.but(items=tuple(items), words={"items": "; ".join(scene.item(item) for item in items)})
    before = [scene.old.retention[name] for name in was if name in scene.old.retention]
    after = [scene.new.retention[name] for name in now if name in scene.new.retention]
    if len(before) == len(after) == 1:
        yield from _lengths(about, "retention", before[0], after[0])
        return
    kind = _several(before, after)
    if kind is not None:
        old, new = [rule.short for rule in before], [rule.short for rule in after]
        yield about.change(kind, "retention", old=old, new=new)


def _several(before: list[RetentionRule], after: list[RetentionRule]) -> str | None:
    """Data is kept as long as the longest of its rules says: each rule of now must be covered by one of before."""

    def covered(rules: list[RetentionRule], by: list[RetentionRule]) -> bool:
        return all(any(verdict(old, new) in ("same", "shorter", "bounded") for old in by) for new in rules)

    if not covered(after, before):
        return "retention-other"
    return None if covered(before, after) else "retention-shorter"
