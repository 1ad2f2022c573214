"""PostHog's persons, events and recordings of somebody, found by the ids of their devices."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from troth.systems.kit.api import Api
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, Finding, SystemProblem
from troth.systems.kit.paging import in_batches
from troth.systems.saas.posthog.hogql import SEVERAL, Queries, Where, one_of

MOST_DELETED = 1000  # persons in one call
MOST_RECORDINGS = 100

Person = Mapping[str, Any]


class People:
    """Persons of one project. Ids travel in bodies: never in a URL, never in the text of a query."""

    def __init__(self, api: Api, queries: Queries, *, project: str, identified: bool) -> None:
        self._api = api
        self._queries = queries
        self._base = f"/api/projects/{project}"
        self._identified = identified

    def ids(self, who: Identifiers) -> tuple[str, ...]:
        """The distinct ids to look for: devices, and only where that is allowed addresses and accounts."""
        known = (*who.addresses, *who.account) if self._identified else ()
        return tuple(dict.fromkeys((*who.device, *known)))

    def of(self, who: Identifiers) -> list[Person]:
        """The persons that are this person, each once."""
        found: dict[str, Person] = {}
        for some in in_batches(self.ids(who), SEVERAL):
            found |= {person["uuid"]: person for person in self._batch("distinct_ids", some)}
        if self._identified and who.email:
            where = self._by_address("properties.email", who)
            named = self._queries.column("find persons by address", "id", "persons", where)
            found |= {person["uuid"]: person for person in self.now(named)}
        return list(found.values())

    def now(self, uuids: Sequence[str]) -> list[Person]:
        """Those of these persons who are there."""
        return [person for some in in_batches(uuids, SEVERAL) for person in self._batch("uuids", some)]

    def where(self, who: Identifiers, persons: Sequence[Person]) -> Where:
        """Rows of these persons, and of these ids that no person has."""
        return one_of("person_id", [one["uuid"] for one in persons], "p") | one_of("distinct_id", self.ids(who), "d")

    def events(self, where: Where, unreached: Mapping[str, datetime], goes: Expires) -> Iterator[Finding]:
        """Every event, oldest first. `unreached`: persons → since when nobody can delete their events, which `goes`."""
        columns = "uuid, event, timestamp, person_id, properties"
        for uuid, event, time, person, properties in self._queries.all("read events", columns, "events", where):
            told = json.loads(properties) if isinstance(properties, str) else dict(properties or {})
            values = {"event": event, "timestamp": time, **told}
            since = unreached.get(str(person))
            late = since is not None and moment(time) >= since
            yield Finding("event", str(uuid), values, goes=goes if late else None)

    def recordings(self, where: Where) -> dict[str, Mapping[str, Any]]:
        """The session recordings that can still be played, by their ids."""
        held = self._queries.column("find recordings", "session_id", "session_replay_events", where)
        looked = {one: self.recording(one) for one in held}
        return {one: recording for one, recording in looked.items() if recording is not None}

    def recording(self, session: str) -> Mapping[str, Any] | None:
        """A recording as it is now; None when it is gone."""
        reply = self._api.call("look at a recording", "GET", self._recording(session), ok=(200, 404))
        if reply.status == 404:
            return None
        reply.need("id", str)
        found: Mapping[str, Any] = reply.body
        return found

    def person_ids(self, who: Identifiers) -> list[str]:
        """The persons that events of somebody point to, whether they are there or not."""
        where = one_of("distinct_id", self.ids(who), "d")
        if self._identified:  # events keep what their person's properties were
            where |= self._by_address("person.properties.email", who)
        return self._queries.column("find whose events", "person_id", "events", where)

    def deletion(self, uuid: str) -> Mapping[str, Any] | None:
        """The last deletion of a person's events that PostHog has queued or done; None for none."""
        query = {"person_uuid": uuid, "limit": "100"}
        path = f"{self._base}/persons/deletion_status/"
        rows = self._api.call("look at a deletion", "GET", path, params=query).need("results", list)
        return max(rows, key=lambda row: moment(row["created_at"]), default=None)

    def count(self, uuid: str, *, before: str, since: str = "") -> int:
        """How many events of a person there are from before a time, and from since another."""
        where = Where("person_id = {p} AND timestamp < toDateTime({before})", {"p": uuid, "before": before})
        if since:
            where = Where(f"{where.text} AND timestamp >= toDateTime({{since}})", {**where.values, "since": since})
        return self._queries.count("count events left", "events", where)

    def delete(self, uuids: Sequence[str]) -> None:
        """Delete persons, and queue the deletion of their events and recordings."""
        for some in in_batches(uuids, MOST_DELETED):
            body = {"ids": list(some), "delete_events": True, "delete_recordings": True, "keep_person": False}
            reply = self._api.call("delete persons", "POST", f"{self._base}/persons/bulk_delete/", json=body, ok=(202,))
            reply.need("persons_deleted", int)
            if reply.body.get("deletion_errors"):
                raise SystemProblem(
                    f"PostHog could not delete {len(reply.body['deletion_errors'])} persons; try again later",
                    consequence="retry",
                )

    def delete_recordings(self, sessions: Sequence[str]) -> None:
        """Delete recordings now: of the queued deletion PostHog tells no status."""
        for some in in_batches(sessions, MOST_RECORDINGS):
            body = {"session_recording_ids": list(some)}
            path = f"{self._base}/session_recordings/bulk_delete/"
            self._api.call("delete recordings", "POST", path, json=body)

    def write(self, uuid: str, key: str, value: str) -> None:
        """Set a property of a person. PostHog does it in the background."""
        path = f"{self._base}/persons/{uuid}/update_property/"
        self._api.call("rectify a person", "POST", path, json={"key": key, "value": value}, ok=(200, 202))

    def let_back(self, distinct_id: str) -> None:
        """Let a distinct id of somebody deleted have a person again; until then its events make none."""
        if not self._batch("distinct_ids", [distinct_id]):
            path = f"{self._base}/persons/reset_person_distinct_id/"
            self._api.call("reset an id", "POST", path, json={"distinct_id": distinct_id}, ok=(200, 202))

    def finding(self, person: Person, mapping: Mapping[str, str]) -> Finding:
        """A person's properties and ids."""
        told = {"distinct_ids": person["distinct_ids"], "created_at": person["created_at"]}
        values = {**told, **{k: v for k, v in (person.get("properties") or {}).items() if v not in (None, "")}}
        return Finding("person", person["uuid"], values, items_of(mapping, values))

    def _by_address(self, column: str, who: Identifiers) -> Where:
        return one_of(f"lower({column})", [address.lower() for address in who.addresses], "e")

    def _batch(self, kind: str, some: Sequence[str]) -> list[Person]:
        path = f"{self._base}/persons/batch_by_{kind}/"
        found = self._api.call("look for persons", "POST", path, json={kind: list(some)}).need("results", dict)
        return list(found.values())

    def _recording(self, session: str) -> str:
        return f"{self._base}/session_recordings/{quote(session, safe='')}/"


def moment(text: Any) -> datetime:
    """A time PostHog tells; where it names no zone, it means UTC."""
    time = datetime.fromisoformat(str(text))
    return time if time.tzinfo else time.replace(tzinfo=UTC)
