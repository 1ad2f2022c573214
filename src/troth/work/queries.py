"""The work room's door for reading: staff tasks, and how the background work is doing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Func, Value
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce

from troth.work.models import StaffTask

_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class TaskView:
    """A staff task. `cursor` continues a list after it."""

    id: UUID
    kind: str
    title: str
    instructions: str
    subject: tuple[str, str]
    system: str | None
    state: str  # open | done | dropped
    created_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    done_by: str
    proof: str

    @property
    def cursor(self) -> str:
        return f"{(self.due_at or _NEVER).isoformat()}|{self.created_at.isoformat()}|{self.id}"


@dataclass(frozen=True)
class Job:
    """A piece of background work that ended badly. Its arguments are ids."""

    id: int
    task: str
    attempts: int
    failed_at: datetime


def open_tasks(
    *,
    state: str | None = "open",
    kind: str | None = None,
    system: str | None = None,
    subject: tuple[str, str] | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[TaskView, ...]:
    """Staff tasks, the soonest due first, then the oldest; `state=None` means all.

    `after` is the `cursor` of the last one seen; one that is not a cursor raises ValueError.
    """
    wanted = {"status": state, "kind": kind, "system": system}
    if subject:
        wanted |= {"subject_type": subject[0], "subject_id": subject[1]}
    tasks = StaffTask.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    tasks = tasks.annotate(due=Coalesce("due_at", Value(_NEVER))).order_by("due", "created_at", "id")
    if after:
        tasks = tasks.filter(_after(after))
    return tuple(map(_view, tasks[:limit]))


def task(task_id: UUID) -> TaskView | None:
    """One staff task, or None."""
    found = StaffTask.objects.filter(id=task_id).first()
    return _view(found) if found else None


def closed(subject_type: str, ids: Iterable[str]) -> dict[str, TaskView]:
    """Which of these subjects have a task that is done or dropped: id → task, in one statement."""
    tasks = StaffTask.objects.filter(subject_type=subject_type, subject_id__in=list(ids))
    return {task.subject_id: _view(task) for task in tasks.exclude(status=StaffTask.Status.OPEN)}


def counts() -> dict[str, int]:
    """How many staff tasks are in each state; a state without any is absent."""
    return dict(StaffTask.objects.values_list("status").annotate(n=Count("id")).order_by("status"))


def failed_jobs(*, limit: int = 100) -> tuple[Job, ...]:
    """Background jobs that gave up, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select j.id, j.task_name, j.attempts, max(e.at) from procrastinate_jobs j"
            " join procrastinate_events e on e.job_id = j.id where j.status = 'failed'"
            " group by j.id order by 4 desc limit %s",
            [limit],
        )
        return tuple(Job(*row) for row in cursor.fetchall())


def job_counts() -> dict[str, int]:
    """How many background jobs are in each state (todo, doing, succeeded, failed …)."""
    with connection.cursor() as cursor:
        cursor.execute("select status::text, count(*) from procrastinate_jobs group by 1 order by 1")
        return dict(cursor.fetchall())


def _after(cursor: str) -> Func:
    """A row comparison, so that the order of the list and the place in it are one thing."""
    try:
        due, created, last = cursor.split("|")
        place = (datetime.fromisoformat(due), datetime.fromisoformat(created), UUID(last))
    except ValueError as problem:
        raise ValueError("not a place in the list of tasks; start from its beginning") from problem
    template = "(%(expressions)s)"
    row = Func(F("due"), F("created_at"), F("id"), template=template)
    return Func(
        row,
        Func(*map(Value, place), template=template),
        template="%(expressions)s",
        arg_joiner=" > ",
        output_field=BooleanField(),
    )


def _view(row: StaffTask) -> TaskView:
    return TaskView(
        id=row.id,
        kind=row.kind,
        title=row.title,
        instructions=row.instructions,
        subject=(row.subject_type, row.subject_id),
        system=row.system or None,
        state=row.status,
        created_at=row.created_at,
        due_at=row.due_at,
        done_at=row.done_at,
        done_by=row.done_by,
        proof=row.proof,
    )
