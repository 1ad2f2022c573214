"""What a fideslang file says and a dataset of ours has no place for: told, never dropped in silence."""

from troth.systems.sql.fideslang.columns import Leaf, parts
from troth.systems.sql.fideslang.page import Page, Where
from troth.systems.sql.fideslang.shapes import Classed, Collection, Shape, Source


def source(page: Page, at: Where, each: Source) -> None:
    _unknown(page, at, each)
    _unknown(page, (*at, "fides_meta"), each.fides_meta)
    if each.fides_meta.after:
        after = ", ".join(each.fides_meta.after)
        page.note((*at, "fides_meta", "after"), f"datasets are not waited for: erase from {after} first yourself")
    _redact(page, at, each.fides_meta.redact)


def collection(page: Page, at: Where, key: str, each: Collection) -> None:
    meta, inner = each.fides_meta, (*at, "fides_meta")
    _unknown(page, at, each)
    _unknown(page, inner, meta)
    _redact(page, at, meta.redact)
    for name, paths in (("after", meta.after), ("erase_after", meta.erase_after)):
        elsewhere = [path for path in paths if path.partition(".")[0] != key]
        if elsewhere:
            page.note((*inner, name), f"another dataset is not waited for: erase from {', '.join(elsewhere)} first")
        elif paths:
            page.note((*inner, name), "kept anyway: one transaction, rows that point to others go first")
    if meta.partitioning is not None:
        page.note((*inner, "partitioning"), "not needed: each table is read by one statement")
    if meta.masking_strategy_override and meta.masking_strategy_override.strategy.lower() != "delete":
        at_override = (*inner, "masking_strategy_override")
        page.problem(at_override, f"`{meta.masking_strategy_override.strategy}`: a collection can only say DELETE")


def field(page: Page, leaf: Leaf, *, nested: bool) -> None:
    meta, inner = leaf.meta, (*leaf.at, "fides_meta")
    _unknown(page, leaf.at, leaf.entry)
    _unknown(page, inner, meta)
    _redact(page, leaf.at, meta.redact)
    if meta.custom_request_field:
        said = "requests of ours know e-mail, phone, account and device only: it is left out"
        page.note((*inner, "custom_request_field"), said)
    if meta.return_all_elements:
        page.note((*inner, "return_all_elements"), "always so: a value is given with everything in it")
    for reference in meta.references:
        _unknown(page, (*inner, "references"), reference)
    if leaf.entry.fields and not nested:
        _whole(page, leaf)


def _whole(page: Page, leaf: Leaf) -> None:
    """A column with parts, in SQL: one JSON value."""
    page.note(leaf.at, "has parts inside: in a SQL database the column is found and masked as a whole")
    for at, part in parts(leaf.entry, leaf.at):
        _unknown(page, at, part)
        if part.fides_meta.identity or part.fides_meta.references:
            said = "nobody is looked for inside a JSON column of a SQL database: identity and references are left out"
            page.note(at, said)
        if part.fides_meta.masking_strategy_override:
            page.note(at, "its own masking is left out: the column is masked as a whole")


def _unknown(page: Page, at: Where, shape: Shape) -> None:
    for key in shape.of_the_policy() if isinstance(shape, Classed) else ():
        page.note((*at, key), "a policy says this, not a dataset: left out")
    for key in shape.unknown():
        page.note((*at, key), "is no key we know: left out")


def _redact(page: Page, at: Where, redact: str | None) -> None:
    if redact:
        page.note((*at, "fides_meta", "redact"), "names of tables and columns are shown as they are in answers")
