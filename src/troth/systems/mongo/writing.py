"""What is written where: made out of what was reached, then carried out in as few calls as the updates allow."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from troth.systems.mongo.changing import Update, acts, corrected, masked, masks
from troth.systems.mongo.paths import Document
from troth.systems.mongo.reaching import Held, Key
from troth.systems.mongo.store import MANY, Swallowed
from troth.systems.sql.graph import ordered
from troth.systems.sql.model import Dataset, Keep

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.database import Database

Effect = Literal["erased", "anonymised", "unlinked", "corrected", "kept"]
_DONE: Mapping[str, Effect] = {"delete": "erased", "anonymise": "anonymised", "unlink": "unlinked"}
SHARED = "another person shares these rows"


@dataclass
class Step:
    """What happens in one collection. `kept`: documents that stay, and why; deleted ones have an empty update."""

    effect: Effect
    updates: dict[Key, Update] = field(default_factory=dict)
    kept: dict[Key, str] = field(default_factory=dict)
    documents: Mapping[Key, Document] = field(default_factory=dict)


Plan = dict[str, Step]


def erasure(
    dataset: Dataset,
    held: Mapping[str, Held],
    shared: Mapping[str, set[Key]],
    keyed: Callable[[str], str],
    *,
    account: bool = False,
) -> Plan:
    """What erasing everyone in `held`, or with `account` ending their accounts, does, collection by collection.

    What leads to others comes last: where a server knows no transactions and the erasure breaks off, the person is
    still found, and erasing again finishes it.
    """
    plan: Plan = {}
    chosen = acts(dataset, account=account)
    for name in (name for name in reversed(ordered(dataset)) if name in chosen):
        each, act = held[name], chosen[name]
        step = Step("kept" if isinstance(act, Keep) else _DONE[act], documents=each.documents)
        for key, document in each.documents.items():
            if isinstance(act, Keep):
                step.kept[key] = act.keep
            elif key in shared.get(name, ()):
                step.kept[key] = SHARED
            elif act == "delete":
                step.updates[key] = Update()
            elif update := masked(document, masks(dataset.tables[name], act), keyed):
                step.updates[key] = update
        plan[name] = step
    return plan


def correction(dataset: Dataset, held: Mapping[str, Held], changes: Mapping[str, str]) -> Plan:
    """What correcting items does: right values at every column that holds another one."""
    plan: Plan = {}
    for name, each in held.items():
        table = dataset.tables[name]
        # what ties documents together (keys, references) is the database's own; only what it holds is corrected
        tied = {"_id", *table.key, *(column for one in table.references for column in one.columns)}
        columns = {column: about for column, about in table.columns.items() if not about.references}
        items = {column: about.item for column, about in columns.items() if about.item and column not in tied}
        right = {column: changes[item] for column, item in items.items() if item in changes}
        step = Step("corrected", documents=each.documents)
        for key, document in each.documents.items():
            if update := corrected(document, right):
                step.updates[key] = update
        plan[name] = step
    return plan


def carry_out(database: "Database[dict[str, Any]]", plan: Plan, session: "ClientSession | None") -> None:
    """Writes. Raises Swallowed where fewer documents changed than were meant to, and PyMongoError."""
    for collection, step in plan.items():
        if step.effect == "erased":
            ids = [step.documents[key]["_id"] for key in step.updates]
            for start in range(0, len(ids), MANY):
                database[collection].delete_many({"_id": {"$in": ids[start : start + MANY]}}, session=session)
        else:
            _update(database, collection, step, session)


def _update(database: "Database[dict[str, Any]]", collection: str, step: Step, session: "ClientSession | None") -> None:
    from pymongo import UpdateMany

    writes = [UpdateMany({"_id": {"$in": ids}}, written) for ids, written in _alike(step)]
    for start in range(0, len(writes), MANY):
        some = writes[start : start + MANY]
        done = database[collection].bulk_write(some, ordered=False, session=session)
        meant = sum(len(ids) for ids, _ in list(_alike(step))[start : start + MANY])
        if done.modified_count < meant:  # every update changes something
            raise Swallowed(collection, meant - done.modified_count)


def _alike(step: Step) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Documents that take the same update, and that update: one call for all of them."""
    groups: dict[str, tuple[list[Any], dict[str, Any]]] = {}
    for key, update in step.updates.items():
        written = update.written()
        groups.setdefault(repr(written), ([], written))[0].append(step.documents[key]["_id"])
    yield from groups.values()
