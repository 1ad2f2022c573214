"""What a look found → a dataset and comments for the person who corrects it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from troth.systems.sql.dialects.live import LiveColumn, LiveTable
from troth.systems.sql.draft import patterns
from troth.systems.sql.draft.linking import Linked, Place, linked
from troth.systems.sql.draft.looking import Looked
from troth.systems.sql.graph import ordered
from troth.systems.sql.model import Column, Dataset, Fixed, Keep, Kind, Mask, Random, Table

ERASED = "erased"
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 nobody's address, in a column that must hold one
_EMAIL_ROOM = 38  # characters of `erased-`, sixteen random ones and the suffix
_ROOM = 23
_NOBODY = Keep(keep="drafted: no identity leads here yet")
_TIES = Keep(keep="ties rows together; the row it belongs to is masked itself")


class NobodyThere(ValueError):
    """No column of the database looks as if people could be found by it."""


@dataclass
class Drafted:
    """A dataset that can be read, and comments: (table, column or None) → text."""

    dataset: Dataset
    comments: dict[tuple[str, str | None], str] = field(default_factory=dict)


def drafted(looked: Looked, title: str) -> Drafted:
    """The draft. Raises NobodyThere where nothing looks like an identity."""
    identities = dict(_identities(looked))
    if not identities:
        raise NobodyThere(
            "no column looks like an e-mail address or another identity; begin the dataset file by hand, "
            "or take more rows with --sample"
        )
    links = linked(looked, frozenset(table for table, _ in identities))
    maker = _Maker(looked, links, identities, dict(links.comments))
    tables, other = {}, {}
    for name in looked.tables:
        if name in links.reached or maker.personal(name):
            tables[name] = maker.table(name)
        else:
            other[name] = "drafted: nothing in it looks personal"
    made = Dataset.model_validate({"title": title, "tables": tables, "other_tables": other})
    return Drafted(_kept_where_nobody_leads(made), maker.comments)


def _kept_where_nobody_leads(dataset: Dataset) -> Dataset:
    """References that a draft leaves out after all may leave a table that nobody is led to: it stays, and says so."""
    led = frozenset(ordered(dataset))
    tables = {
        name: table
        if name in led or isinstance(table.on_erase, Keep)
        else table.model_copy(update={"on_erase": _NOBODY})
        for name, table in dataset.tables.items()
    }
    return dataset.model_copy(update={"tables": tables})


def _identities(looked: Looked) -> Iterator[tuple[Place, Kind]]:
    """Columns by which people are found: e-mails; where there are none, what else names a person."""
    by_item: dict[str, list[Place]] = {}
    for place, verdict in looked.verdicts.items():
        if verdict.item:
            by_item.setdefault(verdict.item, []).append(place)
    kinds: tuple[tuple[str, Kind], ...] = (
        ("email", "email"),
        ("user-name", "account"),
        ("phone", "phone"),
        ("user-id", "account"),
    )
    for item, kind in kinds:
        if item in by_item:
            yield from ((place, kind) for place in by_item[item])
            return


@dataclass
class _Maker:
    """What every table of one draft is made with; `comments` grow as it is."""

    looked: Looked
    links: Linked
    identities: Mapping[Place, Kind]
    comments: dict[tuple[str, str | None], str]

    def personal(self, table: str) -> bool:
        return any(self.looked.verdicts[table, column].item for column in self.looked.tables[table].columns)

    def table(self, name: str) -> Table:
        live = self.looked.tables[name]
        if not live.primary_key:
            self._say((name, None), "the table has no primary key: say which columns tell its rows apart")
        columns = {column: self._column((name, column), about) for column, about in live.columns.items()}
        key = live.primary_key or _instead(live)
        written: dict[str, Any] = {"key": key, "columns": columns, "time": _time(live), "on_erase": "anonymise"}
        if "." in live.bare:
            written["schema"] = live.schema
        if name not in self.links.reached:
            written["on_erase"] = _NOBODY
            self._say((name, None), "personal, but nothing ties it to a person: add `identity` or `references`")
        if name in self.links.composite:
            written["references"] = self.links.composite[name]
        return Table.model_validate(written)

    def _column(self, place: Place, live: LiveColumn) -> Column:
        verdict = self.looked.verdicts[place]
        if place in self.links.work:
            return Column.model_validate({"none": "who worked on it: staff, not the person whose row it is"})
        ties = place in self.links.tying
        linked_to = self.links.references.get(place)
        self._say(place, verdict.why)
        why = _why(live, ties=ties or bool(linked_to))
        written: dict[str, Any] = {"item": verdict.item} if verdict.item else {"none": why}
        if place in self.identities:
            written["identity"] = self.identities[place]
        if linked_to:
            written["references"] = linked_to
        mask = self._mask(place, live, verdict.item, ties=ties)
        return Column.model_validate(written if mask is None else {**written, "on_erase": mask})

    def _mask(self, place: Place, live: LiveColumn, item: str | None, *, ties: bool) -> Mask | None:
        """A mask the table allows; None where NULL is right, or nothing is masked."""
        identity = place in self.identities
        if ties and item in (None, "user-id"):
            return _TIES
        if item is None:
            return None
        if live.primary and not (identity and live.family == "text"):
            return Keep(keep="the key of the row")
        sets = self.looked.tables[place[0]].uniques
        if identity or item == "email" or any(place[1] in one.columns for one in sets):
            return _unlike(live, item)
        return None if live.nullable else _not_null(live, item)

    def _say(self, place: tuple[str, str | None], text: str) -> None:
        if text:
            self.comments[place] = "; ".join(filter(None, (self.comments.get(place), text)))


def _instead(live: LiveTable) -> tuple[str, ...]:
    """Columns that tell rows apart where there is no primary key."""
    sets = [one.columns for one in live.uniques if not one.partial and not one.hidden]
    return min(sets, key=len, default=tuple(live.columns))


def _why(live: LiveColumn, *, ties: bool) -> str:
    if ties:
        return "ties rows together"
    return "key of the row" if live.primary else "drafted: does not look personal"


def _unlike(live: LiveColumn, item: str) -> Mask | None:
    """A mask that differs from row to row, where the column has room for it."""
    if live.family != "text" or (live.length is not None and live.length < _ROOM):
        return None if live.nullable else _not_null(live, item)
    mail = item == "email" and (live.length is None or live.length >= _EMAIL_ROOM)
    return Random(random=Random.Settings(suffix="@erased.invalid" if mail else ""))


_CONSTANTS: Mapping[str, Fixed] = {
    "whole": Fixed(fixed=0),
    "number": Fixed(fixed=0),
    "boolean": Fixed(fixed=False),
    "date": Fixed(fixed="1900-01-01"),
    "time": Fixed(fixed="1900-01-01 00:00:00"),
    "uuid": Fixed(fixed="00000000-0000-0000-0000-000000000000"),
    "json": Fixed(fixed="{}"),
}


def _not_null(live: LiveColumn, item: str) -> Mask | None:
    if live.family == "text":
        return Fixed(fixed=ERASED if live.length is None or live.length >= len(ERASED) else "")
    return Fixed(fixed=_NO_ADDRESS) if item == "ip-address" else _CONSTANTS.get(live.family)


def _time(live: LiveTable) -> str | None:
    """The column that most likely says when the row was recorded."""
    timed = [(patterns.is_time(n), n) for n, c in live.columns.items() if c.family in ("date", "time")]
    ranked = sorted((rank, name) for rank, name in timed if rank is not None)
    return ranked[0][1] if ranked else None
