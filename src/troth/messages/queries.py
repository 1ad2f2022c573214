"""The messages room's door for reading."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from troth import ground
from troth.messages import seal
from troth.messages.models import Message


@dataclass(frozen=True)
class Mail:
    """A letter in the local mailbox. Only its id and time appear in a repr."""

    id: UUID
    at: datetime
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


def mailbox(limit: int = 50) -> list[Mail]:
    """Letters of the local mailbox, the newest first; none when a mail server is configured."""
    if ground.settings().smtp_url:
        return []
    rows = Message.objects.filter(state=Message.State.LOCAL).order_by("-created_at", "-id")[:limit]
    return [_mail(row) for row in rows]


def state(message_id: UUID) -> str | None:
    """queued, sending, sent, failed or local; None if there is no such message."""
    return Message.objects.filter(id=message_id).values_list("state", flat=True).first()


def counts() -> dict[str, int]:
    """How many messages are in each state; a state without any is absent."""
    return dict(Message.objects.values_list("state").annotate(n=Count("id")).order_by("state"))


def _mail(row: Message) -> Mail:
    letter = seal.open_letter(row.id, bytes(row.sealed))
    return Mail(row.id, row.created_at, letter.to, letter.subject, letter.text)
