"""`RestSystem`: six verbs of a simple JSON API, as its entry in the systems file describes them."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from troth.systems.kit.api import Reply, keyed
from troth.systems.kit.auth import Auth, Basic, Bearer, HeaderKey, NoAuth
from troth.systems.kit.base import VERBS, Outgoing
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, Pending, SystemProblem
from troth.systems.kit.paging import by_cursor, by_link, by_number, by_offset, link_in
from troth.systems.kit.saas import SaasSystem
from troth.systems.kit.settings import read
from troth.systems.rest.fill import at, filled, path
from troth.systems.rest.settings import KINDS, Call, Listing, RestSettings, slots

POLL = timedelta(minutes=5)
Row = Mapping[str, Any]


def _undescribed(verb: str) -> NotOffered:
    return NotOffered(
        reason=f"its entry in the systems file describes no {verb}",
        source="the systems file, where a call for it or a reason could stand",
        manual_steps="Do it by hand there and record the proof with the task.",
    )


class RestSystem(SaasSystem):
    """Each entry is a class of its own with the verbs it describes, so that what it offers can be read from it."""

    Settings = RestSettings
    TITLE: ClassVar[str] = "REST system"
    FIELDS: ClassVar[Mapping[str, str]] = {}
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {verb: _undescribed(verb) for verb in VERBS}
    settings: RestSettings

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> Self:
        settings = read(RestSettings, name, config, base_dir)
        written = {verb: getattr(cls, f"_{verb}") for verb in VERBS if getattr(settings, verb)}
        told: dict[str, NotOffered | Expires] = {
            verb: NotOffered(one.reason, one.source, one.manual) for verb, one in settings.instead.items()
        }
        instead = {verb: told.get(verb, cls.INSTEAD[verb]) for verb in VERBS if verb not in written}
        both = sorted(written.keys() & told.keys())
        if both:
            raise SystemProblem(
                f"system {name}: {both[0]} has a call and a reason why it has none; leave one out",
                consequence="fix settings",
            )
        made = type(f"{cls.__name__}:{name}", (cls,), {**written, "check": cls._check, "INSTEAD": instead})
        system: Self = made(name, settings)
        return system

    def auth(self) -> Auth:
        token = self.settings.token
        if self.settings.auth == "none" or token is None:
            return NoAuth()
        kinds: dict[str, Callable[[], Auth]] = {
            "bearer": lambda: Bearer(token),
            "header": lambda: HeaderKey(self.settings.header, token),
            "basic": lambda: Basic(self.settings.user, token),
        }
        return kinds[self.settings.auth]()

    def test(self) -> Done:
        """What the system says whose account it is."""
        return Done(
            {"account": str(at(self._call("test", self.settings.test, {}).body, self.settings.test.account, self.name))}
        )

    def _find(self, who: Identifiers) -> Outcome:
        """Every row of every identifier, all fields."""
        rows = self._rows(who)
        return Found({"rows": len(rows)}, tuple(self._finding(id, row) for id, row in rows.items()))

    def _erase(self, who: Identifiers, *, key: str) -> Outcome:
        """A call for each row. Done when a fresh look finds none of them."""
        assert self.settings.erase
        rows = self._rows(who)
        for id in rows:
            self._call("erase", self.settings.erase, {"id": id, "key": key})
        if rows and self.settings.erase.gone:
            return Pending(json.dumps(sorted(rows)), POLL)
        left = self._rows(who) if rows else {}
        if left:
            raise SystemProblem(
                f"{self.name}: erase: {len(left)} rows are found after they were erased; if it takes its time there, "
                "give `gone`",
                consequence="retry",
            )
        return Done({"rows": len(rows)})

    def _check(self, token: str) -> Outcome:
        """Done when none of the rows is there any more."""
        gone = self.settings.erase.gone if self.settings.erase else None
        try:
            ids = [str(id) for id in json.loads(token)]
        except (ValueError, TypeError):
            gone = None
        if gone is None:
            raise SystemProblem(
                f"{self.name}: this token is not from an erasure there; start the erasure again", consequence="stop"
            )
        looks = (self.api.call("look", "GET", path(gone, {"id": id, "key": ""}), ok=(200, 404, 410)) for id in ids)
        return Pending(token, POLL) if any(look.status == 200 for look in looks) else Done({"rows": len(ids)})

    def _rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """The right values into every row."""
        assert self.settings.rectify
        fields = self.to_fields(changes)
        rows = self._rows(who)
        for id in rows:
            self._call("rectify", self.settings.rectify, {"id": id, "key": key}, fields=fields)
        return Done({"rows": len(rows)})

    def _suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """A call for each row where it names `{id}`, else for each value of the identifier it names."""
        call = self.settings.suppress
        assert call
        if "id" in call.names():
            values = [{"id": id} for id in self._rows(who)]
        else:
            values = [{kind: one} for kind in KINDS if kind in call.names() for one in _values(who, kind)]
        for one in values:
            self._call("suppress", call, {**one, "key": key})
        return Done({"calls": len(values)})

    def _deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """One call a record, with the key the system keeps."""
        call = self.settings.deliver
        assert call
        fields = self.to_fields(outgoing.values)
        known = keyed(key, call.key_header) if call.key_header else {}
        values = {"key": next(iter(keyed(key).values())), "marketing": outgoing.marketing}
        made = self._call("deliver", call, values, fields=fields, headers=known)
        return Done({"id": str(at(made.body, call.id, self.name)), "fields": sorted(fields)})

    def _oldest(self) -> Outcome:
        """The time of the first row."""
        call = self.settings.oldest
        assert call
        rows = at(self._call("oldest", call, {}).body, call.rows, self.name, list)
        return Done({"oldest": str(at(rows[0], call.time, self.name)) if rows else None})

    def _rows(self, who: Identifiers) -> dict[str, Row]:
        call = self.settings.find
        if call is None:
            raise SystemProblem(f"{self.name}: describe `find` first", consequence="fix settings")
        (kind,) = call.names() & set(KINDS)
        found = (row for value in _values(who, kind) for row in self._listed("find", call, {kind: value}))
        return {str(at(row, call.id, self.name)): row for row in found}

    def _listed(self, act: str, call: Listing, values: Mapping[str, Any]) -> Iterator[Row]:
        def turn(name: str | None = None, value: object = None) -> Reply:
            more = {} if name is None or value is None else {name: value}
            return self._call(act, call, values, more=more)

        def rows(reply: Reply) -> list[Any]:
            held: list[Any] = at(reply.body, call.rows, self.name, list)
            return held

        for reply in self._pages(act, call, values, turn, rows):
            yield from rows(reply)

    def _pages(
        self, act: str, call: Listing, values: Mapping[str, Any], turn: Callable[..., Reply],
        rows: Callable[[Reply], list[Any]],
    ) -> Iterator[Reply]:  # fmt: skip
        if call.next_cursor:
            cursor = call.next_cursor
            return by_cursor(lambda at: turn(cursor.param, at), link_in(*cursor.at.split(".")))
        if call.page_param:
            return by_number(lambda page: turn(call.page_param, page), rows)
        if call.offset_param:
            return by_offset(lambda offset: turn(call.offset_param, offset), rows)
        if call.next_link and call.method == "GET":
            next_of = None if call.next_link == "header" else link_in(*call.next_link.split("."))
            where, params = path(call.path, values), filled(call.params, values)
            return by_link(self.api, act, where, next_of=next_of, params=params, ok=call.ok)
        return iter((turn(),))

    def _call(
        self, act: str, call: Call, values: Mapping[str, Any], *, more: Mapping[str, Any] | None = None,
        fields: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None,
    ) -> Reply:  # fmt: skip
        """One call, its templates filled. `more` goes where the call has its values; `fields` where the body says, else
        beside what it holds: none is dropped."""
        values = {**values, "fields": dict(fields or {})}
        params, body = filled(call.params, values), filled(call.body, values)
        beside = {} if "fields" in slots(call.body) else dict(fields or {})
        if more and call.method == "GET":
            params |= {name: str(value) for name, value in more.items()}
        elif more:
            beside |= more
        request: dict[str, Any] = {"params": params} if params else {}
        if call.method != "GET" and (body is not None or beside):
            request["json"] = {**beside, **(body or {})}
        return self.api.call(
            act, call.method, path(call.path, values), ok=call.ok, headers=dict(headers or {}), **request
        )

    def _finding(self, id: str, row: Row) -> Finding:
        values = {name: value for name, value in row.items() if value is not None}
        return Finding("row", id, values, items_of(self.mapping, values))


def _values(who: Identifiers, kind: str) -> tuple[str, ...]:
    values: tuple[str, ...] = who.addresses if kind == "email" else getattr(who, kind)
    return values
