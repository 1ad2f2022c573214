"""Documents as findings, changes as evidence, plans in words: pure. The words are those of SQL databases."""

from collections.abc import Mapping
from typing import Any

from troth.systems.kit.outcomes import Done, Finding, Found
from troth.systems.mongo.changing import is_masked, masks
from troth.systems.mongo.paths import Document, values
from troth.systems.mongo.reaching import Held
from troth.systems.mongo.writing import Plan
from troth.systems.sql.answers import OTHERS, plain
from troth.systems.sql.graph import ByIdentity, ordered, ways
from troth.systems.sql.model import Dataset, Fixed, Hashed, Keep, Null, Random


def found(dataset: Dataset, held: Mapping[str, Held], person: int) -> Found:
    """The answer for one person: documents that an erasure emptied are none."""
    findings = [
        _finding(dataset, name, each.documents[key])
        for name, each in held.items()
        for key in sorted(each.of(person), key=str)
        if not _emptied(dataset, name, each.documents[key])
    ]
    tables: dict[str, int] = {}
    for one in findings:
        tables[one.kind] = tables.get(one.kind, 0) + 1
    others = {name: rows for name, each in held.items() if (rows := each.elsewhere(person))}
    told = {"rows": len(findings), "tables": tables, **({"others": others} if others else {})}
    return Found(evidence=told, findings=tuple(findings))


def _finding(dataset: Dataset, name: str, document: Document) -> Finding:
    columns = dataset.tables[name].columns
    held = {column: values(document, column) for column in columns}
    shown = {column: plain(each[0] if len(each) == 1 else each) for column, each in held.items() if each}
    items = {column: about.item for column, about in columns.items() if about.item and column in shown}
    return Finding(kind=name, id=str(document["_id"]), values=shown, items=items)


def _emptied(dataset: Dataset, name: str, document: Document) -> bool:
    table = dataset.tables[name]
    personal = {column: mask for column, mask in masks(table, "anonymise").items() if table.columns[column].item}
    return table.on_erase == "anonymise" and bool(personal) and is_masked(document, personal)


def erased(dataset: Dataset, held: Mapping[str, Held], plan: Plan, person: int, whole: bool) -> Done:
    """What was done for one person. `transaction`: whether all of it was one, which a server alone cannot do."""
    tables: dict[str, dict[str, Any]] = {}
    changed: dict[str, dict[str, int]] = {}
    kept: list[dict[str, Any]] = []
    for name, step in plan.items():
        mine = held[name].of(person)
        done = [key for key in mine if key in step.updates]
        stays: dict[str, int] = {}
        for key in mine:
            if key in step.kept:
                stays[step.kept[key]] = stays.get(step.kept[key], 0) + 1
        if elsewhere := held[name].elsewhere(person):
            stays[OTHERS] = elsewhere
        if done or stays:
            tables[name] = ({step.effect: len(done)} if step.effect != "kept" else {}) | (
                {"kept": sum(stays.values()), "reason": "; ".join(stays)} if stays else {}
            )
        for column in (column for key in done for column in step.updates[key].columns):
            changed.setdefault(name, {})[column] = changed.get(name, {}).get(column, 0) + 1
        kept += [{"table": name, "rows": rows, "reason": why} for why, rows in stays.items()]
    rows = sum(each.get(plan[name].effect, 0) for name, each in tables.items() if plan[name].effect != "kept")
    told: dict[str, Any] = {"rows": rows, "tables": tables, "transaction": whole}
    return Done(evidence=told | ({"columns": changed} if changed else {}) | ({"kept": kept} if kept else {}))


def explain(dataset: Dataset, doing: str) -> str:
    """The plan in words: which collections are looked up by what, and what is then written."""
    lines = [f"{doing}: {len(ordered(dataset))} collections are looked up, round by round until nothing new is reached"]
    into = ways(dataset)
    for name in ordered(dataset):
        by = [
            f"{way.column} is the person's {way.kind}"
            if isinstance(way, ByIdentity)
            else f"{', '.join(way.columns)} = {way.table}: {', '.join(way.others)}"
            for way in into[name]
        ]
        lines.append(f"find {name}: reached where {', or '.join(by)}")
    return "\n".join(lines + (_writes(dataset) if doing == "erase" else []))


def _writes(dataset: Dataset) -> list[str]:
    lines = []
    for name in ordered(dataset):
        table = dataset.tables[name]
        if isinstance(table.on_erase, Keep):
            lines.append(f"keep {name}: {table.on_erase.keep}")
        elif table.on_erase == "delete":
            lines.append(f"delete {name}: deleteMany over the `_id` of what was reached")
        else:
            kinds = {Null: "removed", Fixed: "a fixed value", Random: "a random text", Hashed: "a keyed hash"}
            said = [f"{column}: {kinds[type(mask)]}" for column, mask in masks(table, table.on_erase).items()]
            lines.append(f"update {name}: {', '.join(said) or 'nothing'}")
    return lines
