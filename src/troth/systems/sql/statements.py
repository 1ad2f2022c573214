"""Statements as they are sent: compiled once a plan, then only text and bound values."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.engine.interfaces import Dialect

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


@dataclass(frozen=True)
class Runner:
    """Sends a plan's statements over one connection, in its transaction. `fixed`: values every statement may use."""

    connection: Connection
    statements: Statements
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def send(self, name: Hashable, build: Build, values: Mapping[str, Any]) -> CursorResult[Any]:
        sent = self.statements.sent(name, build)
        return self.connection.exec_driver_sql(sent.text, sent.bound({**self.fixed, **values}))

    def rows(self, name: Hashable, build: Build, values: Mapping[str, Any]) -> Sequence[Any]:
        return self.send(name, build, values).all()
