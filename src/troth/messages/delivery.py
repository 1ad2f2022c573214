"""A letter leaves: queued → sending → sent, or failed for good."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from troth.evidence import services as evidence
from troth.messages import seal, smtp
from troth.messages.models import Message
from troth.work import services as work

State = Message.State


class Busy(Exception):
    """Another worker is handing this letter over right now."""

    consequence = "retry"


def deliver(message_id: UUID, now: datetime) -> None:
    """Hand the letter to the mail server. Does nothing if it left, failed for good, or is gone.

    Raises smtp.MailProblem or Busy when it must be tried again. The row stays locked while the server is asked, so
    that no second worker asks too; should this process die, the lock dies with it and the letter is tried again.
    """
    waiting = Message.objects.filter(id=message_id, state__in=[State.QUEUED, State.SENDING])
    if not _start(waiting):
        return
    try:
        with transaction.atomic():
            message = waiting.select_for_update().get()
            smtp.send(message.key, seal.open_letter(message.id, bytes(message.sealed)))
            _end(message, State.SENT, "", now)
    except Message.DoesNotExist:
        return  # another worker ended it while we waited
    except smtp.MailProblem as problem:
        _report(waiting, problem, now)
        if problem.consequence != "stop":
            raise


def _start(waiting: QuerySet[Message]) -> bool:
    """Note the try, in its own transaction: a letter found in `sending` may have left already."""
    with transaction.atomic():
        if not waiting.select_for_update(skip_locked=True).exists():
            if waiting.exists():
                raise Busy("another worker is sending this letter")
            return False
        waiting.update(state=State.SENDING, attempts=F("attempts") + 1)
    return True


def _report(waiting: QuerySet[Message], problem: smtp.MailProblem, now: datetime) -> None:
    """A refusal for good, or settings to mend, become work for the staff; the letter is named by its id alone."""
    with transaction.atomic():
        message = waiting.select_for_update().first()
        if message is None:
            return
        if problem.consequence == "stop":
            _end(message, State.FAILED, problem.code, now)
            _ask_staff(message, problem, now)
        elif problem.consequence == "fix settings":
            _ask_about_settings(problem, now)


def _end(message: Message, state: State, reason: str, now: datetime) -> None:
    message.state, message.reason, message.done_at, message.sealed = state, reason, now, b""
    message.save(update_fields=["state", "reason", "done_at", "sealed"])
    facts = {"message": str(message.id), "kind": message.kind}
    evidence.append(f"message.{state.value}", facts=facts | ({"reason": reason} if reason else {}), at=now)


def _ask_staff(message: Message, problem: smtp.MailProblem, now: datetime) -> None:
    work.open_task(
        kind="mail",
        title=f"A letter ({message.kind}) could not be delivered",
        instructions=(
            f"The mail server refused message {message.id} for good ({problem.code}). Its text is wiped. "
            "Reach the person another way, or ask for an address that works, then say here what was done."
        ),
        subject=("message", str(message.id)),
        system="mail",
        key=f"mail:failed:{message.id}",
        now=now,
    )


def _ask_about_settings(problem: smtp.MailProblem, now: datetime) -> None:
    work.open_task(
        kind="mail",
        title="The mail server refuses us: letters wait",
        instructions=(
            f"The answer was {problem.code}. Check TROTH_SMTP_URL and TROTH_MAIL_FROM. Letters are tried again "
            "every hour and leave by themselves once it works."
        ),
        subject=("setting", "TROTH_SMTP_URL"),
        system="mail",
        key=f"mail:settings:{problem.code}:{now:%Y-%m-%d}",
        now=now,
    )
