"""Database errors in our terms: the same words for the same trouble, whichever database says it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from troth.systems.kit.outcomes import Consequence, SystemProblem

BUSY = timedelta(seconds=30)
Trouble = Literal[
    "read only", "permission", "changed", "login", "no database", "statement", "locked", "slow", "conflict",
    "not null", "unique", "check", "foreign key", "value", "trigger", "full", "tls", "file", "no file", "address",
    "unreachable",
]  # fmt: skip

WORDS: dict[Trouble, tuple[Consequence, str]] = {
    "read only": (
        "fix settings",
        "the database refuses writes (read only); give the address of the primary server",
    ),
    "permission": ("fix settings", "the database role lacks a permission; grant it"),
    "changed": ("fix settings", "the database has changed; correct the dataset file"),
    "login": ("fix settings", "the database refuses the login"),
    "no database": ("fix settings", "the server has no such database; correct the address"),
    "statement": ("stop", "the database does not understand the statement"),
    "locked": ("retry", "rows were locked by somebody else for too long; trying again"),
    "slow": ("retry", "the database took too long; trying again"),
    "conflict": ("retry", "somebody else wrote at the same time; trying again"),
    "not null": ("stop", "a column that cannot be NULL; say another `on_erase` in the dataset file"),
    "unique": ("stop", "a value that must be unique is there already"),
    "check": ("stop", "a CHECK refuses the value; say another `on_erase` in the dataset file"),
    "foreign key": ("stop", "rows of another table still point here; declare that table in the dataset file"),
    "value": ("stop", "a value does not fit its column"),
    "trigger": ("stop", "a trigger or rule of the database refused it"),
    "full": ("fix settings", "the database has no room left"),
    "tls": ("fix settings", "no secure connection could be agreed on; correct the certificate or the address"),
    "file": ("fix settings", "the file is no database, or damaged"),
    "no file": ("fix settings", "there is no such file, or it may not be opened; correct `url`"),
    "address": ("fix settings", "its address is not understood; correct `url`"),
    "unreachable": ("retry", "the database could not be asked; is it up, and its address right"),
}


@dataclass(frozen=True)
class Told:
    """What an error of a driver says. `table`, `column`, `constraint`: names only; `code`: the database's own."""

    trouble: Trouble
    code: str | None = None
    table: str | None = None
    column: str | None = None
    constraint: str | None = None


def problem(told: Told, system: str, doing: str) -> SystemProblem:
    """The error as a SystemProblem: system, act, code, and the names of table, column, constraint; never a value."""
    consequence, said = WORDS[told.trouble]
    places = (("table", told.table), ("column", told.column), ("constraint", told.constraint))
    where = ", ".join(f"{kind} {name}" for kind, name in places if name)
    message = (
        f"{system}: could not {doing}: {said}{f' ({where})' if where else ''}{f' [{told.code}]' if told.code else ''}"
    )
    wait = BUSY if told.trouble == "unreachable" else None
    return SystemProblem(message, consequence=consequence, retry_after=wait)
