"""What a kind of database must say of itself: how to connect, begin, keep temporary rows, and read its errors."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, ClassVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Executable,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    TextClause,
    text,
)  # fmt: skip
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.problems import Told
from troth.systems.sql.dialects.temporary import TemporaryAs

Statements = tuple[Executable, ...]


@dataclass(frozen=True)
class Limits:
    """How long the database may keep us: seconds."""

    connect: int = 5
    statement: float = 120.0
    lock: float = 10.0


@dataclass(frozen=True)
class Kept:
    """A temporary table and what makes it: `before` any write (mostly nothing), `inside` the transaction.

    `before` is for databases where making a temporary table ends the transaction it stands in.
    """

    table: Table
    before: Statements
    inside: Statements


class Dialect(ABC):
    """One kind of database: a value without state.

    `rereads`: a temporary table may stand twice in one statement. `returning`: UPDATE and DELETE say which rows they
    changed. `updates_join`, `deletes_join`: SQLAlchemy's `update`/`delete` with a second table in `where` compile to
    UPDATE … FROM, DELETE … USING; elsewhere say EXISTS or IN. `reuses`: a connection that has written may be used
    again; elsewhere it is closed, and its temporary tables end with it. `checks_rows`: foreign keys are checked row by
    row, also within one statement, so that rows of one table that point at one another need care.
    """

    names: ClassVar[tuple[str, ...]]  # SQLAlchemy's
    title: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]]
    driver: ClassVar[str]  # SQLAlchemy's `dialect+driver`
    modules: ClassVar[tuple[str, ...]]  # what must be importable
    extra: ClassVar[str | None]  # which extra of our package brings them
    tested: ClassVar[str]
    rereads: ClassVar[bool] = True
    returning: ClassVar[bool] = False
    updates_join: ClassVar[bool] = True
    deletes_join: ClassVar[bool] = True
    reuses: ClassVar[bool] = False
    prepares_outside: ClassVar[bool] = False
    checks_rows: ClassVar[bool] = False

    # connecting

    def check_driver(self, system: str) -> None:
        """Raises SystemProblem (`fix settings`) naming the extra where the driver is absent."""
        if not all(find_spec(module) for module in self.modules):
            raise SystemProblem(
                f"{system}: the driver for {self.title} is not installed; install troth[{self.extra}]",
                consequence="fix settings",
            )

    @abstractmethod
    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        """An engine of at most two connections, with time-outs. Opens nothing yet. Raises ArgumentError."""

    @abstractmethod
    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        """What a transaction starts with: time-outs, read only, one moment for every statement of an answer."""

    @abstractmethod
    def compiling(self) -> Compiling:
        """SQLAlchemy's own dialect, without any connection: statements are shown and tested with it."""

    # temporary tables

    def seed_table(self) -> Table:
        """`troth_seed (person, kind, value)`; fill it from `elements.seed_rows`."""
        return self.temporary(
            "troth_seed", (Column("person", Integer), Column("kind", String(16)), Column("value", Text))
        )

    def temporary(self, name: str, columns: Iterable[Column[Any]]) -> Table:
        """A temporary table as a value, under the name this database gives it."""
        return Table(name, MetaData(), *columns)

    def seed(self, rows: Select[Any]) -> Kept:
        """The seed as a temporary table. `rows` may hold a bound parameter."""
        table = self.seed_table()
        make = self.text(self.seed_make(table))
        fill = table.insert().from_select(["person", "kind", "value"], rows)
        return self._kept(table, (make,), (fill, *self.analyze(table)))

    def seed_make(self, table: Table) -> str:
        """The statement that makes the seed's temporary table."""
        return f"CREATE TEMPORARY TABLE {table.name} (person int, kind varchar(16), value text)"

    def keep(self, name: str, rows: Select[Any]) -> Kept:
        """The rows of a SELECT as a temporary table with columns of the same names and types.

        Bound constants are written into the statement: no person's value may stand in `rows`.
        """
        table = self.temporary(name, (Column(one.key, one.type) for one in rows.selected_columns))
        return self._kept(table, (TemporaryAs(table.name, rows),), self.analyze(table))

    def _kept(self, table: Table, make: Statements, fill: Statements) -> Kept:
        return Kept(table, make, fill) if self.prepares_outside else Kept(table, (), (*make, *fill))

    def analyze(self, table: Table) -> Statements:
        """Tells the database's planner how many rows a temporary table has, where it would not know."""
        return ()

    # constraints, catalog, errors

    def defer(self) -> Statements:
        """Has the constraints that can wait checked at the end of the transaction."""
        return ()

    @abstractmethod
    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        """Tables and foreign keys of the schemas the connection looks in by itself, and of those wanted (any case).

        Keys, unique sets and CHECKs may be left out for tables whose names are not wanted.
        """

    @abstractmethod
    def told(self, error: BaseException) -> Told | None:
        """What the driver's own error says; None where it says nothing that we know."""

    @staticmethod
    def text(statement: str) -> TextClause:
        """A statement of ours, in which a colon is a colon."""
        return text(statement.replace(":", "\\:"))
