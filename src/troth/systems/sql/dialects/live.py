"""A database's own tables as values: what the planner reasons with, whatever the kind of database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Family = Literal[
    "text", "whole", "number", "uuid", "boolean", "date", "time", "json", "binary", "array", "enum", "other"
]
"""Types that compare with one another share a family. `whole`: integers and exact numbers without a fraction."""

Action = Literal["no action", "restrict", "cascade", "set null", "set default"]


@dataclass(frozen=True)
class LiveColumn:
    """One column as it is.

    `type` is the type's name without length (`character varying`), `spelled` as a CAST wants it; `length` counts
    characters where limited; `any_case` says that equality there does not regard case; `unique`: alone, by itself;
    `choices`: the labels of an enumeration; `zoned`: a time that knows its zone, or is kept in UTC.
    """

    type: str
    nullable: bool = True
    length: int | None = None
    primary: bool = False
    unique: bool = False
    generated: bool = False
    name: str = ""  # as the database spells it
    family: Family = "other"
    spelled: str = ""
    collation: str | None = None
    any_case: bool = False
    charset: str | None = None
    updates_itself: bool = False  # the server writes it whenever the row changes (MySQL: ON UPDATE)
    choices: tuple[str, ...] = ()
    zoned: bool = False


@dataclass(frozen=True)
class Unique:
    """Columns whose values must differ together. `partial`: only in some rows. Primary keys are among these.

    `hidden`: an index over an expression; `columns` are all it reads. `nulls_equal`: two NULLs count as the same value.
    """

    name: str
    columns: tuple[str, ...]
    primary: bool = False
    partial: str | None = None
    hidden: bool = False
    nulls_equal: bool = False


@dataclass(frozen=True)
class Check:
    """A condition every row must meet: its text as the database writes it, and the columns it reads."""

    name: str
    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class LiveTable:
    """One table as it is. `columns` are keyed as the dataset spells them; `bare` and `schema` as the database does.

    `writes`: whether rows can be deleted and changed through it (views often cannot).
    """

    bare: str
    columns: Mapping[str, LiveColumn]
    schema: str | None = None  # None: where the connection looks by itself
    kind: Literal["table", "view", "materialized view", "foreign table"] = "table"
    writes: bool = True
    uniques: tuple[Unique, ...] = ()
    checks: tuple[Check, ...] = ()
    hides_rows: bool = False  # row security applies to this connection: not all rows are seen

    @property
    def primary_key(self) -> tuple[str, ...]:
        return next((one.columns for one in self.uniques if one.primary), ())


@dataclass(frozen=True)
class ForeignKey:
    """`table.columns` must exist in `target.target_columns`. Tables: as the dataset names them, else `schema.table`."""

    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    on_delete: str = "no action"
    target_columns: tuple[str, ...] = ()
    on_update: str = "no action"
    deferrable: bool = False


@dataclass(frozen=True)
class Access:
    """How rows of a table are looked up, columns under the dataset's names.

    `indexes`: columns of each index over all rows. `lowered`, `digits`: columns with an index over `lower(column)`, and
    over the digits of a phone number. `plain`: columns in which a look at the statistics and at some rows met no
    capital. `small`: so few rows that reading them all is no matter.
    """

    indexes: frozenset[tuple[str, ...]] = frozenset()
    lowered: frozenset[str] = frozenset()
    digits: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    small: bool = False

    def serves(self, columns: Iterable[str]) -> bool:
        """Whether some index finds rows by these columns."""
        return any(one[0] in set(columns) for one in self.indexes if one)


@dataclass(frozen=True)
class Catalog:
    """The declared tables as they are, foreign keys into or out of them, and every `table.column` in their schemas.

    `doubtful`: names that match several tables or columns without regard to case, and which. `access`: how the tables
    can be looked up, where that was asked.
    """

    tables: Mapping[str, LiveTable]
    foreign_keys: tuple[ForeignKey, ...] = ()
    live: frozenset[str] = frozenset()
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    access: Mapping[str, Access] = field(default_factory=dict)

    @property
    def columns(self) -> Mapping[str, Mapping[str, LiveColumn]]:
        """Columns of each declared table."""
        return {name: table.columns for name, table in self.tables.items()}

    def column(self, table: str, column: str) -> LiveColumn:
        return self.tables[table].columns[column]


@dataclass(frozen=True)
class SeenTable:
    """A table as the database names it. `visible`: the connection finds it without naming its schema."""

    schema: str
    visible: bool
    table: LiveTable


@dataclass(frozen=True)
class SeenKey:
    """A foreign key as the database names it."""

    name: str
    schema: str
    table: str
    columns: tuple[str, ...]
    target_schema: str
    target: str
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    deferrable: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a dataset asks a database about, in lower case."""

    schemas: frozenset[str]
    tables: frozenset[str]


@dataclass(frozen=True)
class Seen:
    """All that a look at a database found."""

    tables: tuple[SeenTable, ...]
    keys: tuple[SeenKey, ...]
