"""A MongoDB database: looked up, changed, and its troubles in our own words. The driver loads when it is used."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.mongo.paths import Document, root
from troth.systems.sql.dialects.base import Limits
from troth.systems.sql.dialects.problems import Told, Trouble, problem

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.client_session import ClientSession
    from pymongo.database import Database

MANY = 2_000
"""Values in one lookup."""
_ANY_CASE = {"locale": "en", "strength": 2}


class Swallowed(Exception):
    """The server took a write and fewer documents changed than were meant to: `missing` of `collection`."""

    def __init__(self, collection: str, missing: int) -> None:
        super().__init__(collection, missing)
        self.collection = collection
        self.missing = missing


class Store:
    """One database at its address; the client keeps its connections. Nothing is opened before it is needed."""

    def __init__(self, url: str, system: str, limits: Limits | None = None) -> None:
        """Raises SystemProblem (`fix settings`) where the driver is not installed."""
        if not find_spec("pymongo"):
            raise SystemProblem(
                f"{system}: the driver for MongoDB is not installed; install troth[mongodb]",
                consequence="fix settings",
            )
        self.system = system
        self._url = url
        self._limits = limits or Limits()
        self._client: MongoClient[dict[str, Any]] | None = None

    def __repr__(self) -> str:
        return "Store(MongoDB)"

    @contextmanager
    def asked(self, doing: str) -> "Iterator[Database[dict[str, Any]]]":
        """The database; whatever goes wrong is a SystemProblem, which never quotes the server's words."""
        from pymongo.errors import PyMongoError

        try:
            yield self._database()
        except PyMongoError as wrong:
            raise problem(told(wrong), self.system, doing) from None
        except Swallowed as wrong:
            said = f"{wrong.missing} documents of {wrong.collection} did not change; does somebody else write there?"
            raise SystemProblem(f"{self.system}: could not {doing}: {said}", consequence="retry") from None

    def _database(self) -> "Database[dict[str, Any]]":
        if self._client is None:
            from pymongo import MongoClient

            wait = self._limits.connect * 1000
            self._client = MongoClient(
                self._url,
                serverSelectionTimeoutMS=wait,
                connectTimeoutMS=wait,
                socketTimeoutMS=int(self._limits.statement * 1000),
                retryWrites=False,  # a write that is tried again would count its documents anew
                appname="troth",
            )
        return self._client.get_default_database()

    def close(self) -> None:
        """Closes the connections; the next use opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def transaction(self, database: "Database[dict[str, Any]]") -> "Iterator[ClientSession | None]":
        """A session in a transaction that is committed at the end; None where the server knows no transactions, as a
        server that stands alone."""
        hello = database.client.admin.command("hello")
        if not (hello.get("setName") or hello.get("msg") == "isdbgrid"):
            yield None
            return
        with database.client.start_session() as session, session.start_transaction():
            yield session


def asking(
    database: "Database[dict[str, Any]]", fields: Mapping[str, Iterable[str]], session: "ClientSession | None" = None
) -> Callable[..., Iterator[Document]]:
    """The lookup that reaching is done with: only the declared `fields` of a collection are read."""

    def ask(collection: str, path: str, wanted: Sequence[Any], *, any_case: bool) -> Iterator[Document]:
        read = {root(one): 1 for one in fields[collection]}
        for start in range(0, len(wanted), MANY):
            asked = {path: {"$in": list(wanted[start : start + MANY])}}  # values in `$in` are values, never operators
            found = database[collection].find(asked, read, session=session)
            yield from found.collation(_ANY_CASE) if any_case else found

    return ask


_CODES: Mapping[int, Trouble] = {
    13: "permission",
    18: "login",
    8000: "login",
    50: "slow",
    89: "slow",
    112: "conflict",
    121: "check",
    10107: "read only",
    13435: "read only",
    10058: "read only",
    11000: "unique",
    11001: "unique",
}
"""Codes of the server (`error_codes.yml` in its source)."""


def told(wrong: BaseException) -> Told:
    """What an error of the driver says: a kind of trouble and the server's code, nothing else."""
    from pymongo import errors

    code = getattr(wrong, "code", None)
    if isinstance(wrong, errors.BulkWriteError):
        failed = (wrong.details or {}).get("writeErrors") or [{}]
        code = failed[0].get("code")
    if isinstance(code, int) and code in _CODES:
        return Told(_CODES[code], str(code))
    kinds: tuple[tuple[type[BaseException], Trouble], ...] = (
        (errors.NotPrimaryError, "read only"),
        (errors.ServerSelectionTimeoutError, "unreachable"),
        (errors.NetworkTimeout, "slow"),
        (errors.ConnectionFailure, "unreachable"),
        (errors.ConfigurationError, "address"),
        (errors.InvalidURI, "address"),
        (errors.OperationFailure, "statement"),
    )
    trouble: Trouble = next((each for kind, each in kinds if isinstance(wrong, kind)), "unreachable")
    return Told(trouble, str(code) if isinstance(code, int) else None)
