"""Finds, before anything is written, what the database would refuse or quietly do: pure, over plan and catalog.

What only the rows can tell is asked by `preflight`. A proposal's first `…` is what to write into the dataset file:
beside the column it names, or beside the table where it says so.
"""

from collections.abc import Iterator

from troth.systems.sql.catalog import Catalog
from troth.systems.sql.model import Dataset
from troth.systems.sql.plan import Plan, Step
from troth.systems.sql.refuse_keys import foreign_keys
from troth.systems.sql.refuse_masks import masked
from troth.systems.sql.refuse_words import Refusal, beside_table, there

__all__ = ["Refusal", "missing", "refusals"]

_CORRECT = "correct or remove it in the dataset file"


def missing(dataset: Dataset, catalog: Catalog) -> tuple[Refusal, ...]:
    """Declared tables and columns that the database does not have, has twice, does not show to us whole, or in which
    nobody can be looked up."""
    return tuple(one for name in dataset.tables for one in _missing(dataset, catalog, name))


def _missing(dataset: Dataset, catalog: Catalog, name: str) -> Iterator[Refusal]:
    live = catalog.tables.get(name)
    if live is None:
        yield _absent(name, None, "table", catalog)
        return
    if live.hides_rows:
        reason = "row security hides rows of it from this connection, so nothing found would not mean nothing held"
        yield Refusal(
            name, None, reason, "connect as a role that sees every row (BYPASSRLS, or a policy `using (true)`)"
        )
    for column, about in dataset.tables[name].columns.items():
        if column not in live.columns:
            yield _absent(name, column, "column", catalog)
        elif about.identity and live.columns[column].family in ("array", "json"):
            kind = live.columns[column].spelled or live.columns[column].family
            reason = f"people cannot be looked up inside {kind}, so nothing found would not mean nothing held"
            yield Refusal(name, column, reason, "take `identity` away and tie the table by `references`, or keep the "
                          "addresses in a table of their own")  # fmt: skip


def _absent(table: str, column: str | None, kind: str, catalog: Catalog) -> Refusal:
    several = catalog.doubtful.get(f"{table}.{column}" if column else table)
    if several:
        reason = f"it may mean {' or '.join(several)}"
        return Refusal(table, column, reason, "write it exactly as the database does, a table with its schema")
    return Refusal(table, column, f"the database has no such {kind}", _CORRECT)


def refusals(plan: Plan) -> tuple[Refusal, ...]:
    """Everything that would break or surprise when `plan` is carried out. Empty: go ahead."""
    found: list[Refusal] = []
    for step in plan.steps:
        if step.writes:
            found += _unwritable(plan, step) or (*_key(plan, step), *masked(plan, step))
    return tuple(dict.fromkeys((*found, *foreign_keys(plan))))


def _unwritable(plan: Plan, step: Step) -> tuple[Refusal, ...]:
    live = plan.reach.catalog.tables[step.table]
    if live.writes:
        return ()
    proposal = beside_table(plan, "{keep: it shows what other tables hold}") + "; declare the tables it shows"
    return (Refusal(step.table, None, f"it is a {live.kind} that cannot be written to", proposal),)


def _key(plan: Plan, step: Step) -> Iterator[Refusal]:
    """Rows are named by their key: were it not unique, rows of others would change with them."""
    live, key = plan.reach.catalog.tables[step.table], plan.reach.table(step.table).key
    whole = [one for one in live.uniques if not one.partial and not one.hidden]
    if whole and not any(set(one.columns) <= set(key) for one in whole):
        better = whole[0].columns
        reason = f"its key ({', '.join(key)}) may be the same in several rows"
        yield Refusal(step.table, None, reason, there(f"key: [{', '.join(better)}]") + " for the table")
