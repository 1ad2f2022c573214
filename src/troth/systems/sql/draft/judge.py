"""Name, type and content of a column → what it probably holds. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.systems.sql.draft import patterns
from troth.systems.sql.draft.content import Look, look

LIKELY = 0.5
"""How sure we must be to call a column personal."""
_PERHAPS = 0.25


@dataclass(frozen=True)
class Verdict:
    """`item`: what it probably holds, None if nothing personal; `why` says so for the person who corrects the draft."""

    item: str | None
    sure: float
    why: str


_NEVER = frozenset({"boolean"})
_LOOKED_AT = frozenset({"text", "whole", "other", "number"})


def judge(table: str, column: str, family: str, values: Iterable[object]) -> Verdict:
    """What column `column` of `table` holds. `family`: as the catalog names types; `values`: a sample, perhaps none."""
    if family in _NEVER:
        return Verdict(None, 0.0, "")
    named = _named(table, column, family)
    seen = look(values) if family in _LOOKED_AT else Look(None, 0.0, 0)
    item, sure, why = _together(named, seen)
    if item is None or sure < _PERHAPS:
        return Verdict(None, sure, "")
    if sure < LIKELY:
        return Verdict(None, sure, f"perhaps {item} ({round(sure * 100)} %: {why})")
    return Verdict(item, sure, f"{round(sure * 100)} %: {why}")


def _named(table: str, column: str, family: str) -> tuple[str, float] | None:
    if family == "text" and "_".join(patterns.words(column)) in ("name", "bezeichnung"):
        if patterns.names_people(table):
            return "full-name", 0.85
        return "full-name", 0.55 if patterns.names_belongings(table) else 0.15
    found = patterns.by_name(column, family)
    return (found.item, found.sure) if found else None


def _together(named: tuple[str, float] | None, seen: Look) -> tuple[str | None, float, str]:
    """Both clues in one: two that agree make surer, one that contradicts less sure."""
    if named is None:
        return seen.item, seen.sure, f"{seen.seen} values look so"
    item, sure = named
    if seen.item and seen.item in (item, _ALIKE.get(item)):
        return item, 1 - (1 - sure) * (1 - seen.sure), f"its name, and {seen.seen} values look so"
    if seen.item and seen.sure > sure:
        return seen.item, seen.sure, f"{seen.seen} values look so, though its name says {item}"
    if item in _TOLD_BY_CONTENT and seen.seen >= _MANY:
        return item, sure * 0.5, f"its name, but its {seen.seen} values look otherwise"
    return item, sure, "its name"


_ADDRESS = frozenset({"street", "postal-code", "city", "address"})
_BESIDE: tuple[tuple[frozenset[str], str, frozenset[str]], ...] = (
    (_ADDRESS, "region", frozenset({"state", "st", "area", "district", "kreis"})),
    (frozenset({"payment-card"}), "payment-card", frozenset({"code", "expiry", "expires", "exp", "valid", "gueltig"})),
)
"""Beside columns of these items, a column with one of these words holds the item between."""


def beside(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdicts of one table's columns, those that only their neighbours tell among them."""
    items = {verdict.item for verdict in verdicts.values()}
    told = dict(verdicts)
    for neighbours, item, words in _BESIDE:
        if neighbours & items:
            for column, verdict in verdicts.items():
                if verdict.item is None and words & set(patterns.words(column)):
                    told[column] = Verdict(item, 0.6, f"60 %: its name, beside {min(neighbours & items, key=str)}")
    return told


_ALIKE = {"description": "message", "company": "full-name", "first-name": "full-name", "fax-number": "phone"}
_TOLD_BY_CONTENT = frozenset({"email", "ip-address"})
_MANY = 10
