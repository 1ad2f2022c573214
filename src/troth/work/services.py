"""The work room's door for acts: staff tasks, and effects that must happen once."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from troth.evidence import services as evidence
from troth.work.models import Done, StaffTask

KEY_LENGTH = 200


class TaskError(Exception):
    """A staff task cannot do what was asked of it; the text names the task and its state."""


def once(key: str) -> bool:
    """Claim the effect named `key` (at most 200 characters, no personal value) in the caller's transaction.

    True the first time, False when a committed transaction claimed it before; while another claims it, this waits
    for that one's end. The claim is undone with the transaction. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("work.services.once needs an open transaction: the claim and the effect commit together")
    with connection.cursor() as cursor:
        cursor.execute("insert into work_done (key) values (%s) on conflict do nothing", [_key(key)])
        return bool(cursor.rowcount == 1)


def open_task(
    *,
    kind: str,
    title: str,
    instructions: str,
    subject: tuple[str, str],
    system: str | None = None,
    due_at: datetime | None = None,
    key: str,
    now: datetime,
) -> UUID:
    """Give the staff something to do. The same `key` names the same task, whatever its state: its id comes back.

    `subject` is (type, id) of what it is about. Title and instructions hold no personal values, only references.
    """
    given = {
        "kind": kind,
        "title": title,
        "instructions": instructions,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "system": system or "",
        "due_at": due_at,
        "created_at": now,
    }
    with transaction.atomic():
        task, fresh = StaffTask.objects.get_or_create(key=_key(key), defaults=given)
        if fresh:
            evidence.append("task.opened", facts={"task": str(task.id), "kind": kind, "system": system or ""}, at=now)
    return task.id


def finish_task(task_id: UUID, *, by: str, proof: str, now: datetime) -> None:
    """Close a task as done. `by` is a staff id (never an address); `proof` says how one can see that it is done.

    Closing a task that is done already changes nothing. Raises TaskError if there is none, or it was dropped,
    ValueError if `by` or `proof` is unusable.
    """
    if not proof.strip():
        raise ValueError("a task is finished with proof: say what was done and where one can see it")
    _close(task_id, StaffTask.Status.DONE, by=by, proof=proof, now=now)


def drop_task(task_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """Close a task that need not be done any more. Raises like `finish_task`."""
    if not reason.strip():
        raise ValueError("a task is dropped for a reason: say why it need not be done")
    _close(task_id, StaffTask.Status.DROPPED, by=by, proof=reason, now=now)


def drop_tasks_of(subject_type: str, ids: Iterable[str], *, by: str, reason: str, now: datetime) -> int:
    """Close the open tasks about many subjects that need not be done any more, in two statements; returns how many."""
    with transaction.atomic():
        found = StaffTask.objects.select_for_update().filter(
            status=StaffTask.Status.OPEN, subject_type=subject_type, subject_id__in=list(ids)
        )
        tasks = list(found.order_by("id").values_list("id", "kind"))
        StaffTask.objects.filter(id__in=[id for id, _ in tasks]).update(
            status=StaffTask.Status.DROPPED, done_at=now, done_by=by, proof=reason
        )
        proof = hashlib.sha256(reason.encode()).hexdigest()
        told = [(None, {"task": str(id), "kind": kind, "by": by, "proof": proof}) for id, kind in tasks]
        evidence.append_many("task.dropped", told, at=now)
    return len(tasks)


def forget_done(*, older_than: timedelta, now: datetime) -> int:
    """Forget claims older than `older_than`, which must exceed the longest retry of any task. Returns how many."""
    return Done.objects.filter(at__lt=now - older_than).delete()[0]


def report_failed_jobs(now: datetime) -> int:
    """Open a staff task for each background job that gave up and has none yet; returns how many."""
    from troth.work import failed

    return failed.report(now)


def retry_failed_job(job_id: int, *, now: datetime) -> None:
    """Run a job that gave up again. Raises TaskError if there is no such failed job."""
    from troth.work import failed

    failed.retry(job_id, now)


def _close(task_id: UUID, status: StaffTask.Status, *, by: str, proof: str, now: datetime) -> None:
    if not by or "@" in by:
        raise ValueError("a task is closed by a staff id, not by an address")
    with transaction.atomic():
        task = StaffTask.objects.select_for_update().filter(id=task_id).first()
        if task is None:
            raise TaskError(f"there is no task {task_id}")
        if task.status == status:
            return
        if task.status != StaffTask.Status.OPEN:
            raise TaskError(f"task {task_id} is {task.status} already")
        task.status, task.done_at, task.done_by, task.proof = status, now, by, proof
        task.save(update_fields=["status", "done_at", "done_by", "proof"])
        facts = {"task": str(task_id), "kind": task.kind, "by": by, "proof": hashlib.sha256(proof.encode()).hexdigest()}
        evidence.append(f"task.{status.value}", facts=facts, at=now)


def _key(key: str) -> str:
    if not 0 < len(key) <= KEY_LENGTH:
        raise ValueError(f"an idempotency key has 1 to {KEY_LENGTH} characters, not {len(key)}")
    return key
