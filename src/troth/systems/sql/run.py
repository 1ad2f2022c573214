"""One act from beginning to end: read whose rows are whose, prove that nothing would break, then write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from troth.systems.sql.claims import claimed
from troth.systems.sql.dialects.base import Limits
from troth.systems.sql.plan import Plan
from troth.systems.sql.preflight import Broken, preflight
from troth.systems.sql.seed import Seed, seed
from troth.systems.sql.statements import Runner
from troth.systems.sql.walk import Reached, walk
from troth.systems.sql.write import Change, Raced, Swallowed, changes, due, write

__all__ = ["Change", "Limits", "Raced", "Refused", "Seed", "Swallowed", "read", "seed", "writes"]


@dataclass
class Refused(Exception):
    """The rows themselves forbid the plan; nothing was written."""

    broken: tuple[Broken, ...]


def read(connection: Connection, plan: Plan, who: Seed) -> dict[str, Reached]:
    """What the people reach, by table, for a finding plan."""
    return walk(Runner(connection, plan.statements), plan.fetches, plan.reach, who)


def writes(
    connection: Connection, plan: Plan, who: Seed, fixed: Mapping[str, Any], deferring: Iterable[Any] = ()
) -> list[Change]:
    """Carries a writing plan out in the connection's transaction; the caller commits, or does not.

    `fixed`: values that statements may use (the keys of hashes, corrections). `deferring`: has constraints wait.
    Raises Refused before anything is written; Swallowed, Raced and the database's errors when it must be undone.
    """
    runner = Runner(connection, plan.statements, fixed)
    found = walk(runner, plan.fetches, plan.reach, who)
    shared = claimed(runner, plan.fetches, plan.reach, found, plan.guarded)
    shared = {table: keys for table, keys in shared.items() if plan.reach.table(table).shared == "keep"}
    rows = due(plan, found, shared)
    if broken := preflight(runner, plan, rows):
        raise Refused(broken)
    for statement in deferring if any(rows.values()) else ():
        connection.execute(statement)
    return changes(plan, found, shared, write(runner, plan, rows))
