"""Erasure in Zendesk: tickets softly, then for good; users softly, then for good; then its other products follow.

Sources: developer.zendesk.com, Tickets (bulk delete, permanently delete), Users (delete, permanently delete,
compliance deletion statuses); support.zendesk.com 4408821737498 (nobody with a ticket that is not closed can go).
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import Done, NotOffered, Outcome, Pending, SystemProblem
from troth.systems.saas.zendesk.lists import PAGE, V2, Row
from troth.systems.saas.zendesk.people import People
from troth.systems.saas.zendesk.settings import ZendeskSettings
from troth.systems.saas.zendesk.tickets import Tickets, is_open

Stage = Literal["noted", "deleting", "purging", "settling", "users", "following"]
_RUNNING = frozenset({"queued", "working"})
PURGES = "purges"  # the class of calls that Zendesk allows 700 of in ten minutes
AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True)
class Plan:
    """How far an erasure is: ids and counts of Zendesk, nothing about the person.

    `users` and `tickets` are to go; `staff` accounts, `kept` and `closed` (redacted, subject left) tickets stay.
    """

    users: tuple[int, ...] = ()
    tickets: tuple[int, ...] = ()
    jobs: tuple[str, ...] = ()
    stage: Stage = "noted"
    suspended: int = 0
    redacted: int = 0
    posts: int = 0
    staff: int = 0
    kept: int = 0
    closed: int = 0

    def token(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def read(name: str, token: str) -> Plan:
    """The plan of a token. Raises `SystemProblem` when it is not one of ours."""
    try:
        told: dict[str, Any] = json.loads(token)
        ids = {key: tuple(int(one) for one in told[key]) for key in ("users", "tickets")}
        jobs = tuple(str(job) for job in told["jobs"])
        return Plan(**{**told, **ids, "jobs": jobs})
    except (ValueError, KeyError, TypeError):
        raise SystemProblem(
            f"{name}: this token is not from a Zendesk erasure; start the erasure again", consequence="stop"
        ) from None


class Erasure:
    """Does the next steps of a plan, as far as they go now.

    The first step only notes what is to go: tickets and users that are softly deleted can be named by nobody any more,
    so their ids must be kept before that effect. Every later step may be done again.
    """

    def __init__(self, api: Api, people: People, tickets: Tickets, *, settings: ZendeskSettings, name: str) -> None:
        self._name = name
        self._api = api
        self._people = people
        self._tickets = tickets
        self._poll = timedelta(seconds=settings.poll_seconds)
        self._keep = settings.keep_reason

    def begin(self, plan: Plan) -> Outcome:
        """Note the plan."""
        return Pending(plan.token(), AT_ONCE)

    def go_on(self, plan: Plan) -> Outcome:
        """The outcome of the steps that can be done now."""
        if plan.stage == "noted":
            return self._delete(plan) if plan.tickets else self._users(plan)
        jobs = [self._tickets.job(job) for job in plan.jobs]
        if any(job["status"] in _RUNNING for job in jobs):
            return Pending(plan.token(), self._poll)
        if plan.stage == "deleting":
            started = self._tickets.start_deletion(plan.tickets, for_good=True)
            return Pending(replace(plan, stage="purging", jobs=started).token(), self._poll)
        if plan.stage in ("purging", "settling"):
            return self._purged(plan, failed=sum(not _well(job) for job in jobs))
        return self._users(plan) if plan.stage == "users" else self._followed(plan)

    def _delete(self, plan: Plan) -> Outcome:
        jobs = self._tickets.start_deletion(plan.tickets, for_good=False)
        return Pending(replace(plan, stage="deleting", jobs=jobs).token(), self._poll)

    def _purged(self, plan: Plan, *, failed: int) -> Outcome:
        """Zendesk answers for all tickets of a job at once, and for none when one was gone: then each is looked at."""
        left = self._tickets.purge_those_left(plan.tickets) if failed and plan.stage == "purging" else ()
        if left:
            return Pending(replace(plan, stage="settling", jobs=left).token(), self._poll)
        if failed and plan.stage == "settling":
            raise self._not_deleted(failed, "for good; they go by themselves 30 days after their deletion")
        there = {row["id"] for user in self._there(plan) for row in self._tickets.current(user)}
        if there & set(plan.tickets):
            raise self._not_deleted(len(there & set(plan.tickets)), "")
        if there:  # asked for while we were deleting
            return self._delete(replace(plan, tickets=tuple(sorted(there)), jobs=()))
        return self._users(replace(plan, jobs=()))

    def _not_deleted(self, count: int, how: str) -> SystemProblem:
        why = f"{count} tickets were not deleted {how}".rstrip()
        return SystemProblem(f"{self._name}: {why}; look at them there, then erase again", consequence="stop")

    def _there(self, plan: Plan) -> list[int]:
        return [row["id"] for row in self._people.now(plan.users) if row["active"]]

    def _users(self, plan: Plan) -> Outcome:
        for user in self._there(plan):
            reply = self._api.call("delete a user", "DELETE", f"{V2}/users/{user}", ok=(200, 404, 422))
            if reply.status == 422:
                raise self._refused(user)
        for user in plan.users:
            path = f"{V2}/deleted_users/{user}"
            self._api.call("delete a user for good", "DELETE", path, ok=(200, 404), rate=PURGES)
        return self._followed(replace(plan, stage="following", jobs=()))

    def _refused(self, user: int) -> SystemProblem:
        open_ones = sum(is_open(row) for row in self._tickets.current(user))
        why = f"they have {open_ones} tickets that are not closed; close those" if open_ones else "look at it there"
        return SystemProblem(
            f"{self._name}: Zendesk does not delete user {user}: {why}, then erase again",
            consequence="stop",
        )

    def _followed(self, plan: Plan) -> Outcome:
        if self._there(plan) or not all(self._is_gone(user) for user in plan.users):
            return Pending(replace(plan, stage="following").token(), self._poll)
        evidence = {"users": len(plan.users), "tickets": len(plan.tickets), "suspended": plan.suspended}
        evidence |= {"redacted": plan.redacted, "posts": plan.posts}
        return Done(evidence, remains=tuple(self._remains(plan)))

    def _is_gone(self, user: int) -> bool:
        """Not among the deleted ones any more, and every product of Zendesk that began has finished."""
        there = self._api.call("look at a deleted user", "GET", f"{V2}/deleted_users/{user}", ok=(200, 404))
        return there.status == 404 and self._products_followed(user)

    def _products_followed(self, user: int) -> bool:
        path = f"{V2}/users/{user}/compliance_deletion_statuses"
        reply = self._api.call("look at a deletion", "GET", path, params={"page[size]": PAGE}, ok=(200, 404))
        if reply.status == 404:
            return True
        done: dict[str, set[str]] = {}
        for row in reply.need("compliance_deletion_statuses", list):  # a few for each product, never a second page
            done.setdefault(row["action"], set()).add(row["application"])
        complete = done.get("complete", set())
        return bool(complete) and done.get("started", set()) <= complete

    def _remains(self, plan: Plan) -> list[NotOffered]:
        left = [staff(plan.staff)] if plan.staff else []
        if plan.kept:
            left.append(
                NotOffered(
                    reason=f"{plan.kept} tickets stay, without their author: {self._keep}",
                    source="setting tickets: keep",
                    manual_steps="delete them in Zendesk when the reason is over",
                )
            )
        if plan.closed:
            left.append(
                NotOffered(
                    reason=f"subjects and fields of {plan.closed} redacted tickets that were closed before stay",
                    source="https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-ticket",
                    manual_steps="delete a ticket whose subject says something about the person",
                )
            )
        return left


def staff(count: int) -> NotOffered:
    """Why accounts of people who work there are left alone."""
    return NotOffered(
        reason=f"{count} accounts under these addresses are of agents or admins: the company's own staff",
        source="https://developer.zendesk.com/api-reference/ticketing/users/users/#delete-user",
        manual_steps="make the agent an end user in Zendesk's Admin Center, hand over their tickets, then try again",
    )


def _well(job: Row) -> bool:
    """Whether a job that deletes for good did all of it. Only that is told, for all tickets together."""
    results = job.get("results")
    return job["status"] == "completed" and isinstance(results, dict) and results.get("success") is True
