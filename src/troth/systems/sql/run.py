"""Carries plans out on PostgreSQL: one connection an act, one transaction for a write, time-outs on everything."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import errors

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Consequence, SystemProblem
from troth.systems.sql.model import located
from troth.systems.sql.plan import Plan, Step
from troth.systems.sql.shared import may_be_shared

BUSY = timedelta(seconds=30)
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Limits:
    """How long the database may keep us: seconds."""

    connect: int = 5
    statement: float = 120.0
    lock: float = 10.0


@dataclass(frozen=True)
class Seed:
    """Whom to look for: person number (place in the caller's list), kind, value; as three columns. Never printed."""

    persons: list[int]
    kinds: list[str]
    values: list[str]

    def __repr__(self) -> str:
        return f"Seed({len(self.values)} identifiers)"

    def parameters(self) -> dict[str, Any]:
        return {"persons": self.persons, "kinds": self.kinds, "values": self.values}


def seed(people: Sequence[Identifiers]) -> Seed:
    """Identifiers as the matching expressions expect them; as given too, for columns matched exactly."""
    rows: dict[tuple[int, str, str], None] = {}
    for number, who in enumerate(people):
        for kind in fields(who):
            for value in who.addresses if kind.name == "email" else getattr(who, kind.name):
                rows.update(dict.fromkeys((number, kind.name, form) for form in _forms(kind.name, value)))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Seed(list(columns[0]), list(columns[1]), list(columns[2]))


def _forms(kind: str, value: str) -> tuple[str, ...]:
    plain = value.strip().replace("\x00", "")  # PostgreSQL holds no NUL, so nothing there can match it
    if kind == "email":
        forms: tuple[str, ...] = (plain.lower(), plain)
    elif kind == "phone":
        forms = (re.sub(r"[^0-9+]", "", plain), plain)
    else:
        forms = (plain,)
    return tuple(form for form in dict.fromkeys(forms) if form)


class Swallowed(Exception):
    """The database accepted a write and did not do it: a trigger, rule or row security is in the way."""

    def __init__(self, table: str, rows: int) -> None:
        super().__init__(f"{rows} rows of {table} did not change; look for a trigger, rule or row security there")


@contextmanager
def connected(url: str, system: str, doing: str, limits: Limits, *, read_only: bool) -> Iterator[Connection]:
    """A connection in one transaction: committed at the end, rolled back on any error.

    Raises SystemProblem for whatever the database refuses; its message never quotes the database's own, which
    may hold values.
    """
    try:
        with psycopg.connect(url, connect_timeout=limits.connect, application_name="troth") as connection:
            if read_only:  # every statement of an answer sees the same moment
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute(
                "select set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
                [f"{int(limits.statement * 1000)}ms", f"{int(limits.lock * 1000)}ms"],
            )
            yield connection
    except psycopg.Error as problem:
        raise problem_of(problem, system, doing) from None
    except Swallowed as problem:
        raise SystemProblem(f"{system}: could not {doing}: {problem}", consequence="fix settings") from problem


def read(connection: Connection, plan: Plan, who: Seed) -> Iterator[tuple[Step, Iterator[tuple[Any, ...]]]]:
    """Each step of a finding plan with its rows `(person, column…)`."""
    for step in plan.steps:
        yield step, iter(connection.execute(step.statement, who.parameters()))


@dataclass(frozen=True)
class Change:
    """What a step did for one person: rows reached, rows changed, rows kept because somebody else shares them."""

    person: int
    step: Step
    reached: int
    changed: int
    shared: int


def write(connection: Connection, plan: Plan, who: Seed, extra: Mapping[str, Any]) -> list[Change]:
    """Carries a writing plan out in the connection's transaction; the caller commits."""
    parameters = {**who.parameters(), **extra}
    for statement in plan.prepare:
        connection.execute(statement, parameters)
    try:
        return [change for step in plan.steps for change in _carry_out(connection, step, parameters)]
    except errors.ForeignKeyViolation as problem:
        if _raced(plan, problem.diag.table_name):
            raise errors.SerializationFailure from problem
        raise


def _raced(plan: Plan, table: str | None) -> bool:
    """Whether the rows in the way are of a table whose rows were all deleted a moment ago: someone added more."""
    emptied = {s.table for s in plan.steps if s.effect == "delete" and not may_be_shared(plan.reach, s.table)}
    return table in {located(name, plan.reach.table(name))[1] for name in emptied}


def _carry_out(connection: Connection, step: Step, parameters: Mapping[str, Any]) -> list[Change]:
    changes = [Change(row[0], step, *row[1:]) for row in connection.execute(step.statement, parameters)]
    if step.left is not None and any(change.changed + change.shared < change.reached for change in changes):
        left = connection.execute(step.left, parameters).fetchone()
        if left and left[0]:
            raise Swallowed(step.table, left[0])
    return changes


_CONSEQUENCES: tuple[tuple[tuple[type[psycopg.Error], ...], Consequence, str], ...] = (
    (
        (errors.ReadOnlySqlTransaction,),
        "fix settings",
        "the database refuses writes (read only); give the address of the primary server",
    ),
    ((errors.InsufficientPrivilege,), "fix settings", "the database role lacks a permission; grant it"),
    (
        (errors.UndefinedTable, errors.UndefinedColumn),
        "fix settings",
        "the database has changed; correct the dataset file",
    ),
    (
        (errors.InvalidPassword, errors.InvalidAuthorizationSpecification),
        "fix settings",
        "the database refuses the login",
    ),
    ((errors.InvalidCatalogName,), "fix settings", "the server has no such database; correct the address"),
    ((errors.ProgrammingError,), "stop", "the database does not understand the statement"),
    ((errors.LockNotAvailable,), "retry", "rows were locked by somebody else for too long; trying again"),
    ((errors.QueryCanceled,), "retry", "the database took too long; trying again"),
    (
        (errors.DeadlockDetected, errors.SerializationFailure),
        "retry",
        "somebody else wrote at the same time; trying again",
    ),
    ((errors.NotNullViolation,), "stop", "a column that cannot be NULL; say another `on_erase` in the dataset file"),
    ((errors.UniqueViolation,), "stop", "a value that must be unique is there already"),
    ((errors.CheckViolation,), "stop", "a CHECK refuses the value; say another `on_erase` in the dataset file"),
    (
        (errors.ForeignKeyViolation,),
        "stop",
        "rows of another table still point here; declare that table in the dataset file",
    ),
    ((errors.DataError,), "stop", "a value does not fit its column"),
    ((errors.RaiseException, errors.InternalError), "stop", "a trigger or rule of the database refused it"),
)


def problem_of(problem: psycopg.Error, system: str, doing: str) -> SystemProblem:
    """A database error in our terms: system, act, code and the names of table, column, constraint; never a value."""
    diag = problem.diag
    places = (("table", diag.table_name), ("column", diag.column_name), ("constraint", diag.constraint_name))
    where = ", ".join(f"{kind} {name}" for kind, name in places if name)
    code = f" [{problem.sqlstate}]" if problem.sqlstate else ""
    for kinds, consequence, said in _CONSEQUENCES:
        if isinstance(problem, kinds):
            message = f"{system}: could not {doing}: {said}{f' ({where})' if where else ''}{code}"
            return SystemProblem(message, consequence=consequence)
    return SystemProblem(
        f"{system}: could not {doing}: the database could not be asked{code}; is it up, and its address right",
        consequence="retry",
        retry_after=BUSY,
    )
