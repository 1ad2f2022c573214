"""Erasure in PostHog: recordings and persons at once, their events when PostHog gets to it.

PostHog deletes the events of a person that are older than its deletion, and queues no second one while the first waits.
Ids it made from a device's come back with the device: what came after the request is no part of it.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from troth.systems.kit.outcomes import Done, NotOffered, Outcome, Pending, SystemProblem
from troth.systems.saas.posthog.people import People, moment

AT_ONCE = timedelta(seconds=1)
SKEW = timedelta(minutes=5)  # by which PostHog's clock and ours may differ


@dataclass(frozen=True)
class Plan:
    """What an erasure is about: ids PostHog made, when it was asked for, and how many events it cannot delete.

    `persons`: id → when the profile was made; empty for one that is deleted, whose events are followed.
    """

    persons: Mapping[str, str]
    sessions: tuple[str, ...]
    personless: int
    at: datetime

    def token(self) -> str:
        return json.dumps({**asdict(self), "at": self.at.isoformat()}, sort_keys=True)


def read(name: str, token: str) -> Plan:
    """The plan of a token. Raises `SystemProblem` when it is not one of ours."""
    try:
        told = json.loads(token)
        persons = {str(uuid.UUID(one)): str(made) for one, made in told["persons"].items()}
        sessions = tuple(str(one) for one in told["sessions"])
        return Plan(persons, sessions, int(told["personless"]), moment(told["at"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SystemProblem(
            f"{name}: this token is not from a PostHog erasure; start the erasure again", consequence="stop"
        ) from None


class Erasure:
    """Does what a plan says and looks whether it is done. Every step may be done again."""

    def __init__(self, people: People, poll: timedelta) -> None:
        self._people = people
        self._poll = poll

    def begin(self, plan: Plan) -> Outcome:
        """Note the plan before its first effect: a person who is gone cannot be asked for their recordings."""
        return Pending(plan.token(), AT_ONCE) if plan.persons or plan.sessions else _done(plan, plan.personless)

    def go_on(self, plan: Plan) -> Outcome:
        """Done when PostHog says the events are deleted, and neither they nor persons nor recordings can be seen."""
        sessions = [one for one in plan.sessions if self._people.recording(one) is not None]
        self._people.delete_recordings(sessions)
        there = self._people.now(tuple(plan.persons))
        persons = [one["uuid"] for one in there if one["created_at"] == plan.persons[one["uuid"]]]
        self._people.delete(persons)
        if sessions or persons:
            return Pending(plan.token(), self._poll)
        left = plan.personless
        for person in plan.persons:
            unreached = self._unreached(person, plan.at)
            if unreached is None:
                return Pending(plan.token(), self._poll)
            left += unreached
        return _done(plan, left)

    def _unreached(self, person: str, at: datetime) -> int | None:
        """Events from between the last deletion PostHog queued and our request; None while it is not over."""
        deletion = self._people.deletion(person)
        if deletion is None or deletion["status"] != "completed":
            return None
        end = str(deletion["created_at"])
        if self._people.count(person, before=end):
            return None
        ours = moment(end) >= at - SKEW
        return 0 if ours else self._people.count(person, since=end, before=at.isoformat())


def _done(plan: Plan, left: int) -> Done:
    told = NotOffered(
        reason=f"{left} events stay: they have no person profile, and PostHog deletes events of persons only",
        source="https://posthog.com/docs/api/persons (bulk_delete finds persons by the ids given)",
        manual_steps="ask PostHog's support to delete the events of this device id, or wait for the event "
        "retention of the project's plan",
    )
    evidence = {"persons": len(plan.persons), "recordings": len(plan.sessions)}
    return Done(evidence, remains=(told,) if left else ())
