"""What foreign keys would refuse, or quietly do, when rows are deleted or masked: pure.

Rows are masked before any are deleted, tables that point before those they point at.
"""

from collections.abc import Iterator

from troth.systems.sql.dialects.live import ForeignKey
from troth.systems.sql.model import Fixed, Keep, Null
from troth.systems.sql.plan import Plan, Step
from troth.systems.sql.refuse_words import Refusal, beside_table, key_of, there
from troth.systems.sql.shared import may_be_shared


def foreign_keys(plan: Plan) -> Iterator[Refusal]:
    """Everything the foreign keys between the database's tables say about this plan."""
    steps = {step.table: step for step in plan.steps}
    for key in plan.reach.catalog.foreign_keys:
        here, target = steps.get(key.table), steps.get(key.target)
        if here is not None and here.writes:
            yield from _pointing(plan, key, here)
        if target is not None and target.effect == "delete":
            yield from _deleted(plan, key, here)
        elif target is not None and target.writes:
            yield from _pointed_at(plan, key, here, target)


def _unlinks(key: ForeignKey, step: Step | None) -> bool:
    """Whether the step empties what points, so that nothing does any more."""
    return step is not None and any(a.column in key.columns and isinstance(a.mask, Null) for a in step.assigns)


def _pointing(plan: Plan, key: ForeignKey, step: Step) -> Iterator[Refusal]:
    """A made-up value points at no row."""
    for one in step.assigns:
        if one.column in key.columns and not isinstance(one.mask, Null | Fixed) and step.effect != "correct":
            better = there("on_erase: null") if one.live.nullable else there("on_erase: {keep: REASON}")
            reason = f"what stands there must exist in {key.target} ({key.name})"
            yield Refusal(step.table, one.column, reason, f"{better}, or delete the row")


def _pointed_at(plan: Plan, key: ForeignKey, here: Step | None, target: Step) -> Iterator[Refusal]:
    """Masking what other rows point at leaves them pointing at nothing, or changes them too."""
    one = next((a for a in target.assigns if a.column in key.target_columns), None)
    if one is None or _unlinks(key, here):
        return
    follows = key.on_update in ("cascade", "set null", "set default")
    if (follows or key.deferrable) and here is not None and here.effect == "delete":
        return  # what follows goes a moment later
    reason = f"{key.table}.{', '.join(key.columns)} points at it ({key.name})"
    if follows:
        reason += ", and would change with it (ON UPDATE)"
    yield Refusal(target.table, one.column, reason, there("on_erase: {keep: REASON}") + ", or delete the row")


def _deleted(plan: Plan, key: ForeignKey, here: Step | None) -> Iterator[Refusal]:
    """A deleted row must neither take kept rows along nor stand in the way of a kept key."""
    if here is not None and here.effect == "delete":
        yield from _shared_cascade(plan, key)
    elif not _unlinks(key, here) and _stays(plan, key.table):
        if key.on_delete == "cascade":
            reason = f"its rows stay, but deleting from {key.target} takes them along ({key.name})"
            yield Refusal(key.table, key.columns[0], reason, _let_go(plan, key))
        elif key.on_delete == "set null" and not _nullable(plan, key):
            reason = f"deleting from {key.target} would empty it, and it cannot be NULL ({key.name})"
            yield Refusal(key.table, key.columns[0], reason, beside_table(plan, "delete"))
        elif key.on_delete in ("no action", "restrict") and _leads(plan, key):
            reason = f"its rows stay, so the database keeps the rows of {key.target} they point at ({key.name})"
            yield Refusal(key.table, key.columns[0], reason, _let_go(plan, key))


def _let_go(plan: Plan, key: ForeignKey) -> str:
    """What to do with rows whose parent goes: let go of it, where they can, else go too."""
    if _nullable(plan, key) and key_of(plan) == "on_erase":
        return f"{beside_table(plan, 'unlink')}, or `on_erase: delete`"
    return beside_table(plan, "delete") + f", or keep the rows of {key.target}"


def _nullable(plan: Plan, key: ForeignKey) -> bool:
    columns = plan.reach.catalog.columns.get(key.table, {})
    return all(one in columns and columns[one].nullable for one in key.columns)


def _leads(plan: Plan, key: ForeignKey) -> bool:
    """Whether the dataset itself follows this foreign key, so that the rows reached do point at what goes."""
    ways = plan.reach.ways.get(key.table, ())
    pairs = set(zip(key.columns, key.target_columns, strict=False))
    return any(
        getattr(way, "table", None) == key.target and set(zip(way.columns, way.others, strict=True)) == pairs  # type: ignore[union-attr]
        for way in ways
    )


def _shared_cascade(plan: Plan, key: ForeignKey) -> Iterator[Refusal]:
    """Shared rows are kept, unless the foreign key takes them along."""
    if key.on_delete == "cascade" and key.table != key.target and may_be_shared(plan.reach, key.table):
        reason = f"rows another person shares are kept, but deleting from {key.target} takes them along ({key.name})"
        proposal = f"{there('shared: erase')} for the table, or `on_erase: unlink`"
        yield Refusal(key.table, key.columns[0], reason, proposal)


def _stays(plan: Plan, table: str) -> bool:
    """Whether the dataset promises that rows of `table` outlive this act."""
    declared = plan.reach.dataset.tables.get(table)
    if declared is None:
        return False
    act = declared.on_account_deletion if plan.doing == "delete account" else declared.on_erase
    return act != "delete" or isinstance(declared.on_erase, Keep)
