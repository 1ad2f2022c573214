"""How fields are compared: a rule for each field, put together as tables by the modules beside this one."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from troth.policy.difference.scene import About
from troth.policy.difference.spans import order
from troth.policy.difference.values import Change

Rule = Callable[[About, str, Any, Any], Iterator[Change]]
"""(part, field, what stood there, what stands there) → changes. Asked only where the two differ."""

Rules = Mapping[str, Rule]
T = TypeVar("T")


def compare(about: About, old: BaseModel, new: BaseModel, rules: Rules) -> Iterator[Change]:
    """The changes of a part, field by field. A field without a rule is told all the same."""
    for name in type(new).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield from rules.get(name, other)(about, name, was, now)


def other(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """Of what no rule knows."""
    yield about.but(words={"part": name}).change("other", name)


def text(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """Words for people that promise nothing a structured field does not."""
    yield about.but(words={"part": name}).change("reworded", name, old=was, new=now)


def internal(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """What the operator keeps for itself: notes, names of connectors, references to assumptions."""
    if isinstance(now, (BaseModel, tuple)) and not all(isinstance(part, str) for part in now):
        was, now = (), ()
    yield about.but(words={"part": name}).change("internal", name, old=was, new=now)


def elsewhere(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """Compared by whoever uses the part, together with what stands around it."""
    return iter(())


def value(kind: str) -> Rule:
    """Any other value is a change of this kind."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        yield about.change(kind, name, old=was, new=now)

    return rule


def said(kind: str) -> Rule:
    """A text that states a fact: other words are a change of this kind, other commas and capitals are wording."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        yield from (text if same_words(was, now) else value(kind))(about, name, was, now)

    return rule


def stated(added: str, removed: str, changed: str) -> Rule:
    """A text that may be absent: said, no longer said, or said otherwise."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        if was is None or now is None:
            yield about.change(added if was is None else removed, name, gone=now is None, old=was, new=now)
        else:
            yield from said(changed)(about, name, was, now)

    return rule


def flag(on: str, off: str) -> Rule:
    """True or false."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        yield about.change(on if now else off, name)

    return rule


def graded(grades: Sequence[Any], up: str, down: str) -> Rule:
    """A value of a scale, from low to high; one that is not on it counts as lowest."""
    rank = {grade: number for number, grade in enumerate(grades)}

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        yield about.change(up if rank.get(now, -1) > rank.get(was, -1) else down, name, old=was, new=now)

    return rule


def interval(
    about: About, name: str, was: str | None, now: str | None, kinds: tuple[str, str], *, longer_is_better: bool = False
) -> Iterator[Change]:
    """A length promised: `kinds` if it is better than before, or worse; none at all is worst."""
    if was is None or now is None:
        better = was is None
    else:
        found = order(was, now)
        if found == 0:
            yield from text(about, name, was, now)
            return
        better = (found > 0) is longer_is_better
    yield about.change(kinds[0] if better else kinds[1], name, old=was, new=now)


def members(added: str, removed: str, label: Callable[[Any], str] = str) -> Rule:
    """A list where each entry counts by itself and order says nothing; texts are compared by their words."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        before, after = {plain(x): x for x in was}, {plain(x): x for x in now}
        for place, entry in enumerate(now):
            if plain(entry) not in before:
                yield about.change(added, f"{name}.{place}", new=label(entry))
        for place, entry in enumerate(was):
            if plain(entry) not in after:
                yield about.change(removed, f"{name}.{place}", gone=True, old=label(entry))
        if sorted(was) == sorted(now):
            yield about.but(words={"part": name}).change("reordered", name)
        elif before.keys() == after.keys():
            yield from text(about, name, was, now)

    return rule


def whole(kind: str) -> Rule:
    """A list that is told as it was and as it is, where its members differ."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        if sorted(was) == sorted(now):
            yield about.but(words={"part": name}).change("reordered", name)
        else:
            yield from said(kind)(about, name, was, now)

    return rule


def plain(value: object) -> Hashable:
    """A text as the words it consists of; anything else as it is."""
    return tuple(re.findall(r"\w+", value.casefold())) if isinstance(value, str) else value


def same_words(was: object, now: object) -> bool:
    """True if two texts, or lists of texts, differ in punctuation, capitals and spaces at most."""
    if isinstance(was, (list, tuple)) and isinstance(now, (list, tuple)):
        return [plain(x) for x in was] == [plain(x) for x in now]
    return plain(was) == plain(now)


Placed = tuple[int, T]
Found = tuple[Placed[T] | None, Placed[T] | None]


def matched(old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[Found[T]]:
    """Entries of two lists by key, each with its place: those of the new list in order, then those that are gone."""
    before, after = _keyed(old, key), _keyed(new, key)
    for name, entry in after.items():
        yield before.get(name), entry
    for name, entry in before.items():
        if name not in after:
            yield entry, None


def moved(old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]) -> bool:
    """True if entries that are in both lists stand in another order."""
    before, after = list(_keyed(old, key)), list(_keyed(new, key))
    return [k for k in before if k in set(after)] != [k for k in after if k in set(before)]


def _keyed(entries: Iterable[T], key: Callable[[T], Hashable]) -> dict[Hashable, Placed[T]]:
    """By key; a second entry of the same key is matched with a second one."""
    seen: Counter[Hashable] = Counter()
    found: dict[Hashable, Placed[T]] = {}
    for place, entry in enumerate(entries):
        name = key(entry)
        found[name, seen[name]] = place, entry
        seen[name] += 1
    return found


def entries(
    old: Mapping[str, T],
    new: Mapping[str, T],
    about: Callable[[str, T, T], About],
    rules: Rules,
    kinds: tuple[str, str],
) -> Iterator[Change]:
    """The changes of a section of named entries. `about` gets the old and the new entry, twice the same where there is
    one only; `kinds`: of an entry that came, and of one that went."""
    for name, now in new.items():
        was = old.get(name)
        if was is None:
            yield about(name, now, now).change(kinds[0])
        elif was != now and isinstance(was, BaseModel) and isinstance(now, BaseModel):
            yield from compare(about(name, was, now), was, now, rules)
    for name, was in old.items():
        if name not in new:
            yield about(name, was, was).change(kinds[1], gone=True)
