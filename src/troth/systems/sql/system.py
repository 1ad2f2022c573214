"""`SqlSystem`: a PostgreSQL database described by a dataset file. Other SQL dialects are not built yet."""

import hashlib
import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from troth import ground
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Finding, Found, SystemProblem
from troth.systems.sql import plan as planning
from troth.systems.sql import run
from troth.systems.sql.answers import evidence, findings
from troth.systems.sql.catalog import Catalog, read_catalog
from troth.systems.sql.compose import Reach, ident
from troth.systems.sql.dataset import Dataset, DatasetError, read
from troth.systems.sql.refuse import Refusal, missing, refusals

Ref = TypeVar("Ref", bound=Hashable)
People = Sequence[tuple[Ref, Identifiers]]
Planner = Callable[[Dataset, Catalog], planning.Plan]
_BLOCK = 64  # HMAC-SHA-256 block size, bytes


class SqlSystem(System):
    """Finds, erases and corrects people in one PostgreSQL database, one or ten thousand with the same statements."""

    def __init__(
        self, name: str, *, title: str, url: str, dataset: Dataset, recipient: str | None = None,
        limits: run.Limits | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, title=title, recipient=recipient)
        self._url = url
        self.dataset = dataset
        self._limits = limits or run.Limits()
        self._find_plan: planning.Plan | None = None  # kept between calls; writing plans are made afresh each time

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "SqlSystem":
        """From an entry of systems.yaml: `url` (literal or `env:NAME`), `dataset` (path, relative to `base_dir`).

        Raises SystemProblem (`fix settings`) when one is missing, the variable unset or the dataset file wrong.
        """
        try:
            dataset = read(base_dir / _setting(name, config, "dataset"))
        except DatasetError as problem:
            raise SystemProblem(f"{name}: {problem}", consequence="fix settings") from problem
        url = _setting(name, config, "url")
        title = config.get("title") or dataset.title
        return cls(name, title=title, url=url, dataset=dataset, recipient=config.get("recipient"))

    # reading

    def find(self, who: Identifiers) -> Found:
        return self.find_many([(0, who)])[0]

    def find_many(self, people: People[Ref]) -> dict[Ref, Found]:
        """`Found` for each caller's reference, all by one SELECT a table. An empty `Found` means nothing is held."""
        who = run.seed([each for _, each in people])
        try:
            found = self._find(who, len(people))
        except SystemProblem as problem:
            if problem.consequence != "fix settings" or self._find_plan is None:
                raise
            self._find_plan = None  # the tables may have changed since it was made: look once more
            found = self._find(who, len(people))
        return {ref: _found(each) for (ref, _), each in zip(people, found, strict=True)}

    def _find(self, who: run.Seed, people: int) -> list[list[Finding]]:
        found: list[list[Finding]] = [[] for _ in range(people)]
        with self._connected("find people", read_only=True) as connection:
            plan = self._find_plan or planning.find_plan(self.dataset, self._catalog(connection))
            for step, rows in run.read(connection, plan, who):
                findings(self.dataset, step, rows, found)
        self._find_plan = plan
        return found

    def oldest(self) -> Done:
        """`oldest`: ISO time of the oldest row of all; `tables`: the same for each table with a time column."""
        timed = {name: table.time for name, table in self.dataset.tables.items() if table.time}
        with self._connected("look for the oldest rows", read_only=True) as connection:
            reach = Reach(self.dataset, self._catalog(connection))
            ages = {name: _oldest(connection, reach, name, column) for name, column in timed.items()}
        known = [age for age in ages.values() if age]
        return Done(evidence={"oldest": min(known) if known else None, "tables": ages})

    def columns(self) -> tuple[frozenset[str], frozenset[str]]:
        """(declared, live): `table.column`, over every table in the schemas the dataset covers."""
        declared = {f"{name}.{column}" for name, table in self.dataset.tables.items() for column in table.columns}
        with self._connected("read the columns", read_only=True) as connection:
            live = read_catalog(connection, self.dataset).live
        without = {one for one in live if one.rpartition(".")[0] in self.dataset.other_tables}
        return frozenset(declared | without), live

    def explain(self, doing: str = "erase") -> str:
        """Plan and SQL in words; `doing` is find, erase or `delete account`. Raises SystemProblem."""
        planner = {"find": planning.find_plan, "erase": planning.erase_plan, "delete account": planning.account_plan}
        with self._connected("plan", read_only=True) as connection:
            return planner[doing](self.dataset, self._catalog(connection)).explain()

    def refusals(self) -> tuple[Refusal, ...]:
        """What would stop an erasure or account deletion, with proposals, before anyone asks for one."""
        with self._connected("plan", read_only=True) as connection:
            catalog = self._catalog(connection)
        plans = (planning.erase_plan(self.dataset, catalog), planning.account_plan(self.dataset, catalog))
        return tuple(dict.fromkeys(one for plan in plans for one in refusals(plan)))

    # writing: `key` marks the act; doing it again changes nothing, because what is gone or masked is not changed twice

    def erase(self, who: Identifiers, *, key: str) -> Done:
        return self.erase_many([(key, who)])[key]

    def erase_many(self, people: People[Ref]) -> dict[Ref, Done]:
        """Erases everyone in one transaction: all or nobody. `Done` with rows per table for each reference."""
        return self._write("erase", planning.erase_plan, people)

    def delete_account(self, who: Identifiers, *, key: str) -> Done:
        return self.delete_accounts([(key, who)])[key]

    def delete_accounts(self, people: People[Ref]) -> dict[Ref, Done]:
        """Ends accounts as `on_account_deletion` says: no erasure of the data, that is a further step."""
        return self._write("delete accounts", planning.account_plan, people)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Done:
        """Corrects data items: item id → right value, in every column that holds the item."""
        names = {item: f"right_{i}" for i, item in enumerate(sorted(changes))}
        values = {names[item]: value for item, value in changes.items()}

        def planner(dataset: Dataset, catalog: Catalog) -> planning.Plan:
            return planning.rectify_plan(dataset, catalog, names)

        return self._write("correct", planner, [(key, who)], values)[key]

    def _write(
        self, doing: str, planner: Planner, people: People[Ref], extra: Mapping[str, Any] | None = None
    ) -> dict[Ref, Done]:
        with self._connected(doing, read_only=False) as connection:
            plan = planner(self.dataset, self._catalog(connection))
            self._refuse(doing, refusals(plan))
            who = run.seed([each for _, each in people])
            changes = run.write(connection, plan, who, {**self._hash_keys, **(extra or {})})
        told = evidence(changes, len(people))
        return {ref: Done(evidence=each) for (ref, _), each in zip(people, told, strict=True)}

    def _connected(self, doing: str, *, read_only: bool) -> Any:
        return run.connected(self._url, self.name, doing, self._limits, read_only=read_only)

    def _catalog(self, connection: psycopg.Connection[Any]) -> Catalog:
        catalog = read_catalog(connection, self.dataset)
        self._refuse("plan", missing(self.dataset, catalog))
        return catalog

    def _refuse(self, doing: str, found: Iterable[Refusal]) -> None:
        if reasons := "; ".join(map(str, found)):
            raise SystemProblem(f"{self.name}: refused to {doing}: {reasons}", consequence="fix settings")

    @cached_property
    def _hash_keys(self) -> dict[str, bytes]:
        """Both padded keys of HMAC-SHA-256, of a secret of this deployment (RFC 2104)."""
        padded = hashlib.sha256(ground.secret("sql-masks")).digest().ljust(_BLOCK, b"\0")
        return {"inner_key": bytes(b ^ 0x36 for b in padded), "outer_key": bytes(b ^ 0x5C for b in padded)}


