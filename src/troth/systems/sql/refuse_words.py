"""A refusal, and how its proposal is worded."""

from dataclasses import dataclass

import yaml

from troth.systems.sql.dialects.live import LiveColumn
from troth.systems.sql.plan import Plan


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


def there(written: str) -> str:
    return f"say `{written}`"


def key_of(plan: Plan) -> str:
    """The key of the dataset file that a plan carries out."""
    return "on_account_deletion" if plan.doing == "delete account" else "on_erase"


def beside_table(plan: Plan, act: str) -> str:
    return f"{there(f'{key_of(plan)}: {act}')} for the table"


def fixed(value: str | int | bool) -> str:
    """`on_erase: {fixed: …}` as YAML."""
    written = yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
    return f"on_erase: {{fixed: {written}}}"


_NOTHING: dict[str, str | int | bool] = {
    "whole": 0,
    "number": 0,
    "boolean": False,
    "date": "1970-01-01",
    "time": "1970-01-01 00:00:00",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "json": "{}",
    "array": "{}",
}


def nothing(live: LiveColumn) -> str | int | bool | None:
    """A value of the column's type that says nothing of anybody; None where we know none."""
    if live.family == "enum":
        return live.choices[0] if live.choices else None
    return _NOTHING.get(live.family)


def instead(live: LiveColumn, *, email: bool = False) -> str:
    """A mask that this column can hold, as a proposal."""
    if live.family == "text" and live.length is not None and live.length < 24:  # too short for a text that is unique
        return f"{there(fixed('-'))}, or delete the row"
    if live.family == "text":
        return there("on_erase: {random: {suffix: '@erased.invalid'}}" if email else "on_erase: random") + _OR
    value = nothing(live)
    return _DELETE if value is None else there(fixed(value)) + _OR


_OR = ", or delete the row"
_DELETE = "say `on_erase: {keep: REASON}`, or delete the row"
