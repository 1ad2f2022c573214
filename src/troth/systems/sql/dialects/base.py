"""What a kind of database must say of itself: how to connect and begin, what its catalog says, what its errors mean."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from sqlalchemy import Connection, Engine, Executable, TextClause, text
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.problems import Told


@dataclass(frozen=True)
class Limits:
    """How long the database may keep us: seconds."""

    connect: int = 5
    statement: float = 120.0
    lock: float = 10.0


class Dialect(ABC):
    """One kind of database: a value without state.

    `names`: SQLAlchemy's own names of it. `modules` must be importable; `extra` of our package brings them.
    `tested`: how far it was tried, in the words of the documentation.
    """

    names: ClassVar[tuple[str, ...]]
    title: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]]
    modules: ClassVar[tuple[str, ...]]
    extra: ClassVar[str | None]
    tested: ClassVar[str]

    def check_driver(self, system: str) -> None:
        """Raises SystemProblem (`fix settings`) naming the extra where the driver is absent."""
        if not all(_importable(module) for module in self.modules):
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
        """SQLAlchemy's own dialect, without any connection: statements are composed, shown and tested with it."""

    def defer(self) -> tuple[Executable, ...]:
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


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package it would be in
        return False
