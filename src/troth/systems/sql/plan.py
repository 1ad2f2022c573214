"""Dataset + catalog → the few statements that find, erase or correct any number of people. Pure and deterministic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from troth.systems.sql.catalog import Catalog, children_first
from troth.systems.sql.compose import SEED, SEED_ROWS, Reach, alias, commas, ident
from troth.systems.sql.graph import ByIdentity, Way
from troth.systems.sql.mask import Assign, Right, Value, assign, masks
from troth.systems.sql.model import Act, Dataset, Keep
from troth.systems.sql.shared import shared

Doing = Literal["find", "erase", "delete account", "rectify"]
Effect = Literal["read", "delete", "anonymise", "unlink", "keep", "correct"]


@dataclass(frozen=True)
class Step:
    """One statement on one table. Read: rows `(person, column…)`. Else: rows `(person, reached, changed, shared)`."""

    table: str
    effect: Effect
    statement: sql.Composed
    left: sql.Composed | None = None  # counts rows that should have changed and are as they were
    columns: tuple[str, ...] = ()
    assigns: tuple[Assign, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class Plan:
    """`prepare` makes the temporary tables a writing plan needs; `steps` follow, one a table, in a safe order."""

    doing: Doing
    reach: Reach
    prepare: tuple[sql.Composed, ...]
    steps: tuple[Step, ...]

    def explain(self) -> str:
        """The plan in words, then its SQL: the same text for the same dataset and database."""
        lines = [f"{self.doing}: {len(self.prepare)} preparing statements, {len(self.steps)} steps"]
        for step in self.steps:
            lines.append(f"{step.effect} {step.table}: {_reached_by(self.reach, step.table)}")
            lines += [f"    {one.column}: {one.kind}" for one in step.assigns]
            lines += [f"    because {step.reason}"] if step.reason else []
        statements = (*self.prepare, *(step.statement for step in self.steps))
        return "\n".join([*lines, "", *(f"{statement.as_string(None)};" for statement in statements)])


def find_plan(dataset: Dataset, catalog: Catalog) -> Plan:
    """One SELECT for each table that an identity leads to; writes nothing, so a read replica serves."""
    reach = Reach(dataset, catalog)
    return Plan("find", reach, (), tuple(_read(reach, table) for table in reach.order))


def erase_plan(dataset: Dataset, catalog: Catalog) -> Plan:
    """What `on_erase` says, for every reached table."""
    acts = {name: table.on_erase for name, table in dataset.tables.items()}
    return _write_plan("erase", Reach(dataset, catalog), acts)


def account_plan(dataset: Dataset, catalog: Catalog) -> Plan:
    """What `on_account_deletion` says; tables that say nothing are left alone."""
    acts = {n: t.on_account_deletion for n, t in dataset.tables.items() if t.on_account_deletion is not None}
    return _write_plan("delete account", Reach(dataset, catalog), acts)


def rectify_plan(dataset: Dataset, catalog: Catalog, items: Mapping[str, str]) -> Plan:
    """Corrects every column that holds one of `items` (data item id → name of the bound parameter)."""
    reach = Reach(dataset, catalog)
    steps = []
    for table in reach.order:
        columns = reach.table(table).columns
        # what ties rows together (keys, references) is the database's own; only what it holds is corrected
        held = {n: c for n, c in columns.items() if not c.references and n not in reach.table(table).key}
        values: dict[str, Value] = {n: Right(items[c.item]) for n, c in held.items() if c.item and c.item in items}
        if values:
            steps.append(_update(reach, table, "correct", values))
    return Plan("rectify", reach, _prepare(reach), tuple(steps))


def _write_plan(doing: Doing, reach: Reach, acts: Mapping[str, Act]) -> Plan:
    order = children_first((t for t in reversed(reach.order) if t in acts), reach.catalog.foreign_keys)
    # rows are unlinked and masked before any is deleted: a cascading foreign key would take them along
    steps = sorted((_step(reach, table, acts[table]) for table in order), key=lambda step: step.effect == "delete")
    return Plan(doing, reach, _prepare(reach), tuple(steps))


def _step(reach: Reach, table: str, act: Act) -> Step:
    if isinstance(act, Keep):
        return _count(reach, table, act.keep)
    if act == "delete":
        return _delete(reach, table)
    return _update(reach, table, act, masks(reach.table(table), act))


def _prepare(reach: Reach) -> tuple[sql.Composed, ...]:
    """The seed and the reached sets that lead on: rows they were read from may be gone when the next needs them."""
    temporary = sql.SQL("create temporary table {} on commit drop as {}")
    seed = (
        sql.SQL("set constraints all deferred").format(),
        sql.SQL("create temporary table troth_seed (person int, kind text, value text) on commit drop").format(),
        sql.SQL("insert into troth_seed {}").format(SEED_ROWS),
    )
    sets = ((temporary.format(reach.name(t), reach.body(t)), _counted(reach.name(t))) for t in reach.feeders)
    return (*seed, _counted(SEED), *(statement for pair in sets for statement in pair))


def _counted(name: sql.Identifier) -> sql.Composed:
    """Without statistics the server takes a temporary table for large, and reads whole tables instead of indexes."""
    return sql.SQL("analyze {}").format(name)


def _read(reach: Reach, table: str) -> Step:
    spec = reach.table(table)
    shown = (n for n, c in spec.columns.items() if c.item or n == spec.time)
    columns = tuple(dict.fromkeys((*spec.key, *shown)))
    sets = [sql.SQL("troth_seed (person, kind, value) as ({})").format(SEED_ROWS)]
    sets += [sql.SQL("{} as ({})").format(reach.name(t), reach.body(t)) for t in (*reach.before(table), table)]
    statement = sql.SQL("with {} select r.person, {} from {} r join {} t on {} order by r.person, {}").format(
        commas(sets),
        commas(sql.SQL("t.{}").format(ident(column)) for column in columns),
        reach.name(table),
        reach.at(table),
        reach.same_row(table, "t", "r"),
        commas(sql.SQL("r.{}").format(alias(i)) for i in reach.keys(table)),
    )
    return Step(table, "read", statement, columns=columns)


def _reached_set(reach: Reach, table: str) -> sql.Composable:
    if table in reach.feeders:
        return sql.SQL("select * from {}").format(reach.name(table))
    return reach.body(table)


def _count(reach: Reach, table: str, reason: str) -> Step:
    statement = sql.SQL("select person, count(*), 0, 0 from ({}) r group by person order by person")
    return Step(table, "keep", statement.format(_reached_set(reach, table)), reason=reason)


def _delete(reach: Reach, table: str) -> Step:
    change = sql.SQL("delete from {} t using mine r where {} returning {}").format(
        reach.at(table), reach.same_row(table, "t", "r"), reach.keys_of(table, "r")
    )
    return Step(table, "delete", _change(reach, table, change), left=_left(reach, table, sql.SQL("true")))


def _update(reach: Reach, table: str, effect: Effect, values: Mapping[str, Value]) -> Step:
    assigns = tuple(assign(n, value, reach.catalog.column(table, n)) for n, value in values.items())
    if not assigns:
        return _count(reach, table, "no column of it is to be changed")
    changes = sql.SQL(" or ").join(one.changes for one in assigns)
    change = sql.SQL("update {} t set {} from mine r where {} and ({}) returning {}").format(
        reach.at(table),
        commas(sql.SQL("{} = {}").format(ident(one.column), one.value) for one in assigns),
        reach.same_row(table, "t", "r"),
        changes,
        reach.keys_of(table, "r"),
    )
    return Step(table, effect, _change(reach, table, change), left=_left(reach, table, changes), assigns=assigns)


def _change(reach: Reach, table: str, change: sql.Composable) -> sql.Composed:
    """The write and, in the same statement, whose rows it touched.

    INVARIANT: no join of `reached` with what changed. The planner cannot know how many rows either has, and a nested
    loop over one person's 10,000 rows takes a minute; sorting them takes a moment.
    """
    keys = commas(alias(i) for i in reach.keys(table))
    return sql.SQL(
        "with reached as materialized ({reached}), shared as materialized ({shared}), "
        "mine as materialized (select distinct {keys} from reached except select {keys} from shared), "
        "changed as ({change}) "
        "select person, count(*), count(changed), count(shared) from ("
        "select person, max(changed) over same as changed, max(shared) over same as shared from ("
        "select person, {keys}, null::int as changed, null::int as shared from reached "
        "union all select null, {keys}, 1, null from changed union all select null, {keys}, null, 1 from shared"
        ") every window same as (partition by {keys})) told where person is not null group by person order by person"
    ).format(reached=_reached_set(reach, table), shared=shared(reach, table), keys=keys, change=change)


def _left(reach: Reach, table: str, unchanged: sql.Composable) -> sql.Composed:
    """How many reached rows are still there, respectively still as they were: a trigger or rule swallowed the write."""
    return sql.SQL(
        "with reached as materialized ({reached}), shared as materialized ({shared}) select count(*) "
        "from (select distinct {keys} from reached except select {keys} from shared) r join {at} t on {same} where {un}"
    ).format(
        reached=reach.body(table),
        shared=shared(reach, table),
        keys=commas(alias(i) for i in reach.keys(table)),
        at=reach.at(table),
        same=reach.same_row(table, "t", "r"),
        un=unchanged,
    )


def _reached_by(reach: Reach, table: str) -> str:
    return "reached where " + ", or ".join(_in_words(way) for way in reach.ways[table])


def _in_words(way: Way) -> str:
    if isinstance(way, ByIdentity):
        return f"{way.column} is the person's {way.kind}"
    return f"{way.column} = {way.table}.{way.other}"
