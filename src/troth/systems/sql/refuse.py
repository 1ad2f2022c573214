"""Finds, before anything is written, what the database would refuse or quietly do: pure, over plan and catalog."""

from collections.abc import Iterator
from dataclasses import dataclass

from troth.systems.sql.catalog import Catalog, ForeignKey, LiveColumn
from troth.systems.sql.compose import Reach
from troth.systems.sql.mask import Assign, fits, masks
from troth.systems.sql.model import Dataset, Fixed, Hashed, Keep, Null, Random
from troth.systems.sql.plan import Plan, Step
from troth.systems.sql.shared import may_be_shared

_CORRECT = "correct or remove it in the dataset file"


@dataclass(frozen=True)
class Refusal:
    """Why a plan cannot be carried out, and what to write into the dataset file instead."""

    table: str
    column: str | None
    reason: str
    proposal: str

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: {self.reason}; {self.proposal}"


def missing(dataset: Dataset, catalog: Catalog) -> tuple[Refusal, ...]:
    """Declared tables and columns that the database does not have: nothing can be planned over them."""
    found: list[Refusal] = []
    for name, table in dataset.tables.items():
        live = catalog.columns.get(name)
        if live is None:
            found.append(
                Refusal(name, None, "the database has no such table", "correct or remove it in the dataset file")
            )
            continue
        found += [
            Refusal(name, column, "the database has no such column", _CORRECT)
            for column in table.columns
            if column not in live
        ]
    return tuple(found)


def refusals(plan: Plan) -> tuple[Refusal, ...]:
    """Everything that would break or surprise when `plan` is carried out. Empty: go ahead."""
    found: list[Refusal] = []
    for step in plan.steps:
        found += _masks(plan, step)
    return (*found, *_foreign_keys(plan))


def _masks(plan: Plan, step: Step) -> Iterator[Refusal]:
    columns = plan.reach.table(step.table).columns
    act = step.effect
    values = masks(plan.reach.table(step.table), act) if act in ("anonymise", "unlink") else {}
    for one in step.assigns:
        live = plan.reach.catalog.column(step.table, one.column)
        value = values.get(one.column)
        if live.generated:
            yield Refusal(
                step.table, one.column, "the database computes it", "declare it `none`, or `on_erase: {keep: …}`"
            )
        elif isinstance(value, Null) and not live.nullable:
            better = _instead(live, columns[one.column].identity == "email")
            yield Refusal(step.table, one.column, "it cannot be NULL", better)
        elif isinstance(value, Random | Hashed) and live.family != "text":
            yield Refusal(step.table, one.column, f"a text does not fit {live.type}", "say `on_erase: {fixed: VALUE}`")
        elif value is not None and not isinstance(value, Null) and not fits(value, live):
            yield Refusal(
                step.table, one.column, f"only {live.length} characters fit", "shorten the fixed text or suffix"
            )
        else:
            yield from _unique(step.table, one, live, isinstance(value, Fixed))


def _unique(table: str, one: Assign, live: LiveColumn, fixed: bool) -> Iterator[Refusal]:
    if fixed and live.unique:
        yield Refusal(table, one.column, "it is unique, one value for all breaks that", "say `on_erase: random`")


def _instead(live: LiveColumn, email: bool) -> str:
    if live.family != "text":
        return "say `on_erase: {fixed: VALUE}`, or delete the row"
    return (
        "say `on_erase: {random: {suffix: '@erased.invalid'}}`"
        if email
        else "say `on_erase: random`, or delete the row"
    )


def _foreign_keys(plan: Plan) -> Iterator[Refusal]:
    """A deleted row must neither take kept rows along nor stand in the way of a kept key."""
    deleted = {step.table for step in plan.steps if step.effect == "delete"}
    acts = {step.table: step for step in plan.steps}
    for key in plan.reach.catalog.foreign_keys:
        if key.target not in deleted or key.on_delete in ("set null", "set default"):
            continue
        step = acts.get(key.table)
        if key.table in deleted:
            yield from _shared_cascade(plan.reach, key)
            continue
        if step is not None and set(key.columns) & {a.column for a in step.assigns if a.kind == "null"}:
            continue  # unlinked before the delete
        if key.on_delete == "cascade" and _stays(plan.reach, key.table, step):
            reason = f"its rows stay, but deleting from {key.target} takes them along ({key.name})"
            yield Refusal(key.table, key.columns[0], reason, "delete them too, or let the column become NULL")


def _shared_cascade(reach: Reach, key: ForeignKey) -> Iterator[Refusal]:
    """Shared rows are kept, unless the foreign key takes them along."""
    if key.on_delete == "cascade" and key.table != key.target and may_be_shared(reach, key.table):
        reason = f"rows another person shares are kept, but deleting from {key.target} takes them along ({key.name})"
        yield Refusal(key.table, key.columns[0], reason, "say `shared: erase`, or `on_erase: unlink`")


def _stays(reach: Reach, table: str, step: Step | None) -> bool:
    """Whether the dataset promises that reached rows of `table` outlive this act."""
    if step is None:
        return table in reach.dataset.tables
    return step.effect != "delete" or isinstance(reach.table(table).on_erase, Keep)
