"""What erasure writes into a document: updates with concrete places, so that doing it twice changes nothing. Pure."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troth.systems.mongo.paths import Document, places
from troth.systems.mongo.spelling import is_masked_text
from troth.systems.sql.mask import LONGEST, MARK
from troth.systems.sql.model import Act, Dataset, Fixed, Hashed, Keep, Null, Random, Table

Mask = Null | Fixed | Random | Hashed
Hash = Callable[[str], str]


@dataclass
class Update:
    """`$set` and `$unset` of one document. `columns`: which columns of the dataset it changes."""

    set: dict[str, Any] = field(default_factory=dict)
    unset: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.set or self.unset)

    def written(self) -> dict[str, Any]:
        """As the server takes it."""
        parts = {"$set": self.set, "$unset": dict.fromkeys(self.unset, "")}
        return {name: part for name, part in parts.items() if part}


def acts(dataset: Dataset, *, account: bool = False) -> dict[str, Act]:
    """What happens to the documents of each collection: erasure, or with `account` its deletion alone. Collections
    that are left alone are absent."""
    tables = dataset.tables.items()
    chosen = {name: table.on_account_deletion if account else table.on_erase for name, table in tables}
    return {name: act for name, act in chosen.items() if act is not None}


def masks(table: Table, act: str) -> dict[str, Mask]:
    """Column → what to write there, for `anonymise` and `unlink`: as in SQL databases. Kept columns are absent."""
    chosen: dict[str, Mask] = {}
    for name, column in table.columns.items():
        links = table.links(name)
        concerned = links if act == "unlink" else bool(column.item or links or column.on_erase)
        mask = column.on_erase or Null()
        if concerned and not isinstance(mask, Keep):
            chosen[name] = mask
    return chosen


def masked(document: Document, chosen: Mapping[str, Mask], keyed: Hash) -> Update:
    """The update that masks a document. Columns around others go first: what is removed as a whole needs no parts."""
    update = Update()
    for column in sorted(chosen, key=lambda name: (name.count("."), name)):
        if any(_within(column, done) for done in (*update.unset, *update.set)):
            continue
        if _mask(update, document, column, chosen[column], keyed):
            update.columns.append(column)
    return update


def corrected(document: Document, right: Mapping[str, Any]) -> Update:
    """The update that writes right values at columns that hold another one."""
    update = Update()
    for column, value in right.items():
        wrong = [place for place, held in places(document, column) if held != value]
        update.set.update(dict.fromkeys(wrong, value))
        if wrong:
            update.columns.append(column)
    return update


def is_masked(document: Document, chosen: Mapping[str, Mask]) -> bool:
    """Whether nothing is left to mask."""
    return not masked(document, chosen, lambda text: text)


def _within(column: str, other: str) -> bool:
    return column == other or column.startswith(f"{other}.")


def _mask(update: Update, document: Document, column: str, mask: Mask, keyed: Hash) -> bool:
    """Whether the column holds anything to mask; the update then says what."""
    changed = False
    for place, value in places(document, column):
        new = _new(value, mask, keyed)
        if isinstance(mask, Null) and not any(part.isdecimal() for part in place.split(".")):
            update.unset.append(place)
        elif new != value:
            update.set[place] = new  # what stands in a list becomes null there, so that the others keep their place
        else:
            continue
        changed = True
    return changed


def _new(value: Any, mask: Mask, keyed: Hash) -> Any:
    if isinstance(mask, Null):
        return None
    if isinstance(mask, Fixed):
        return mask.fixed
    if is_masked_text(value):
        return value
    if isinstance(mask, Random):
        return f"{MARK}{secrets.token_hex(LONGEST['random'] // 2)}{mask.random.suffix}"
    return f"{MARK}{keyed(str(value))}{mask.hash.suffix}"
