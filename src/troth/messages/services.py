"""The messages room's door for acts: send a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from procrastinate.types import JSONValue

from troth import ground
from troth.evidence import services as evidence
from troth.messages import rules, seal
from troth.messages.models import Message

KEPT_LOCALLY = timedelta(days=30)
_INSERT = """
insert into mail_message (id, key, kind, state, sealed, attempts, reason, created_at)
values (%s, %s, %s, %s, %s, 0, '', %s) on conflict (key) do nothing
"""


def send(*, kind: str, to: str, subject: str, text: str, key: str, now: datetime) -> UUID:
    """Send a plain-text letter when the caller's transaction commits. The same `key` sends once: its id comes back.

    It is stored sealed; over SMTP it leaves at least once (a crash between the server's yes and our note repeats it,
    with the same Message-ID), and is wiped once it left. Without a configured server it stays readable on the local
    mailbox page for 30 days. Raises rules.Unsendable, RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "messages.services.send needs an open transaction: a letter leaves only if its cause commits"
        )
    rules.check(to, subject, text)
    return _queue(kind, seal.Letter(to, subject, text), key, now)


@dataclass(frozen=True, repr=False)
class ToSend:
    """A letter of many; `key` as for `send`."""

    to: str
    subject: str
    text: str
    key: str


def send_many(kind: str, letters: Sequence[ToSend], *, now: datetime) -> int:
    """As `send`, of many letters in a few statements; returns how many are new. Raises like `send`, nothing stored."""
    from troth.messages.tasks import deliver

    if not connection.in_atomic_block:
        raise RuntimeError("messages.services.send_many needs an open transaction")
    for letter in letters:
        rules.check(letter.to, letter.subject, letter.text)
    by_mail = bool(ground.settings().smtp_url)
    known = set(Message.objects.filter(key__in=[letter.key for letter in letters]).values_list("key", flat=True))
    fresh = {letter.key: letter for letter in letters if letter.key not in known}
    made = [
        Message(
            id=(id := uuid4()),
            key=key,
            kind=kind,
            state="queued" if by_mail else "local",
            created_at=now,
            sealed=seal.close(id, seal.Letter(letter.to, letter.subject, letter.text)),
        )
        for key, letter in fresh.items()
    ]
    Message.objects.bulk_create(made)  # two senders of one key: the second fails, and finds it when it tries again
    evidence.append_many(
        "message.queued", [(None, {"message": str(message.id), "kind": kind}) for message in made], at=now
    )
    if by_mail and made:
        jobs: list[dict[str, JSONValue]] = [{"message_id": str(message.id)} for message in made]
        deliver.batch_defer(*jobs)
    return len(made)


def _queue(kind: str, letter: seal.Letter, key: str, now: datetime) -> UUID:
    from troth.messages.tasks import deliver

    by_mail = bool(ground.settings().smtp_url)
    message = Message(key=key, kind=kind, state="queued" if by_mail else "local", created_at=now)
    message.sealed = seal.close(message.id, letter)
    if not _insert(message):
        return Message.objects.values_list("id", flat=True).get(key=key)
    evidence.append("message.queued", facts={"message": str(message.id), "kind": kind}, at=now)
    if by_mail:
        deliver.defer(message_id=str(message.id))
    return message.id


def _insert(message: Message) -> bool:
    """False if the key is stored already; one that another transaction is storing is waited for."""
    with connection.cursor() as cursor:
        sealed = bytes(message.sealed)
        cursor.execute(_INSERT, (message.id, message.key, message.kind, message.state, sealed, message.created_at))
        return bool(cursor.rowcount == 1)


def wipe_old(now: datetime) -> int:
    """Delete letters of the local mailbox past 30 days. Returns how many."""
    old = Message.objects.filter(state=Message.State.LOCAL, created_at__lt=now - KEPT_LOCALLY)
    return old.delete()[0]
