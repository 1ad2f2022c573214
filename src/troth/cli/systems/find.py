"""`troth systems find`: what a database, or any system of the deployment, holds about people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target

if TYPE_CHECKING:
    from troth.systems.kit.base import System
    from troth.systems.kit.identifiers import Identifiers
    from troth.systems.kit.outcomes import Finding, Outcome
    from troth.systems.sql.model import Dataset


def run(
    *,
    identity: target.Identity = None,
    identities: target.People = None,
    system: target.Name = None,
    dataset: target.File = None,
    dataset_key: target.Keys = None,
    url: target.Url = None,
    explain: target.Explain = False,
    json: target.Json = False,
) -> None:
    """What is held about people: of a system of this deployment, or of any database with a dataset file.

    Nothing is changed, and no Troth deployment is needed for a database given by --url.
    Exit code 3 if the system could not be asked, or not all of it could be looked into.
    """
    asked = target.system(system, dataset, dataset_key, url)
    if explain:
        plan(asked, "find", json=json)
        return
    whom = target.whom(identity, identities)
    with target.asking():
        found = _found(asked, whom)
    if json:
        looked = looked_at(asked)
        tables = {"looked_at": looked, "not_looked_at": not_looked_at(asked)} if looked else {}
        people = [_json(asked, number, each) for number, each in enumerate(found, 1)]
        print_json({"system": asked.name, **tables, "people": people})
    else:
        for number, each in enumerate(found, 1):
            for line in _lines(asked, number, each):
                say(line)
        say_not_looked_at(asked)
    raise typer.Exit(int(Exit.FINE if all(_told(each) for each in found) else Exit.UNKNOWN))


def plan(asked: "System", doing: str, *, json: bool) -> None:
    """Prints the plan and statements of a database."""
    explain = getattr(asked, "explain", None)
    if explain is None:
        fail(f"{asked.name} is no database: it has no plan", Exit.USAGE)
    with target.asking():
        text = explain(doing)
    if json:
        print_json({"system": asked.name, "doing": doing, "plan": text})
    else:
        say(text)


def _found(asked: "System", whom: Sequence["Identifiers"]) -> "list[Outcome]":
    together = getattr(asked, "find_many", None)
    if together is None:
        return [asked.find(each) for each in whom]
    answers: Mapping[int, Outcome] = together(list(enumerate(whom)))
    return [answers[number] for number in range(len(whom))]


def _told(outcome: "Outcome") -> bool:
    from troth.systems.kit.outcomes import Found

    return isinstance(outcome, Found) and not outcome.unseen


def _json(asked: "System", number: int, outcome: "Outcome") -> dict[str, Any]:
    from troth.systems.kit.outcomes import Found

    if not isinstance(outcome, Found):
        return {"person": number, "outcome": type(outcome).__name__, "why": why(outcome)}
    tables: dict[str, list[dict[str, Any]]] = {}
    for one in outcome.findings:
        tables.setdefault(one.kind, []).append(_row(asked, one))
    told = {name: value for name, value in outcome.evidence.items() if name not in ("rows", "tables")}
    left = {"remains": [why(part) for part in outcome.remains]} if outcome.remains else {}
    return {"person": number, "rows": len(outcome.findings), "tables": tables, **told, **left}


def _row(asked: "System", one: "Finding") -> dict[str, Any]:
    key = _key(asked, one)
    return {"id": one.id, **({"key": key} if key else {}), "columns": dict(one.values), "items": dict(one.items)}


def _key(asked: "System", one: "Finding") -> dict[str, Any]:
    """The row's key, column by column, where the system is a database."""
    dataset = getattr(asked, "dataset", None)
    names: tuple[str, ...] = dataset.tables[one.kind].key if dataset and one.kind in dataset.tables else ()
    return {name: one.values.get(name) for name in names}


def looked_at(asked: "System") -> list[str] | None:
    """Tables that an identity leads to; None where the system is no database."""
    dataset = getattr(asked, "dataset", None)
    if dataset is None:
        return None
    from troth.systems.sql.graph import ordered

    return list(ordered(dataset))


def not_looked_at(asked: "System") -> dict[str, str]:
    """Tables with personal data that no identity leads to, and what the dataset file says of them."""
    dataset: Dataset | None = getattr(asked, "dataset", None)
    looked = looked_at(asked) or ()
    left = {name: table.on_erase for name, table in dataset.tables.items() if name not in looked} if dataset else {}
    return {name: str(getattr(act, "keep", act)) for name, act in left.items()}


def say_not_looked_at(asked: "System") -> None:
    """Tells people so: nothing found there does not mean that nothing is held."""
    for name, reason in not_looked_at(asked).items():
        typer.echo(f"note: {name} was not looked at: {reason}", err=True)


def why(outcome: "Outcome") -> str:
    """What a system says of what it does not do, or does not reach."""
    said = [getattr(outcome, name, "") for name in ("reason", "on", "setting", "manual_steps")]
    return "; ".join(str(each) for each in said if each)


def _lines(asked: "System", number: int, outcome: "Outcome") -> Iterator[str]:
    from troth.systems.kit.outcomes import Found

    if not isinstance(outcome, Found):
        yield f"person {number}: could not tell: {why(outcome)}"
        return
    tables: dict[str, list[Finding]] = {}
    for one in outcome.findings:
        tables.setdefault(one.kind, []).append(one)
    rows = counted(len(outcome.findings), "row")
    nothing = "nothing found, but not everything could be looked into" if outcome.unseen else "nothing held"
    yield f"person {number}: {rows} in {counted(len(tables), 'table')}" if tables else f"person {number}: {nothing}"
    for name, each in tables.items():
        yield f"  {name}"
        for one in each:
            yield f"    {one.id}: " + ", ".join(f"{k} {v}" for k, v in one.values.items() if v is not None)
    for name, rows_of_others in dict(outcome.evidence.get("others") or {}).items():
        yield f"  {name}: {counted(rows_of_others, 'row')} of other people, not shown"
    for part in outcome.remains:
        yield f"  not covered: {why(part)}"


def counted(number: int, thing: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
