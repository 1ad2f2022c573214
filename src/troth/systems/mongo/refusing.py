"""What a MongoDB server would refuse, found before anything is written: pure, over its indexes and validators."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.mongo.changing import Mask, acts, masks
from troth.systems.sql.model import Dataset, Fixed, Hashed, Keep, Null, Random


@dataclass(frozen=True)
class Refusal:
    """Why an erasure cannot be carried out, and what to write into the dataset file instead."""

    table: str
    column: str | None
    reason: str
    proposal: str

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: {self.reason}; {self.proposal}"


class Refused(SystemProblem):
    """The act was refused before anything was written. `refusals`: why, each with a proposal."""

    def __init__(self, system: str, doing: str, found: tuple[Refusal, ...]) -> None:
        reasons = "; ".join(map(str, found))
        super().__init__(f"{system}: refused to {doing}: {reasons}", consequence="fix settings")
        self.refusals = found


@dataclass(frozen=True)
class Live:
    """A collection as it is. `unique`: the fields of each unique index; `schema`: its validator's JSON schema."""

    unique: tuple[tuple[str, ...], ...] = ()
    schema: Mapping[str, Any] | None = None
    view: bool = False


def live(indexes: Sequence[Mapping[str, Any]], options: Mapping[str, Any], kind: str) -> Live:
    """From `listIndexes` and `listCollections`."""
    unique = tuple(tuple(one["key"]) for one in indexes if one.get("unique"))
    return Live(unique, (options.get("validator") or {}).get("$jsonSchema"), view=kind == "view")


def refusals(dataset: Dataset, there: Mapping[str, Live], *, account: bool = False) -> tuple[Refusal, ...]:
    """Everything that would break an erasure, or with `account` the deletion of an account.

    Collections that are not there hold nothing, and are no reason.
    """
    return tuple(one for name in there for one in _refusals(dataset, name, there[name], account=account))


def _refusals(dataset: Dataset, name: str, about: Live, *, account: bool) -> Iterator[Refusal]:
    act = acts(dataset, account=account).get(name)
    if act is None or isinstance(act, Keep):
        return
    if about.view:
        said = "on_account_deletion" if account else "on_erase"
        yield Refusal(name, None, "it is a view, which takes no writes", f"say `{said}: {{keep: REASON}}`")
    if act != "delete":
        for column, mask in masks(dataset.tables[name], act).items():
            yield from _column(name, column, mask, about)


def _column(table: str, column: str, mask: Mask, about: Live) -> Iterator[Refusal]:
    if column == "_id" or column.startswith("_id."):
        yield Refusal(table, column, "a document's `_id` cannot be changed", "say `on_erase: {keep: REASON}`")
        return
    if (column,) in about.unique and isinstance(mask, Null | Fixed):
        yield Refusal(table, column, "it must be unique, and masked documents would be alike", "say `on_erase: random`")
    rule, required = _rule(about.schema, column)
    if isinstance(mask, Null) and required:
        yield Refusal(table, column, "the validator wants it there", "say `on_erase: random` or `{fixed: VALUE}`")
    types = rule.get("bsonType", rule.get("type", ()))
    allowed = {types} if isinstance(types, str) else set(types)
    if isinstance(mask, Random | Hashed) and allowed and "string" not in allowed:
        yield Refusal(table, column, "the validator wants another type than text", "say `on_erase: {fixed: VALUE}`")


def _rule(schema: Mapping[str, Any] | None, column: str) -> tuple[Mapping[str, Any], bool]:
    """What the validator says of a column, and whether it must be there."""
    rule: Mapping[str, Any] = schema or {}
    required = False
    for part in column.split("."):
        if "items" in rule and isinstance(rule["items"], Mapping):
            rule = rule["items"]
        required = part in (rule.get("required") or ())
        rule = (rule.get("properties") or {}).get(part) or {}
    return rule, required
