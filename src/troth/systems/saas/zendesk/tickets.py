"""A person's tickets: those they asked for, those they are in copy of, mail that was held back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import Finding, SystemProblem
from troth.systems.kit.paging import in_batches
from troth.systems.saas.zendesk.lists import V2, Row, listed
from troth.systems.saas.zendesk.redaction import redacted

SEVERAL = 100  # Zendesk's limit of ids in one call
EXPORTS = "exports"  # the class of calls that Zendesk allows 100 of in a minute
CLOSED = "(redacted)"  # the subject of a ticket we closed
REDACTED_FILE = "redacted.txt"  # Zendesk leaves this in place of a redacted attachment
_TOLD = (
    "subject", "status", "priority", "type", "created_at", "updated_at", "tags", "satisfaction_rating", "custom_fields",
)  # fmt: skip


class Tickets:
    """The tickets of one account, asked for user by user."""

    def __init__(self, name: str, api: Api) -> None:
        self._name = name
        self._api = api

    def requested(self, user: int) -> list[Row]:
        """Tickets the person asked for, in every status, the archived ones and those of a deleted user included.

        These two stand in no list, so the closed ones are searched: a closed ticket becomes nobody else's while the
        index of the search lags.
        """
        closed = (row for row in self._searched("requester", user) if not is_open(row) and row["requester_id"] == user)
        return list({row["id"]: row for row in (*closed, *self.current(user))}.values())

    def current(self, user: int) -> list[Row]:
        """Tickets the person asked for that Zendesk lists now: none of the archived ones, perhaps."""
        return list(listed(self._api, "list tickets", f"/users/{user}/tickets/requested", "tickets", gone=True))

    def of_others(self, user: int) -> list[Row]:
        """Other people's tickets that the person is in copy of or wrote in."""
        copies = listed(self._api, "list tickets in copy", f"/users/{user}/tickets/ccd", "tickets", gone=True)
        rows = {row["id"]: row for row in (*self._searched("commenter", user), *copies)}
        return [row for row in rows.values() if row["requester_id"] != user]

    def suspended(self, addresses: Sequence[str]) -> list[Row]:
        """Mail from these addresses (lower case) that was held back and made no ticket."""
        if not addresses:
            return []
        rows = listed(self._api, "list suspended tickets", "/suspended_tickets", "suspended_tickets")
        return [row for row in rows if str((row.get("author") or {}).get("email") or "").lower() in addresses]

    def comments(self, ticket: int) -> list[Row]:
        """What was written in a ticket, internal notes included; nothing when it is deleted."""
        return list(listed(self._api, "list comments", f"/tickets/{ticket}/comments", "comments", gone=True))

    def findings(self, user: int, *, staff: bool) -> Iterator[Finding]:
        """The person's tickets with all that was written in them; of others' tickets, what the person wrote.

        What `staff` wrote in tickets of others is their work, and those tickets are about the others.
        """
        for row in self.requested(user):
            yield Finding("ticket", str(row["id"]), _told(row))
            yield from (_comment(comment, row, user) for comment in self.comments(row["id"]))
        for row in () if staff else self.of_others(user):
            told = {key: row[key] for key in ("subject", "status", "created_at") if row.get(key)}
            yield Finding("ticket (of another)", str(row["id"]), told)
            written = (comment for comment in self.comments(row["id"]) if comment["author_id"] == user)
            yield from (_comment(comment, row, user) for comment in written)

    def start_deletion(self, tickets: Sequence[int], *, for_good: bool) -> tuple[str, ...]:
        """Start background jobs that delete tickets, softly or (the softly deleted ones) for good; their ids."""
        kind = "deleted_tickets" if for_good else "tickets"
        act = "delete tickets for good" if for_good else "delete tickets"
        return tuple(
            self._api.call(act, "DELETE", f"{V2}/{kind}/destroy_many", params={"ids": ",".join(map(str, some))})
            .need("job_status", dict)["id"]
            for some in in_batches(tickets, SEVERAL)
        )  # fmt: skip

    def purge_those_left(self, tickets: Sequence[int]) -> tuple[str, ...]:
        """Start a job for each ticket that is deleted softly and not yet for good; their ids."""
        asked = (
            self._api.call("delete a ticket for good", "DELETE", f"{V2}/deleted_tickets/{one}", ok=(200, 404))
            for one in tickets
        )
        return tuple(reply.need("job_status", dict)["id"] for reply in asked if reply.status == 200)

    def job(self, job: str) -> Row:
        """A background job: `status` and, when it is over, `results`. Zendesk forgets it after a day."""
        reply = self._api.call("look at a job", "GET", f"{V2}/job_statuses/{job}", ok=(200, 404))
        status: Row = {"status": "forgotten"} if reply.status == 404 else reply.need("job_status", dict)
        return status

    def delete_suspended(self, rows: Sequence[Row]) -> None:
        """Delete held back mail; at once and for good."""
        for some in in_batches([row["id"] for row in rows], SEVERAL):
            query = {"ids": ",".join(map(str, some))}
            path = f"{V2}/suspended_tickets/destroy_many"
            self._api.call("delete suspended tickets", "DELETE", path, params=query, ok=(204, 404))

    def redact(self, ticket: Row, user: int) -> int:
        """Redact all that the person wrote and attached in a ticket; how many comments that were.

        Works on closed and archived tickets too. Needs the Agent Workspace.
        """
        return sum(
            self._redact(ticket, comment) for comment in self.comments(ticket["id"]) if comment["author_id"] == user
        )

    def close(self, ticket: Row) -> None:
        """Empty subject and fields, and close: Zendesk deletes nobody who has a ticket that is not closed.

        A closed ticket takes no change, and that is no fault: it may be our own doing. One that stays open is told when
        its user is to be deleted.
        """
        empty = [{"id": one["id"], "value": None} for one in ticket.get("custom_fields") or () if one.get("value")]
        fields = {"custom_fields": empty} if empty else {}
        body = {"ticket": {"subject": CLOSED, "status": "closed", **fields}}
        self._api.call("close a ticket", "PUT", f"{V2}/tickets/{ticket['id']}", json=body, ok=(200, 422))

    def _searched(self, part: str, user: int) -> Iterator[Row]:
        """Tickets in which a user has a part, also those no list has; the index of the search lags by minutes."""
        query = {"query": f"{part}:{user}", "filter[type]": "ticket"}
        return listed(self._api, "search tickets", "/search/export", "results", params=query, rate=EXPORTS)

    def _redact(self, ticket: Row, comment: Row) -> bool:
        body: dict[str, Any] = {"ticket_id": ticket["id"]}
        marked = redacted(comment.get("html_body") or "")
        files = [file["content_url"] for file in comment.get("attachments") or () if file["file_name"] != REDACTED_FILE]
        if marked is None and not files:
            return False
        body |= {"html_body": marked} if marked is not None else {}
        body |= {"external_attachment_urls": files} if files else {}
        try:
            self._api.call("redact a comment", "PUT", f"{V2}/comment_redactions/{comment['id']}", json=body)
        except SystemProblem as problem:
            if problem.consequence in ("retry", "wait"):
                raise
            raise SystemProblem(
                f"{problem}; redaction needs the Agent Workspace and the permission to redact",
                consequence="fix settings",
            ) from None
        return True


def is_open(ticket: Row) -> bool:
    """Whether the ticket can still change."""
    return bool(ticket["status"] != "closed")


def held_back(row: Row) -> Finding:
    """A suspended ticket as a finding."""
    told = {key: row[key] for key in ("subject", "content", "cause", "created_at") if row.get(key)}
    return Finding("suspended ticket", str(row["id"]), {**told, "email": row["author"]["email"]}, {"email": "email"})


def listing(file: Row) -> Mapping[str, Any]:
    """What an answer says of a file."""
    return {key: file.get(key) for key in ("file_name", "content_type", "size")}


def _told(row: Row) -> Mapping[str, Any]:
    return {key: row[key] for key in _TOLD if row.get(key)}


def _comment(comment: Row, ticket: Row, user: int) -> Finding:
    files = [listing(file) for file in comment.get("attachments") or ()]
    values: dict[str, Any] = {"ticket": ticket["id"], "written_by_the_person": comment["author_id"] == user}
    values |= {key: comment[key] for key in ("body", "created_at") if comment.get(key)}
    values |= {"attachments": files} if files else {}
    kind = "ticket comment" if comment["public"] else "ticket comment (internal note)"
    return Finding(kind, str(comment["id"]), values)
