"""PostHog: what a device did there, and its recordings; never joined to who somebody is unless that is switched on.

Events made without a person profile cannot be deleted through the API: PostHog deletes the events of persons only
(`bulk_delete` resolves ids to persons first). They are found, and an erasure names what it leaves.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from troth import ground
from troth.systems.kit.api import Api
from troth.systems.kit.auth import Auth, Bearer, NoAuth
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, SystemProblem
from troth.systems.kit.rates import Rate
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.posthog.erasure import Erasure, Plan, read
from troth.systems.saas.posthog.hogql import ANALYTICS, Queries, Where, one_of
from troth.systems.saas.posthog.people import People, moment
from troth.systems.saas.posthog.settings import PostHogSettings

OURS = uuid.UUID("5b1ed0a6-6d0b-5a4e-9f43-8f0c5e0f7a11")  # of ids made from delivery keys
# Fields that say who somebody is: never sent unless `identified` is on.
NAMING = frozenset({"email", "name", "phone", "username", "account"})
ALWAYS = datetime.min.replace(tzinfo=UTC)
RETENTION = Expires(on="the end of the project's event retention", setting="the retention of the PostHog plan")


class PostHog(SaasSystem):
    """Found by device, the distinct id of the browser or app."""

    Settings = PostHogSettings
    TITLE: ClassVar[str] = "PostHog"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "email",
        "full-name": "name",
        "phone": "phone",
        "user-name": "username",
        "user-id": "account",
        "company": "company",
        "country": "country",
        "role": "role",
        "cookies": "cookies",
        "analytic-tools": "analytics",
        "usage-pattern": "usage_pattern",
        "session-recordings": "session_recordings",
    }
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "suppress": NotOffered(
            reason="PostHog sends no marketing, and its API cannot stop capture: that is done in the browser or app",
            source="https://posthog.com/docs/privacy/data-collection (opt_out_capturing)",
            manual_steps="withdraw the analytics consent: the banner then stops capture and removes the cookie",
        )
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "recordings are listed; what they show is played in PostHog",
        "erase": "events made without a person profile stay until their retention ends; a deleted device id makes no "
        "profile any more until it is reset",
        "rectify": "properties of the profile; PostHog does it in the background and tells no failure. Events stay as "
        "they were captured",
        "oldest": "events and persons; recordings have a retention of their own",
    }
    # Source: posthog.com/docs/api (rate limits): per minute; its hourly limits it tells by 429.
    RATES: ClassVar[Mapping[str, Rate]] = {"": Rate(480, 60, burst=240), ANALYTICS: Rate(240, 60, burst=120)}
    settings: PostHogSettings

    def __init__(self, name: str, settings: PostHogSettings) -> None:
        super().__init__(name, settings)
        project = settings.project_id
        self.queries = Queries(self.api, project)
        door = settings.model_copy(update={"url": settings.capture_url})
        self.door = Api(name, door, NoAuth(), self.pace)
        self.people = People(self.api, self.queries, project=project, identified=settings.identified)
        self.erasure = Erasure(self.people, timedelta(seconds=settings.poll_seconds))

    def auth(self) -> Auth:
        return Bearer(self.settings.token)

    def find(self, who: Identifiers) -> Outcome:
        """Persons with their properties, every event, and the recordings that can still be played."""
        if not self.people.ids(who):
            return Found({"searched": 0})
        persons = self.people.of(who)
        where = self.people.where(who, persons)
        queued, never = self._pointed(who, [person["uuid"] for person in persons])
        events = list(self.people.events(where, {**dict.fromkeys(never, ALWAYS), **queued}, RETENTION))
        recordings = [
            Finding("recording", one, {"session": one, **_told(recording)})
            for one, recording in self.people.recordings(where).items()
        ]
        found = [self.people.finding(person, self.mapping) for person in persons]
        counts = {"persons": len(persons), "events": len(events), "recordings": len(recordings)}
        return Found(counts, (*found, *events, *recordings))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Notes what is to go; the rest is done by `check`. Looks first, so needs no `key`.

        Persons whose deletion was queued before are followed too.
        """
        ids = self.people.ids(who)
        if not ids:
            return Done({"persons": 0})
        now = ground.clock()
        persons = self.people.of(who)
        live = {person["uuid"]: person["created_at"] for person in persons}
        queued, never = self._pointed(who, list(live))
        sessions = tuple(self.people.recordings(self.people.where(who, persons)))
        return self.erasure.begin(
            Plan({**live, **dict.fromkeys(queued, "")}, sessions, self._personless(ids, never), now)
        )

    def check(self, token: str) -> Outcome:
        """Deletes what is there; done when PostHog says the events are deleted, and nothing of it can be seen."""
        return self.erasure.go_on(read(self.name, token))

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Correct properties of the profiles. Unless `identified` is on, one that is not there is not added.

        Adding a name or an address to what a device did would join the two.
        """
        fields = self.to_fields(changes)
        persons = self.people.of(who) if self.people.ids(who) else []
        written = 0
        for person in persons:
            held = person.get("properties") or {}
            for name, value in fields.items():
                if self.settings.identified or name in held:
                    self.people.write(person["uuid"], name, value)
                    written += 1
        return Done({"persons": len(persons), "properties": written})

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """One event: of the device the record names, of the address where `identified` is on, else of nobody.

        The event's id is made from the key; PostHog keeps one event of an id, and one that is there is not sent again.
        """
        values = dict(outgoing.values)
        device = values.pop(self.settings.device_item, "").strip()
        fields = self.to_fields(values)
        named = fields.get("email", "").strip().lower() if self.settings.identified else ""
        self._refuse_names(values, fields)
        made = str(uuid.uuid5(OURS, key))
        if self.queries.count("look for the event", "events", one_of("uuid", [made], "u")):
            return Done({"id": made, "created": False})
        of = device or named
        if of:
            self.people.let_back(of)
        self._capture(made, of, fields)
        return Done({"id": made, "created": True, "fields": sorted(fields), "of_somebody": bool(of)})

    def oldest(self) -> Outcome:
        """When the oldest event happened, and the oldest person was made."""
        asked = {"event": ("timestamp", "events"), "person": ("created_at", "persons")}
        times = {kind: self.queries.first(f"find the oldest {kind}", *where) for kind, where in asked.items()}
        known = {kind: time for kind, time in times.items() if time}
        return Done({"oldest": min(known.values(), default=None), "by_kind": known})

    def test(self) -> Done:
        """The project may be queried."""
        self.queries.rows("test the connection", "SELECT 1", {})
        return Done({"account": f"project {self.settings.project_id}"})

    def _pointed(self, who: Identifiers, live: list[str]) -> tuple[dict[str, datetime], list[str]]:
        """Persons that events point to and who are not there: those deleted, and when, and those who never were."""
        pointed = {one: self.people.deletion(one) for one in self.people.person_ids(who) if one not in live}
        queued = {one: moment(deletion["created_at"]) for one, deletion in pointed.items() if deletion is not None}
        return queued, [one for one in pointed if one not in queued]

    def _personless(self, ids: tuple[str, ...], never: list[str]) -> int:
        if not never:
            return 0
        of, whose = one_of("distinct_id", ids, "d"), one_of("person_id", never, "p")
        both = Where(f"{of.text} AND {whose.text}", {**of.values, **whose.values})
        return self.queries.count("count events of nobody", "events", both)

    def _refuse_names(self, values: Mapping[str, str], fields: Mapping[str, str]) -> None:
        """By item and by field: an e-mail address names somebody in whatever field it is put."""
        naming = {item for item in values if self.FIELDS.get(item) in NAMING} | (NAMING & fields.keys())
        names = sorted(naming) if not self.settings.identified else []
        if names:
            raise SystemProblem(
                f"{self.name}: {', '.join(names)} would join analytics to who somebody is; do not name these items for "
                "this recipient, or switch `identified` on if the policy allows that",
                consequence="fix settings",
            )

    def _capture(self, made: str, of: str, fields: Mapping[str, str]) -> None:
        if not (self.settings.capture_url and self.settings.project_key):
            raise SystemProblem(
                f"{self.name}: set capture_url and project_key: deliveries are events", consequence="fix settings"
            )
        properties: dict[str, Any] = {**fields, "$process_person_profile": bool(of), "$geoip_disable": True}
        if of and self.settings.identified:
            properties["$set"] = dict(fields)
        body: dict[str, Any] = {"api_key": self.settings.project_key, "event": self.settings.event, "uuid": made}
        body |= {"distinct_id": of or made, "properties": properties}
        self.door.call("capture an event", "POST", "/i/v0/e/", json=body)


def _told(recording: Mapping[str, Any]) -> dict[str, Any]:
    names = ("start_time", "end_time", "recording_duration", "click_count", "start_url")
    return {name: recording[name] for name in names if recording.get(name) not in (None, "")}
