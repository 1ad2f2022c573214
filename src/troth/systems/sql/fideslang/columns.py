"""Fields of a collection as columns: which item each holds, how people are found by it, what erasure does. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from troth.systems.sql.fideslang import masks
from troth.systems.sql.fideslang.categories import Meaning, common, meaning
from troth.systems.sql.fideslang.page import Page, Where
from troth.systems.sql.fideslang.shapes import Collection, Entry, FieldMeta
from troth.systems.sql.model import Column, Keep, Kind

_ITEM_OF_KIND = {"email": "email", "phone": "phone", "account": "user-id", "device": "device-id"}


@dataclass(frozen=True)
class Leaf:
    """A field that becomes a column. `at`: its place in the file; `categories` with those it inherits."""

    name: str
    at: Where
    entry: Entry
    categories: tuple[str, ...]

    @property
    def meta(self) -> FieldMeta:
        return self.entry.fides_meta


def leaves(collection: Collection, at: Where, inherited: tuple[str, ...], *, nested: bool) -> Iterator[Leaf]:
    """Every column of the collection: its fields, and where `nested` the innermost parts of its documents."""
    own = collection.data_categories or inherited
    for index, entry in enumerate(collection.fields):
        yield from _leaves(entry, (*at, "fields", str(index)), own, "", nested)


def _leaves(entry: Entry, at: Where, inherited: tuple[str, ...], prefix: str, nested: bool) -> Iterator[Leaf]:
    own = entry.data_categories or inherited
    name = f"{prefix}{entry.name}"
    if not entry.fields:
        yield Leaf(name, at, entry, own)
    elif nested:
        for index, part in enumerate(entry.fields):
            yield from _leaves(part, (*at, "fields", str(index)), own, f"{name}.", nested)
    else:
        yield Leaf(name, at, entry, common(tuple(_within(entry, inherited))))


def _within(entry: Entry, inherited: tuple[str, ...]) -> Iterator[str]:
    own = entry.data_categories or inherited
    yield from own
    for part in entry.fields:
        yield from _within(part, own)


def parts(entry: Entry, at: Where) -> Iterator[tuple[Where, Entry]]:
    """The fields inside a field, all the way down."""
    for index, part in enumerate(entry.fields):
        here = (*at, "fields", str(index))
        yield here, part
        yield from parts(part, here)


def column(page: Page, leaf: Leaf, role: masks.Role) -> Column:
    """The column of a leaf, its references aside (they need every table). Tells the page what it decides."""
    held = meaning(leaf.categories)
    kind = _identity(page, leaf, held)
    for said in held.said:
        page.note((*leaf.at, "data_categories"), said)
    item = held.item or (_ITEM_OF_KIND[kind] if kind else None)
    place = masks.Place(kind, item, (item is None or held.only_numbers) and kind is None, role, leaf.meta)
    mask = _mask(page, leaf, place)
    written = {"item": item, "identity": kind} if item else {"none": _why(leaf)}
    return Column.model_validate(written if mask is None else {**written, "on_erase": mask})


def _identity(page: Page, leaf: Leaf, held: Meaning) -> Kind | None:
    if leaf.meta.identity is None:
        return None
    at = (*leaf.at, "fides_meta", "identity")
    kind, said = masks.identity_kind(leaf.meta.identity)
    if said:
        page.note(at, said)
    if held.item is None:
        classed = f"classed `{', '.join(leaf.categories)}`" if leaf.categories else "without a category"
        page.note(at, f"{classed}, but people are found by it: masked as `{_ITEM_OF_KIND[kind]}`")
    return kind


def _why(leaf: Leaf) -> str:
    if leaf.entry.description:
        return leaf.entry.description.strip() or "not personal"
    return f"classed {', '.join(leaf.categories)}" if leaf.categories else "without a data category"


def _mask(page: Page, leaf: Leaf, place: masks.Place) -> masks.Mask | None:
    asked = masks.override(leaf.meta)
    at = (*leaf.at, "fides_meta", "masking_strategy_override")
    if asked.problem:
        page.problem(at, asked.problem)
    for said in asked.said:
        page.note(at, said)
    if asked.mask and place.kind and isinstance(asked.mask, Keep):
        page.note(at, "preserved, though people are found by it: an erased person is still found")
    if asked.mask:
        return asked.mask
    usual = masks.usual(place)
    for said in usual.said:
        page.note((*leaf.at, "fides_meta"), said)
    return usual.mask
