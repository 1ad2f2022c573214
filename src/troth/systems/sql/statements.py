"""Statements as they are sent: compiled once a plan, then only text and bound values."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError

Build = Callable[[], Executable]


@dataclass(frozen=True)
class Sent:
    """One statement in the database's own words. `fixed`: values bound when it was composed."""

    text: str
    fixed: Mapping[str, Any]
    order: tuple[str, ...] | None  # names by place, where the driver counts

    def bound(self, values: Mapping[str, Any]) -> Any:
        given = {name: values.get(name, fixed) for name, fixed in self.fixed.items()}
        return tuple(given[name] for name in self.order) if self.order is not None else given


@dataclass(frozen=True)
class Statements:
    """The compiled statements of one plan for one kind of database."""

    dialect: Dialect
    kept: dict[Hashable, Sent] = field(default_factory=dict)

    def sent(self, name: Hashable, build: Build) -> Sent:
        """The statement called `name`, composed by `build` the first time."""
        found = self.kept.get(name)
        if found is None:
            found = self.kept[name] = self._compile(build())
        return found

    def _compile(self, statement: Any) -> Sent:
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"render_postcompile": True})
        order = compiled.positiontup if compiled.positional else None
        return Sent(str(compiled), dict(compiled.params), None if order is None else tuple(order))


Ask = tuple[Hashable, Build, Mapping[str, Any]]
"""Name of a statement, how it is composed, what it binds."""
RAW = ("postgresql",)  # there SQLAlchemy's own cursor around the driver's costs as much as a small statement


@dataclass
class Runner:
    """Sends a plan's statements over one connection, in its transaction. `fixed`: values every statement may use."""

    connection: Connection
    statements: Statements
    fixed: Mapping[str, Any] = field(default_factory=dict)
    _cursor: Any = None

    @property
    def dialect(self) -> str:
        return self.statements.dialect.name

    def rows(self, name: Hashable, build: Build, values: Mapping[str, Any]) -> Sequence[Any]:
        """The rows that the statement called `name` answers. Raises DBAPIError."""
        sent, bound = self._ready(name, build, values)
        if self.dialect in RAW:
            return self._raw(sent.text, bound).fetchall()  # type: ignore[no-any-return]
        return self.connection.exec_driver_sql(sent.text, bound).all()

    def many(self, asked: Sequence[Ask]) -> list[Sequence[Any]]:
        """The rows of several statements that do not wait for one another; where the driver can, sent at once."""
        if self.dialect not in RAW or len(asked) < 2:
            return [self.rows(*one) for one in asked]
        ready = [self._ready(*one) for one in asked]
        driver: Any = self.connection.connection.driver_connection
        try:
            with driver.pipeline():
                cursors = [driver.execute(sent.text, bound) for sent, bound in ready]
                return [cursor.fetchall() for cursor in cursors]
        except self.connection.dialect.loaded_dbapi.Error as wrong:
            raise DBAPIError(None, None, wrong, hide_parameters=True) from None

    def number(self, name: Hashable, build: Build, values: Mapping[str, Any]) -> int:
        """The one number it answers."""
        return int(self.rows(name, build, values)[0][0] or 0)

    def count(self, name: Hashable, build: Build, values: Mapping[str, Any]) -> int:
        """How many rows the driver says it touched."""
        sent, bound = self._ready(name, build, values)
        return self.connection.exec_driver_sql(sent.text, bound).rowcount

    def _ready(self, name: Hashable, build: Build, values: Mapping[str, Any]) -> tuple[Sent, Any]:
        sent = self.statements.sent(name, build)
        return sent, sent.bound({**self.fixed, **values})

    def _raw(self, text: str, bound: Any) -> Any:
        if self._cursor is None:
            self._cursor = self.connection.connection.cursor()
        try:
            self._cursor.execute(text, bound)
        except self.connection.dialect.loaded_dbapi.Error as wrong:
            raise DBAPIError(text, None, wrong, hide_parameters=True) from None
        return self._cursor
