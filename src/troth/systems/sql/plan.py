"""Dataset + catalog → the few statements that find, erase or correct any number of people. Pure and deterministic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import case, delete, func, literal_column, null, select, tuple_, update
from sqlalchemy.engine.interfaces import Dialect

from troth.systems.sql.catalog import Catalog, ForeignKey, children_first
from troth.systems.sql.compose import Reach
from troth.systems.sql.fetch import Fetch
from troth.systems.sql.given import given
from troth.systems.sql.graph import ByIdentity
from troth.systems.sql.mask import Assign, Right, Value, assign, changed, masks
from troth.systems.sql.model import Act, Dataset, Keep
from troth.systems.sql.shared import may_be_shared
from troth.systems.sql.statements import Statements

Doing = Literal["find", "erase", "delete account", "rectify"]
Effect = Literal["read", "delete", "anonymise", "unlink", "keep", "correct"]
ROWS = "rows"  # the parameter that holds the keys of rows to be written: `(n, key…)`


@dataclass(frozen=True)
class Step:
    """What happens to the reached rows of one table. `loosens`: columns set to NULL first, so that rows can go."""

    table: str
    effect: Effect
    assigns: tuple[Assign, ...] = ()
    reason: str | None = None
    loosens: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        return self.effect not in ("read", "keep")


@dataclass(frozen=True)
class Plan:
    """How rows are read (`fetches`), one SELECT a table, then what is done, `steps`, one a table, in a safe order."""

    doing: Doing
    reach: Reach
    fetches: Mapping[str, Fetch]
    steps: tuple[Step, ...]
    statements: Statements = field(compare=False)

    @property
    def guarded(self) -> tuple[str, ...]:
        """Tables whose rows are kept where another person reaches them too."""
        return tuple(s.table for s in self.steps if s.writes and may_be_shared(self.reach, s.table))

    @cached_property
    def as_written(self) -> tuple[str, ...]:
        """E-mail columns, `table.column`, that are compared as given and in lower case only."""
        ways = ((table, way) for table in self.fetches for way in self.reach.ways[table])
        return tuple(
            f"{table}.{way.column}"
            for table, way in ways
            if isinstance(way, ByIdentity) and way.kind == "email" and self._as_written(table, way)
        )

    def _as_written(self, table: str, way: ByIdentity) -> bool:
        live = self.reach.live(table, way.column)
        return live.family == "text" and live.type != "citext" and self.reach.matching(table, way) == "as it is"


def find_plan(dataset: Dataset, catalog: Catalog, dialect: Dialect) -> Plan:
    """One SELECT for each table that an identity leads to; writes nothing, so a read replica serves."""
    reach = Reach(dataset, catalog, dialect.name)
    steps = tuple(Step(table, "read") for table in reach.order)
    fetches = {table: Fetch(table, reach, shown=_shown(reach, table)) for table in reach.order}
    return Plan("find", reach, fetches, steps, Statements(dialect))


def _shown(reach: Reach, table: str) -> tuple[str, ...]:
    spec = reach.table(table)
    held = (name for name, column in spec.columns.items() if column.item or name == spec.time)
    return tuple(dict.fromkeys((*spec.key, *held)))


def erase_plan(dataset: Dataset, catalog: Catalog, dialect: Dialect) -> Plan:
    """What `on_erase` says, for every reached table."""
    acts = {name: table.on_erase for name, table in dataset.tables.items()}
    return _write_plan("erase", Reach(dataset, catalog, dialect.name), acts, dialect)


def account_plan(dataset: Dataset, catalog: Catalog, dialect: Dialect) -> Plan:
    """What `on_account_deletion` says; tables that say nothing are left alone."""
    acts = {n: t.on_account_deletion for n, t in dataset.tables.items() if t.on_account_deletion is not None}
    return _write_plan("delete account", Reach(dataset, catalog, dialect.name), acts, dialect)


def rectify_plan(dataset: Dataset, catalog: Catalog, dialect: Dialect, items: Mapping[str, str]) -> Plan:
    """Corrects every column that holds one of `items` (data item id → name of the bound parameter)."""
    reach = Reach(dataset, catalog, dialect.name)
    steps = []
    for table in reach.order:
        spec = reach.table(table)
        # what ties rows together (keys, references) is the database's own; only what it holds is corrected
        tied = {*spec.key, *(c for one in spec.references for c in one.columns)}
        held = {n: c for n, c in spec.columns.items() if not c.references and n not in tied}
        values: dict[str, Value] = {n: Right(items[c.item]) for n, c in held.items() if c.item and c.item in items}
        if values:
            steps.append(_update(reach, table, "correct", values))
    return Plan("rectify", reach, _fetches(reach, steps), tuple(steps), Statements(dialect))


def _write_plan(doing: Doing, reach: Reach, acts: Mapping[str, Act], dialect: Dialect) -> Plan:
    order = children_first((t for t in reversed(reach.order) if t in acts), reach.catalog.foreign_keys)
    steps = [_step(reach, table, acts[table]) for table in order]
    steps = _loosened(reach, steps)
    # rows are unlinked and masked before any is deleted: a cascading foreign key would take them along
    steps.sort(key=lambda step: step.effect == "delete")
    return Plan(doing, reach, _fetches(reach, steps), tuple(steps), Statements(dialect))


def _fetches(reach: Reach, steps: Iterable[Step]) -> dict[str, Fetch]:
    """How to read what the steps are about, and what leads there; nothing else is looked at."""
    acts = {step.table: step for step in steps}
    ahead = {name: {way.table for way in reach.links(name)} for name in reach.order}
    needed = _closure(acts, ahead)
    leading = {feeder for name in needed for feeder in ahead[name]}
    found = {}
    for name in (one for one in reach.order if one in needed):
        assigns = acts[name].assigns if name in acts else ()
        kept = name in acts and not acts[name].writes and name not in leading
        found[name] = Fetch(name, reach, assigns=assigns, writing=True, counted=kept and len(reach.ways[name]) == 1)
    return found


def _closure(names: Iterable[str], ahead: Mapping[str, set[str]]) -> set[str]:
    needed, queue = set(names), list(names)
    while queue:
        more = ahead[queue.pop()] - needed
        needed |= more
        queue += more
    return needed


def _step(reach: Reach, table: str, act: Act) -> Step:
    if isinstance(act, Keep):
        return Step(table, "keep", reason=act.keep)
    if act == "delete":
        return Step(table, "delete")
    return _update(reach, table, act, masks(reach.table(table), act))


def _update(reach: Reach, table: str, effect: Effect, values: Mapping[str, Value]) -> Step:
    assigns = tuple(assign(n, value, reach.live(table, n)) for n, value in values.items())
    if not assigns:
        return Step(table, "keep", reason="no column of it is to be changed")
    return Step(table, effect, assigns)


def _loosened(reach: Reach, steps: list[Step]) -> list[Step]:
    """Foreign keys that no order of deletion can serve, and that cannot wait, become NULL in rows about to go."""
    gone = [step.table for step in steps if step.effect == "delete"]
    loose: dict[str, dict[str, None]] = {}
    for key in reach.catalog.foreign_keys:
        if key.table not in gone or key.target not in gone or key.deferrable or key.on_delete not in _BLOCKING:
            continue
        itself = key.table == key.target and reach.dialect in ("mysql", "mariadb")  # these check row by row
        if (itself or gone.index(key.table) > gone.index(key.target)) and _nullable(reach, key):
            loose.setdefault(key.table, {}).update(dict.fromkeys(key.columns))
    return [_with(step, tuple(loose.get(step.table, ()))) for step in steps]


_BLOCKING = ("no action", "restrict")


def _nullable(reach: Reach, key: ForeignKey) -> bool:
    columns = reach.catalog.columns[key.table]
    return all(one in columns and columns[one].nullable for one in key.columns)


def _with(step: Step, loosens: tuple[str, ...]) -> Step:
    return Step(step.table, step.effect, step.assigns, step.reason, loosens)


# the writing statements: each over the rows whose keys are bound as `rows`; `nulls`: some keys have a NULL in them


def writing(reach: Reach, step: Step, *, returning: bool, nulls: bool = False) -> Any:
    """The one DELETE or UPDATE of a step. `returning`: rows `(n, still)` it touched, `still`: not as it should be."""
    if step.effect == "delete":
        return _delete(reach, step.table, returning=returning, nulls=nulls)
    here: Any = reach.at(step.table)
    columns = ((one, reach.column(here, step.table, one.column)) for one in step.assigns)
    values = {_name(reach, step.table, one.column): one.value(column) for one, column in columns}
    rows, same = _rows(reach, step.table, here, nulls)
    statement = update(here).values(values).where(same, changed(step.assigns, here))
    if not returning:
        return statement
    return statement.returning(rows.c.n, case((changed(step.assigns, here), 1), else_=0))


def _delete(reach: Reach, table: str, *, returning: bool, nulls: bool) -> Any:
    here: Any = reach.at(table)
    rows, same = _rows(reach, table, here, nulls)
    if reach.dialect not in ("sqlite", "bigquery"):  # these have no DELETE … USING
        statement = delete(here).where(same)
        return statement.returning(rows.c.n, literal_column("0")) if returning else statement
    if reach.dialect == "bigquery" or nulls:
        return delete(here).where(select(literal_column("1")).select_from(rows).where(same).correlate(here).exists())
    keys = reach.table(table).key
    found = select(*(rows.c[f"c{i}"] for i in range(len(keys))))
    return delete(here).where(tuple_(*(reach.column(here, table, one) for one in keys)).in_(found))


def loosening(reach: Reach, step: Step, *, nulls: bool = False) -> Any:
    """Sets foreign keys to NULL in rows that are about to be deleted."""
    here: Any = reach.at(step.table)
    values = {_name(reach, step.table, one): null() for one in step.loosens}
    return update(here).values(values).where(_rows(reach, step.table, here, nulls)[1])


def left(reach: Reach, step: Step, *, nulls: bool = False) -> Any:
    """How many of the rows are still there, respectively still as they were: a trigger or rule swallowed the write."""
    here = reach.at(step.table, "t")
    rows, same = _rows(reach, step.table, here, nulls)
    counted = select(func.count()).select_from(here.join(rows, same))
    return counted if step.effect == "delete" else counted.where(changed(step.assigns, here))


def _rows(reach: Reach, table: str, here: Any, nulls: bool) -> Any:
    key = reach.table(table).key
    rows = given(ROWS, len(key))
    return rows, reach.same(table, key, here, rows, nulls=nulls)


def _name(reach: Reach, table: str, column: str) -> str:
    return reach.live(table, column).name or column
