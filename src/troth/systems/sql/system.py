"""`SqlSystem`: a SQL database described by a dataset file."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError

from troth import ground
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered, SystemProblem
from troth.systems.sql import plan as planning
from troth.systems.sql import run
from troth.systems.sql.advice import missing_indexes
from troth.systems.sql.ages import oldest
from troth.systems.sql.answers import evidence, findings, found, written_only
from troth.systems.sql.catalog import Catalog
from troth.systems.sql.compose import Reach
from troth.systems.sql.dataset import Dataset
from troth.systems.sql.dialects.database import Database
from troth.systems.sql.dialects.problems import Told, problem
from troth.systems.sql.entry import entry
from troth.systems.sql.explain import explain
from troth.systems.sql.known import Known
from troth.systems.sql.refuse import Refusal, missing
from troth.systems.sql.shared import may_be_shared

Ref = TypeVar("Ref", bound=Hashable)
People = Sequence[tuple[Ref, Identifiers]]
Planner = Callable[[Dataset, Catalog, Dialect], planning.Plan]
_BLOCK = 64  # HMAC-SHA-256 block size, bytes
_PLANNERS: Mapping[str, Planner] = {
    "find": planning.find_plan,
    "erase": planning.erase_plan,
    "delete account": planning.account_plan,
}


class Refused(SystemProblem):
    """The act was refused before anything was written. `refusals`: why, each with a proposal."""

    def __init__(self, system: str, doing: str, found: tuple[Refusal, ...]) -> None:
        reasons = "; ".join(map(str, found))
        super().__init__(f"{system}: refused to {doing}: {reasons}", consequence="fix settings")
        self.refusals = found


class SqlSystem(System):
    """Finds, erases and corrects people in one SQL database, one or ten thousand with the same statements."""

    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "suppress": NotOffered(
            "a database sends no marketing",
            "a dataset file describes tables, not who sends",
            "stop it where it is sent",
        ),
        "deliver": NotOffered(
            "rows are written by the application that owns them",
            "a dataset file describes no inserts",
            "enter the record in the application that uses the database",
        ),
    }

    literal_secrets: tuple[str, ...] = ()
    """Settings whose password stands in the systems file itself, where many can read it."""

    def __init__(
        self, name: str, *, title: str, url: str, dataset: Dataset, recipient: str | None = None,
        limits: run.Limits | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, title=title, recipient=recipient)
        self.dataset = dataset
        self._database = Database(url, name, limits)
        self._known = Known(dataset, self._database.dialect)

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "SqlSystem":
        """From an entry of systems.yaml: see `entry`. Raises SystemProblem (`fix settings`)."""
        said = entry(name, config, base_dir)
        made = cls(name, title=said.title, url=said.url, dataset=said.dataset, recipient=said.recipient)
        made.literal_secrets = said.literal
        return made

    # reading

    def find(self, who: Identifiers) -> Found:
        return self.find_many([(0, who)])[0]

    def find_many(self, people: People[Ref]) -> dict[Ref, Found]:
        """`Found` for each caller's reference, all by one SELECT a table. An empty `Found` means nothing is held.

        Rows a person is led to that name somebody else are counted in `evidence["others"]`, table → rows; their values
        are not read.
        """
        who = run.seed([each for _, each in people])
        fresh = self._known.at_hand is None
        try:
            held = self._find(who, people)
        except SystemProblem as wrong:
            if wrong.consequence != "fix settings" or fresh:
                raise
            self._known.forget()  # the tables may have changed since they were looked at: look once more
            held = self._find(who, people)
        return {ref: one for (ref, _), one in zip(people, held, strict=True)}

    def _find(self, who: run.Seed, people: People[Any]) -> list[Found]:
        with self._database.transaction("find people", read_only=True) as connection:
            plan = self._known.plan("find", planning.find_plan, self._catalog(connection, stale=True))
            reached = run.read(connection, plan, who)
        each = enumerate(findings(plan, reached, who.people))
        return [found(plan, reached, one, n, people[n][1]) for n, one in each]

    def oldest(self) -> Done:
        """`oldest`: ISO time of the oldest row of all; `tables`: the same for each table with a time column."""
        timed = {name: table.time for name, table in self.dataset.tables.items() if table.time}
        with self._database.transaction("look for the oldest rows", read_only=True) as connection:
            reach = Reach(self.dataset, self._catalog(connection))
            ages = {name: oldest(connection, reach, name, column) for name, column in timed.items()}
        known = [age for age in ages.values() if age]
        return Done(evidence={"oldest": min(known) if known else None, "tables": ages})

    def columns(self) -> tuple[frozenset[str], frozenset[str]]:
        """(declared, live): `table.column`, over every table in the schemas the dataset covers."""
        declared = {f"{name}.{column}" for name, table in self.dataset.tables.items() for column in table.columns}
        with self._database.transaction("read the columns", read_only=True) as connection:
            live = self._known.read(connection).live
        without = {one for one in live if one.rpartition(".")[0] in self.dataset.other_tables}
        return frozenset(declared | without), live

    def test(self) -> Done:
        """Connects; looks whether the declared tables and columns are there, and which `indexes` are missing."""
        with self._database.transaction("connect", read_only=True) as connection:
            catalog = self._catalog(connection)
        told = {"account": self._database.dialect.title, "tables": len(catalog.tables)}
        indexes = self._advice(catalog)
        return Done(evidence=told | ({"indexes": list(indexes)} if indexes else {}))

    def explain(self, doing: str = "erase") -> str:
        """Plan and SQL in words; `doing` is find, erase or `delete account`. Raises SystemProblem."""
        with self._database.transaction("plan", read_only=True) as connection:
            return explain(self._known.plan(doing, _PLANNERS[doing], self._catalog(connection)))

    def advice(self) -> tuple[str, ...]:
        """`create index …` statements without which finding or erasing reads whole tables. Raises SystemProblem."""
        with self._database.transaction("plan", read_only=True) as connection:
            catalog = self._catalog(connection)
        return self._advice(catalog)

    def _advice(self, catalog: Catalog) -> tuple[str, ...]:
        plans = [self._known.plan(one, _PLANNERS[one], catalog) for one in ("find", "erase")]
        return tuple(dict.fromkeys(one for plan in plans for one in missing_indexes(plan)))

    def refusals(self) -> tuple[Refusal, ...]:
        """What would stop an erasure or account deletion, with proposals, before anyone asks for one."""
        with self._database.transaction("plan", read_only=True) as connection:
            catalog = self._catalog(connection)
        plans = (self._known.plan(one, _PLANNERS[one], catalog) for one in ("erase", "delete account"))
        return tuple(dict.fromkeys(one for plan in plans for one in self._known.refusals(plan)))

    # writing: `key` marks the act; doing it again changes nothing, because what is gone or masked is not changed twice

    def erase(self, who: Identifiers, *, key: str) -> Done:
        return self.erase_many([(key, who)])[key]

    def erase_many(self, people: People[Ref], *, dry_run: bool = False) -> dict[Ref, Done]:
        """Erases everyone in one transaction: all or nobody. `Done` with rows per table for each reference.

        `dry_run`: everything is done and then undone; the answer is the same. Raises Refused before anything is
        written where the catalog, or the rows reached, show that it would break.
        """
        return self._write("erase", "erase", planning.erase_plan, people, dry_run=dry_run)

    def delete_account(self, who: Identifiers, *, key: str) -> Done:
        return self.delete_accounts([(key, who)])[key]

    def delete_accounts(self, people: People[Ref], *, dry_run: bool = False) -> dict[Ref, Done]:
        """Ends accounts as `on_account_deletion` says: no erasure of the data, that is a further step."""
        return self._write("delete accounts", "delete account", planning.account_plan, people, dry_run=dry_run)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Done:
        """Corrects data items: item id → right value, in every column that holds the item."""
        names = {item: f"right_{i}" for i, item in enumerate(sorted(changes))}
        values = {names[item]: value for item, value in changes.items()}

        def planner(dataset: Dataset, catalog: Catalog, dialect: Dialect) -> planning.Plan:
            return planning.rectify_plan(dataset, catalog, dialect, names)

        return self._write("correct", ("rectify", *names), planner, [(key, who)], values)[key]

    def _write(
        self, doing: str, name: Hashable, planner: Planner, people: People[Ref], extra: Mapping[str, Any] | None = None,
        *, dry_run: bool = False,
    ) -> dict[Ref, Done]:  # fmt: skip
        who = run.seed([each for _, each in people])
        with self._database.transaction(doing, read_only=False) as connection:
            plan = self._known.plan(name, planner, self._catalog(connection))
            self._refuse(doing, self._known.refusals(plan))
            changes = self._carry_out(connection, plan, who, doing, {**self._hash_keys, **(extra or {})})
            if dry_run:
                connection.rollback()
        told = evidence(changes, len(people))
        pairs = zip(people, told, strict=True)
        return {ref: Done(evidence=each | written_only(plan, one)) for (ref, one), each in pairs}

    def _carry_out(
        self, connection: Connection, plan: planning.Plan, who: run.Seed, doing: str, values: Mapping[str, Any]
    ) -> list[run.Change]:
        try:
            return run.writes(connection, plan, who, values, self._database.dialect.defer())
        except run.Refused as refused:
            found = tuple(Refusal(b.table, b.column, b.reason, b.proposal) for b in refused.broken)
            raise Refused(self.name, doing, found) from None
        except run.Swallowed as wrong:
            raise SystemProblem(f"{self.name}: could not {doing}: {wrong}", consequence="fix settings") from wrong
        except run.Raced:
            raise problem(Told("conflict"), self.name, doing) from None
        except DBAPIError as wrong:
            told = self._database.told(wrong)
            if told.trouble == "foreign key" and _raced(plan, told.table):
                raise problem(Told("conflict", told.code), self.name, doing) from None
            raise

    def _catalog(self, connection: Connection, *, stale: bool = False) -> Catalog:
        """The catalog; with `stale`, one that is at most a minute old will do."""
        catalog = (self._known.at_hand if stale else None) or self._known.read(connection)
        self._refuse("plan", missing(self.dataset, catalog))
        return catalog

    def _refuse(self, doing: str, found: Iterable[Refusal]) -> None:
        if reasons := tuple(found):
            raise Refused(self.name, doing, reasons)

    @cached_property
    def _hash_keys(self) -> dict[str, bytes]:
        """Both padded keys of HMAC-SHA-256, of a secret of this deployment (RFC 2104)."""
        padded = hashlib.sha256(ground.secret("sql-masks")).digest().ljust(_BLOCK, b"\0")
        return {"inner_key": bytes(b ^ 0x36 for b in padded), "outer_key": bytes(b ^ 0x5C for b in padded)}


def _raced(plan: planning.Plan, table: str | None) -> bool:
    """Whether the rows in the way are of a table whose rows were all deleted a moment ago: someone added more."""
    emptied = {s.table for s in plan.steps if s.effect == "delete" and not may_be_shared(plan.reach, s.table)}
    emptied -= {key.table for key in plan.reach.catalog.foreign_keys if key.table == key.target}  # others' rows may
    return table in {plan.reach.catalog.tables[name].bare for name in emptied}
