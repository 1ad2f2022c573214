"""A dataset file as values: which tables of a database hold personal data, how people are found, what erasure does."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Kind = Literal["email", "phone", "account", "device"]


class Part(BaseModel):
    """A frozen piece of a dataset; unknown keys are problems, not extras."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Null(Part):
    """Written `null`: the column becomes NULL."""


class Fixed(Part):
    """`{fixed: VALUE}`: every erased row gets this value."""

    fixed: str | int | bool


class Random(Part):
    """`random` or `{random: {suffix: …}}`: a fresh random text in each row, so that unique columns stay unique."""

    class Settings(Part):
        suffix: str = ""

    random: Settings


class Hashed(Part):
    """`hash` or `{hash: {suffix: …}}`: a keyed hash (HMAC-SHA-256), so that equal values stay equal."""

    class Settings(Part):
        suffix: str = ""

    hash: Settings


class Keep(Part):
    """`{keep: REASON}`: stays, and the answer says why."""

    keep: Text


def _mask(value: Any) -> Any:
    if value is None:
        return Null()
    if value in ("random", "hash"):
        return {value: {}}
    if isinstance(value, dict) and len(value) == 1:
        name, inner = next(iter(value.items()))
        return {name: {} if name in ("random", "hash") and inner is None else inner}
    return value


Mask = Annotated[Null | Fixed | Random | Hashed | Keep, BeforeValidator(_mask)]


class Reference(Part):
    """How rows of two tables belong together.

    `from` (the default): this table is looked up by the other column (`sessions.account_id` from `accounts.id`).
    `to`: this column leads to rows of the other table (`customers.address_id` to `addresses.id`).
    """

    column: Text = Field(description="`table.column`; the table as it is written in this file")
    direction: Literal["from", "to"] = "from"

    @property
    def table(self) -> str:
        return self.column.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.column.rpartition(".")[2]


class Composite(Part):
    """How rows of two tables belong together by several columns at once, written on the table.

    `columns`: column of this table → column of the other. `direction` as in a column's reference.
    """

    table: Text = Field(description="the other table, as it is written in this file")
    columns: Annotated[dict[Text, Text], Field(min_length=1)] = Field(description="this table's column → the other's")
    direction: Literal["from", "to"] = "from"


def _references(value: Any) -> Any:
    many = value if isinstance(value, list | tuple) else [value]
    return tuple({"column": one} if isinstance(one, str) else one for one in many)


class Column(Part):
    """One column: which data item it holds, or `none: REASON` when it says nothing about a person."""

    item: Text | None = None
    none: Text | None = None
    identity: Kind | None = Field(None, description="people are found by this column")
    match: Literal["auto", "any case", "exact"] = Field(
        "auto",
        description="how e-mails are compared. `auto`: in any case, unless only a plain index could serve a large table"
        " in which no capitals were met; `exact`: as given and in lower case",
    )
    references: Annotated[tuple[Reference, ...], BeforeValidator(_references)] = ()
    on_erase: Mask | None = None

    @field_validator("on_erase", mode="before")
    @classmethod
    def _written_null(cls, value: Any) -> Any:
        return _mask(value)

    @model_validator(mode="after")
    def _declared(self) -> "Column":
        if (self.item is None) == (self.none is None):
            raise ValueError("give `item: ID of a data item` or `none: REASON`, and only one of them")
        return self

    @property
    def links(self) -> bool:
        """Whether the column alone says whose row it is."""
        return bool(self.identity) or any(r.direction == "from" for r in self.references)


Act = Literal["delete", "anonymise", "unlink"] | Keep
"""What happens to a row: `delete` it; `anonymise` (columns with a data item or a link are masked); `unlink` (only
what says whose row it is becomes NULL); `{keep: REASON}`."""


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _columns(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: {"item": column} if isinstance(column, str) else column for name, column in value.items()}


class Table(Part):
    """One table: its key, columns, and what happens to rows reached from a person."""

    schema_: Text | None = Field(None, alias="schema", description="where the name itself holds a dot")
    key: Annotated[tuple[Text, ...], BeforeValidator(_names), Field(min_length=1)]
    columns: Annotated[dict[str, Column], BeforeValidator(_columns), Field(min_length=1)]
    time: Text | None = Field(None, description="the column that says when the row was recorded")
    references: tuple[Composite, ...] = Field((), description="references by several columns at once")
    touchpoint: Text | None = None
    rule: Text | None = Field(None, description="the retention rule of the policy that governs these rows")
    on_erase: Act
    on_account_deletion: Act | None = Field(None, description="unset: the table is left alone")
    shared: Literal["keep", "erase"] = Field("keep", description="rows that another person reaches too")
    several_people: bool = Field(False, description="identity columns of one row may name different people")

    def links(self, name: str) -> bool:
        """Whether column `name` says whose row it is: by itself, or as part of a reference by several columns."""
        apart = any(one.direction == "from" and name in one.columns for one in self.references)
        return apart or self.columns[name].links


class Dataset(Part):
    """The whole file."""

    title: Text
    tables: Annotated[dict[str, Table], Field(min_length=1)]
    other_tables: dict[str, Text] = Field(default_factory=dict, description="tables without personal data, and why")

    def items(self) -> frozenset[str]:
        """Ids of all data items the columns name."""
        return frozenset(c.item for t in self.tables.values() for c in t.columns.values() if c.item)


def located(name: str, table: Table | None = None) -> tuple[str | None, str]:
    """(schema or None, bare name) of a table as a dataset writes it."""
    if table is not None and table.schema_:
        return table.schema_, name
    schema, dot, bare = name.partition(".")
    return (schema, bare) if dot else (None, name)
