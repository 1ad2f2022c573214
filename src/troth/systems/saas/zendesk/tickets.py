"""A person's tickets: those they asked for, those they are in copy of, mail that was held back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import Finding, SystemProblem
from troth.systems.kit.paging import in_batches
from troth.systems.saas.zendesk.lists import V2, Row, listed
from troth.systems.saas.zendesk.redaction import redacted

SEVERAL = 100  # Zendesk's limit of ids in one call
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
        """Tickets the person asked for, in every status, the archived ones included."""
        return list(listed(self._api, "list tickets", f"/users/{user}/tickets/requested", "tickets"))

    def in_copy(self, user: int) -> list[Row]:
        """Other people's tickets that the person is in copy of."""
        rows = listed(self._api, "list tickets in copy", f"/users/{user}/tickets/ccd", "tickets")
        return [row for row in rows if row["requester_id"] != user]

    def suspended(self, addresses: Sequence[str]) -> list[Row]:
        """Mail from these addresses (lower case) that was held back and made no ticket."""
        if not addresses:
            return []
        rows = listed(self._api, "list suspended tickets", "/suspended_tickets", "suspended_tickets")
        return [row for row in rows if str((row.get("author") or {}).get("email") or "").lower() in addresses]

    def comments(self, ticket: int) -> list[Row]:
        """What was written in a ticket, internal notes included."""
        return list(listed(self._api, "list comments", f"/tickets/{ticket}/comments", "comments"))

    def findings(self, user: int) -> Iterator[Finding]:
        """The person's tickets with all that was written in them; of others' tickets, what the person wrote."""
        for row in self.requested(user):
            yield Finding("ticket", str(row["id"]), _told(row))
            yield from (_comment(comment, row, user) for comment in self.comments(row["id"]))
        for row in self.in_copy(user):
            told = {key: row[key] for key in ("subject", "status", "created_at") if row.get(key)}
            yield Finding("ticket (in copy)", str(row["id"]), told)
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

    def job(self, job: str) -> Row:
        """A background job: `status` and, when it is over, `results`."""
        reply = self._api.call("look at a job", "GET", f"{V2}/job_statuses/{job}")
        status: Row = reply.need("job_status", dict)
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
        """Empty the subject and close: Zendesk deletes nobody who has a ticket that is not closed.

        A closed ticket takes no change, and that is no fault: it may be our own doing. One that stays open is told when
        its user is to be deleted.
        """
        body = {"ticket": {"subject": CLOSED, "status": "closed"}}
        self._api.call("close a ticket", "PUT", f"{V2}/tickets/{ticket['id']}", json=body, ok=(200, 422))

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


def _told(row: Row) -> Mapping[str, Any]:
    return {key: row[key] for key in _TOLD if row.get(key)}


def _comment(comment: Row, ticket: Row, user: int) -> Finding:
    files = [{k: f.get(k) for k in ("file_name", "content_type", "size")} for f in comment.get("attachments") or ()]
    values: dict[str, Any] = {"ticket": ticket["id"], "written_by_the_person": comment["author_id"] == user}
    values |= {key: comment[key] for key in ("body", "created_at") if comment.get(key)}
    values |= {"attachments": files} if files else {}
    kind = "ticket comment" if comment["public"] else "ticket comment (internal note)"
    return Finding(kind, str(comment["id"]), values)
