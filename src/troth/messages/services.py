"""The messages room's door for acts: send a letter."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

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
