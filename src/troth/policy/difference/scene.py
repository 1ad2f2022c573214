"""The two policies side by side: which rows use what, what things are called, and the making of a change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from troth.policy.difference.kinds import KINDS, PUBLISHED, SILENT, Kind
from troth.policy.difference.values import WEIGHT, Change, Class
from troth.policy.model import Policy, Row

Pair = tuple[str, str]
"""(touchpoint, row)."""


@dataclass(frozen=True, slots=True)
class About:
    """A part of the policy under comparison, and whom its changes concern.

    `where`: its path in the new policy; `was`: in the old one, where that differs. `name`: what people call it.
    `consents`: the purposes among those concerned that rely on consent, before and after. `fresh`: consent is asked for
    it, whichever purposes rely on that (cookies).
    """

    where: str
    name: str = ""
    was: str | None = None
    rows: tuple[Pair, ...] = ()
    everyone: bool = False
    purposes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    fresh: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def change(self, kind: str, step: str = "", *, gone: bool = False, old: object = (), new: object = ()) -> Change:
        """A change of this part, or of what stands at `step` in it, in the old policy if it is gone.

        Raises KeyError for a kind that the table does not know.
        """
        known = KINDS[kind]
        fresh = known.consent and (self.fresh or bool(self.consents))
        nobody = known.classes == SILENT
        base = self.was if gone and self.was is not None else self.where
        return Change(
            kind=kind,
            classes=self._classes(known, fresh=fresh),
            where=f"{base}.{step}" if base and step else base or step,
            gone=gone,
            rows=() if nobody else self.rows,
            everyone=self.everyone and not nobody,
            purposes=self.consents if fresh and self.consents else self.purposes,
            recipients=self.recipients,
            items=self.items,
            old=shown(old),
            new=shown(new),
            words={"name": self.name, **self.words},
        )

    def _classes(self, known: Kind, *, fresh: bool) -> tuple[Class, ...]:
        """Heaviest first. What concerns no row and not everyone is nobody's yet: then it is published, no more."""
        if not self.rows and not self.everyone and known.classes != SILENT:
            return PUBLISHED
        return tuple(sorted((*known.classes, *(("fresh consent",) if fresh else ())), key=lambda c: -WEIGHT[c]))

    def inside(self, now: str, was: str | None = None) -> "About":
        """A part of this part: its step in the new policy, and in the old one where that differs."""
        before = f"{self.where if self.was is None else self.was}.{now if was is None else was}"
        return replace(self, where=f"{self.where}.{now}", was=before)

    def but(self, **parts: Any) -> "About":
        """The same with other parts; words are added to those there are."""
        words = {**self.words, **parts.pop("words", {})}
        return replace(self, **parts, words=words)


def shown(value: object) -> tuple[str, ...]:
    """A value of a field as the texts that stand for it: none for nothing, one for most, several for a list."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(text for part in value for text in shown(part))
    return (str(value),)


class Scene:
    """The old and the new policy with what comparisons ask of both. Rows concerned are those of the old policy: only
    there is data yet."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self.old = old
        self.new = new

    @cached_property
    def rows_with(self) -> Mapping[str, tuple[Pair, ...]]:
        """Item → rows."""
        return self._by(lambda row: row.item_ids)

    @cached_property
    def rows_for(self) -> Mapping[str, tuple[Pair, ...]]:
        """Purpose → rows."""
        return self._by(lambda row: (p.purpose for p in row.purposes))

    @cached_property
    def rows_kept_by(self) -> Mapping[str, tuple[Pair, ...]]:
        """Retention rule → rows."""
        return self._by(_rules)

    @cached_property
    def rows_kept_by_now(self) -> Mapping[str, frozenset[Pair]]:
        """Retention rule → rows of the new policy."""
        found: defaultdict[str, set[Pair]] = defaultdict(set)
        for pair, row in _rows(self.new):
            for name in _rules(row):
                found[name].add(pair)
        return {name: frozenset(pairs) for name, pairs in found.items()}

    @cached_property
    def rows_to(self) -> Mapping[str, tuple[Pair, ...]]:
        """Recipient → rows it gets data of; those of a touchpoint where it sets cookies too."""
        found = dict(self._by(lambda row: (r.recipient for r in row.receivers)))
        for cookie in self.old.cookies.values():
            here = self.rows_at(cookie.touchpoint)
            found[cookie.setter] = tuple(dict.fromkeys((*found.get(cookie.setter, ()), *here)))
        return found

    def rows_at(self, touchpoint: str) -> tuple[Pair, ...]:
        found = self.old.touchpoints.get(touchpoint)
        return tuple((touchpoint, row.id) for row in found.rows) if found else ()

    def _by(self, names: Any) -> Mapping[str, tuple[Pair, ...]]:
        found: defaultdict[str, list[Pair]] = defaultdict(list)
        for tid, touchpoint in self.old.touchpoints.items():
            for row in touchpoint.rows:
                for name in dict.fromkeys(names(row)):
                    found[name].append((tid, row.id))
        return {name: tuple(pairs) for name, pairs in found.items()}

    @cached_property
    def kinds_differ(self) -> bool:
        """True if an item is of another kind now: that decides which items a recipient gets that names none."""
        before, after = ({n: i.kind for n, i in p.data.items()} for p in (self.old, self.new))
        return before != after

    @cached_property
    def _consenting(self) -> Mapping[Pair, tuple[str, ...]]:
        """Row → its purposes that rely on consent, before and after."""
        after = {pair: frozenset(consenting(row)) for pair, row in _rows(self.new)}
        return {pair: tuple(p for p in consenting(row) if p in after.get(pair, ())) for pair, row in _rows(self.old)}

    def consents(self, rows: Iterable[Pair]) -> tuple[str, ...]:
        """The purposes of these rows that rely on consent, before and after."""
        return tuple(dict.fromkeys(purpose for pair in rows for purpose in self._consenting.get(pair, ())))

    def item(self, name: str) -> str:
        """What people call an item; its id where neither policy knows it."""
        known = self.new.data.get(name) or self.old.data.get(name)
        return known.label if known else name

    def purpose(self, name: str) -> str:
        known = self.new.purposes.get(name) or self.old.purposes.get(name)
        return known.label if known else name

    def recipient(self, name: str) -> str:
        known = self.new.recipients.get(name) or self.old.recipients.get(name)
        return known.name if known else name


def _rows(policy: Policy) -> Iterator[tuple[Pair, Row]]:
    return (((tid, row.id), row) for tid, touchpoint in policy.touchpoints.items() for row in touchpoint.rows)


def _rules(row: Row) -> Iterator[str]:
    return (r.rule for r in row.retention)


def consenting(row: Row) -> tuple[str, ...]:
    """The purposes of a row that rely on consent."""
    return tuple(p.purpose for p in row.purposes if p.relies_on == "consent")
