"""One database at its address: transactions with time-outs, and whatever goes wrong in our own words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.known import KINDS, of_scheme
from troth.systems.sql.dialects.problems import Told, problem

OPEN: "WeakSet[Database]" = WeakSet()
"""Those there are in this process."""


class Database:
    """Keeps at most two idle connections for each use, reading and writing; safe to share between threads."""

    def __init__(self, url: str, system: str, limits: Limits | None = None) -> None:
        """`url`: `postgresql://…`, `mysql://…`, `sqlite:///path` …; nothing is opened yet.

        Raises SystemProblem (`fix settings`) for a kind of database we do not know, or whose driver is not installed.
        """
        self.system = system
        self.limits = limits or Limits()
        self._url = url
        self.dialect = _dialect(url, system)
        self.dialect.check_driver(system)
        self._engines: dict[tuple[int, bool], Engine] = {}
        OPEN.add(self)

    def __repr__(self) -> str:
        return f"Database({self.dialect.title})"

    @contextmanager
    def transaction(self, doing: str, *, read_only: bool) -> Iterator[Connection]:
        """A connection in one transaction: committed at the end, rolled back on any error.

        Roll back by hand (`connection.rollback()`) to leave everything as it was. Raises SystemProblem for whatever
        the database refuses; its message never quotes the database's own, which may hold values.
        """
        try:
            with self._engine(read_only).connect() as connection:
                self.dialect.begin(connection, self.limits, read_only=read_only)
                yield connection
                if read_only:
                    connection.rollback()  # some databases know no read-only transaction
                else:
                    connection.commit()
        except SQLAlchemyError as wrong:
            raise self.problem_of(wrong, doing) from None
        except Exception as wrong:
            if told := self.dialect.told(wrong):  # some drivers fail before SQLAlchemy hears of it
                raise problem(told, self.system, doing) from None
            raise

    def problem_of(self, wrong: BaseException, doing: str) -> SystemProblem:
        """An error of SQLAlchemy or the driver as a SystemProblem."""
        return problem(self.told(wrong), self.system, doing)

    def told(self, wrong: BaseException) -> Told:
        """What an error of SQLAlchemy or the driver says; `unreachable` where nobody knows."""
        if isinstance(wrong, ArgumentError):
            return Told("address")
        inner = wrong.orig if isinstance(wrong, DBAPIError) and wrong.orig is not None else wrong
        return self.dialect.told(inner) or Told("unreachable" if isinstance(wrong, DBAPIError) else "statement")

    def close(self) -> None:
        """Closes idle connections; the next transaction opens new ones."""
        while self._engines:
            self._engines.popitem()[1].dispose()

    def _engine(self, read_only: bool) -> Engine:
        """The engine for this use, of this process: a connection does not survive a fork."""
        key = (os.getpid(), read_only)
        if key not in self._engines:
            try:
                self._engines[key] = self.dialect.engine(self._url, self.limits, read_only=read_only)
            except ValueError:  # a port that is no number, a bracket that is not closed
                raise ArgumentError from None
        return self._engines[key]


def _dialect(url: str, system: str) -> Dialect:
    scheme, found, _ = url.partition("://")
    dialect = of_scheme(scheme.partition("+")[0]) if found else None
    if dialect is None:
        known = ", ".join(f"{kind.schemes[0]}://" for kind in KINDS)
        raise SystemProblem(
            f"{system}: `url` is no address of a database we know; it begins with one of {known}",
            consequence="fix settings",
        )
    return dialect