def _found(each: list[Finding]) -> Found:
    tables: dict[str, int] = {}
    for one in each:
        tables[one.kind] = tables.get(one.kind, 0) + 1
    return Found(evidence={"rows": len(each), "tables": tables}, findings=tuple(each))


def _oldest(connection: psycopg.Connection[Any], reach: Reach, table: str, column: str) -> str | None:
    """The oldest time in ISO form, in UTC where the column knows its zone."""
    form = "select min({}) from {}"
    if reach.catalog.column(table, column).type == "timestamp with time zone":
        form = "select min({}) at time zone 'UTC' from {}"
    row = connection.execute(sql.SQL(form).format(ident(column), reach.at(table)), {}).fetchone()
    age = row[0] if row else None
    if age is None:
        return None
    return f"{age.isoformat()}+00:00" if "zone" in form else str(age.isoformat())


def _setting(system: str, config: Mapping[str, Any], name: str) -> str:
    value = config.get(name)
    if not isinstance(value, str) or not value:
        raise SystemProblem(f"{system}: `{name}` is missing in systems.yaml", consequence="fix settings")
    if not value.startswith("env:"):
        return value
    found = os.environ.get(value.removeprefix("env:"))
    if not found:
        raise SystemProblem(f"{system}: `{name}` says {value}, which is not set", consequence="fix settings")
    return found
