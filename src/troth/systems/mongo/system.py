"""`MongoSystem`: a MongoDB database described by a dataset file, its columns dotted where documents are deep."""

import hmac
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from troth import ground
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered
from troth.systems.mongo import answers, writing
from troth.systems.mongo.paths import values
from troth.systems.mongo.reaching import Held, reach
from troth.systems.mongo.refusing import Live, Refusal, Refused, live, refusals
from troth.systems.mongo.sharing import shared
from troth.systems.mongo.store import Store, asking
from troth.systems.sql.answers import plain
from troth.systems.sql.dataset import Dataset
from troth.systems.sql.dialects.base import Limits
from troth.systems.sql.entry import entry

if TYPE_CHECKING:
    from pymongo.database import Database

Ref = TypeVar("Ref", bound=Hashable)
People = Sequence[tuple[Ref, Identifiers]]
_BY_HAND = "do it in the application that uses the database, and record the proof with the task"


class MongoSystem(System):
    """Finds, erases and corrects people in one MongoDB database, many with the same lookups."""

    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "suppress": NotOffered(
            "a database sends no marketing", "MongoDB stores documents, nothing more", "stop it where it is sent from"
        ),
        "deliver": NotOffered(
            "documents are written by the application that owns them", "a dataset file describes no inserts", _BY_HAND
        ),
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "erase": "A server that stands alone knows no transactions: an erasure that breaks off there is finished by "
        "doing it again. Backups and the replication log keep what was, for as long as they are kept."
    }

    literal_secrets: tuple[str, ...] = ()
    """Settings whose password stands in the systems file itself, where many can read it."""

    def __init__(
        self, name: str, *, title: str, url: str, dataset: Dataset, recipient: str | None = None,
        limits: Limits | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, title=title, recipient=recipient)
        self.dataset = dataset
        self._store = Store(url, name, limits)
        self._fields = {table: ("_id", *about.columns) for table, about in dataset.tables.items()}

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "MongoSystem":
        """From an entry of systems.yaml: see `entry`. Raises SystemProblem (`fix settings`)."""
        said = entry(name, config, base_dir)
        made = cls(name, title=said.title, url=said.url, dataset=said.dataset, recipient=said.recipient)
        made.literal_secrets = said.literal
        return made

    # reading

    def find(self, who: Identifiers) -> Found:
        return self.find_many([(0, who)])[0]

    def find_many(self, people: People[Ref]) -> dict[Ref, Found]:
        """`Found` for each caller's reference. Documents that name somebody else are counted in `others`, no more."""
        with self._store.asked("find people") as database:
            held = reach(self.dataset, [who for _, who in people], asking(database, self._fields))
        return {ref: answers.found(self.dataset, held, number) for number, (ref, _) in enumerate(people)}

    def oldest(self) -> Done:
        """`oldest`: ISO time of the oldest document of all; `tables`: the same for each collection with a time."""
        timed = {name: table.time for name, table in self.dataset.tables.items() if table.time}
        with self._store.asked("look for the oldest documents") as database:
            ages = {name: _oldest(database, name, column) for name, column in timed.items()}
        known = [age for age in ages.values() if age]
        return Done(evidence={"oldest": min(known) if known else None, "tables": ages})

    def test(self) -> Done:
        """Connects and looks which declared collections are there. Raises SystemProblem."""
        with self._store.asked("connect") as database:
            names = set(database.list_collection_names())
        missing = sorted(set(self.dataset.tables) - names)
        return Done(evidence={"account": "MongoDB", "collections": len(names), "missing": missing})

    def explain(self, doing: str = "erase") -> str:
        """The lookups and updates in words; `doing` is find or erase. Asks no server."""
        return answers.explain(self.dataset, doing)

    def refusals(self) -> tuple[Refusal, ...]:
        """What would stop an erasure or account deletion, with proposals. Raises SystemProblem."""
        with self._store.asked("plan") as database:
            there = self._live(database)
        found = (one for account in (False, True) for one in refusals(self.dataset, there, account=account))
        return tuple(dict.fromkeys(found))

    # writing: what is gone or masked is not changed twice

    def erase(self, who: Identifiers, *, key: str) -> Done:
        return self.erase_many([(key, who)])[key]

    def erase_many(self, people: People[Ref], *, dry_run: bool = False) -> dict[Ref, Done]:
        """Erases everyone; in one transaction where the server knows them. `dry_run`: the same answer, nothing done.

        Raises Refused before anything is written where an index or validator shows that it would break.
        """
        return self._write("erase", people, account=False, dry_run=dry_run)

    def delete_account(self, who: Identifiers, *, key: str) -> Done:
        return self.delete_accounts([(key, who)])[key]

    def delete_accounts(self, people: People[Ref], *, dry_run: bool = False) -> dict[Ref, Done]:
        """Ends accounts as `on_account_deletion` says: no erasure of the data, that is a further step."""
        return self._write("delete accounts", people, account=True, dry_run=dry_run)

    def _write(self, doing: str, people: People[Ref], *, account: bool, dry_run: bool) -> dict[Ref, Done]:
        with self._store.asked(doing) as database:
            if found := refusals(self.dataset, self._live(database), account=account):
                raise Refused(self.name, doing, found)
            with self._store.transaction(database) as session:
                ask = asking(database, self._fields, session)
                held = reach(self.dataset, [who for _, who in people], ask)
                also = shared(self.dataset, held, ask)
                plan = writing.erasure(self.dataset, held, also, self._keyed, account=account)
                if not dry_run:
                    writing.carry_out(database, plan, session)
        whole = session is not None
        return {ref: answers.erased(self.dataset, held, plan, n, whole) for n, (ref, _) in enumerate(people)}

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Done:
        """Corrects data items: item id → right value, in every column that holds the item."""
        with self._store.asked("correct") as database, self._store.transaction(database) as session:
            held: dict[str, Held] = reach(self.dataset, [who], asking(database, self._fields, session))
            plan = writing.correction(self.dataset, held, changes)
            writing.carry_out(database, plan, session)
        return answers.erased(self.dataset, held, plan, 0, session is not None)

    def _live(self, database: "Database[dict[str, Any]]") -> dict[str, Live]:
        there: dict[str, Live] = {}
        for one in database.list_collections():
            name, kind = one["name"], one.get("type", "collection")
            if name in self.dataset.tables:
                indexes = [] if kind == "view" else [dict(each) for each in database[name].list_indexes()]
                there[name] = live(indexes, one.get("options") or {}, kind)
        return there

    def _keyed(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), "sha256").hexdigest()

    @cached_property
    def _secret(self) -> bytes:
        return ground.secret("sql-masks")


def _oldest(database: "Database[dict[str, Any]]", collection: str, column: str) -> str | None:
    first = database[collection].find_one({column: {"$ne": None}}, {column: 1}, sort=[(column, 1)])
    age = next(iter(values(first or {}, column)), None)
    return None if age is None else str(plain(age))
