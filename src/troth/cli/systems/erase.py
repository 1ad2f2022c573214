"""`troth systems erase`: erase people from a database given by its address; of a configured system, only try."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target
from troth.cli.systems.find import counted, not_looked_at, plan, say_not_looked_at, why
from troth.systems.kit.outcomes import Done, NotOffered, SystemProblem

if TYPE_CHECKING:
    from troth.systems.kit.base import System
    from troth.systems.kit.identifiers import Identifiers
    from troth.systems.kit.outcomes import Outcome
    from troth.systems.sql.model import Dataset

Try = Annotated[bool, typer.Option("--dry-run", help="Do everything but keep it: the same answer, nothing changed.")]
_REQUEST = (
    "a request of the person is the way, so that identity, clock and proof are kept: open one in the console "
    "under Requests; `--dry-run` shows what it would do here"
)


def run(
    *,
    identity: target.Identity = None,
    identities: target.People = None,
    system: target.Name = None,
    dataset: target.File = None,
    dataset_key: target.Keys = None,
    url: target.Url = None,
    dry_run: Try = False,
    explain: target.Explain = False,
    json: target.Json = False,
) -> None:
    """Erase people from a database, at once and in one transaction, as its dataset file says.

    Exit code 1 if the dataset would break the database: every reason is told with a proposal, and nothing is written.
    Exit code 3 if the database could not be asked, or refused; nothing is written then either. Also 3 where a system
    that is tried could not erase all: what it does not reach is told.
    """
    if system and not (dry_run or explain or dataset or url):
        fail(f"{system} belongs to this deployment: it is not erased from by a command", Exit.USAGE, help=_REQUEST)
    asked = target.system(system, dataset, dataset_key, url)
    if explain:
        plan(asked, "erase", json=json)
        return
    whom = target.whom(identity, identities)
    try:
        with target.secrets_of(asked):
            done = _erased(asked, whom, dry_run=dry_run)
    except (SystemProblem, RuntimeError) as problem:
        _refused(asked, problem, json=json)
    if json:
        answers = [{"person": number, **_json(asked, each)} for number, each in enumerate(done, 1)]
        left = not_looked_at(asked)
        tables = {"not_looked_at": left} if left else {}
        print_json({"system": asked.name, "dry_run": dry_run, **tables, "people": answers})
    else:
        for number, each in enumerate(done, 1):
            for line in _lines(number, each, dry_run=dry_run):
                say(line)
        say_not_looked_at(asked)
        if dry_run:
            say("nothing was changed")
    raise typer.Exit(int(Exit.FINE if all(map(_reached, done)) else Exit.UNKNOWN))


def _reached(outcome: "Outcome") -> bool:
    """Whether nothing is left for a person to do."""
    return isinstance(outcome, Done) and not any(isinstance(part, NotOffered) for part in outcome.remains)


def _erased(asked: "System", whom: list["Identifiers"], *, dry_run: bool) -> "list[Outcome]":
    together = getattr(asked, "erase_many", None)
    if together is None:
        fail(f"{asked.name} is neither database nor files: an erasure there cannot be tried", Exit.USAGE)
    answers: Mapping[int, Outcome] = together(list(enumerate(whom)), dry_run=dry_run)
    return [answers[number] for number in range(len(whom))]


def _refused(asked: "System", problem: Exception, *, json: bool) -> None:
    """Leaves: with 1 where the dataset file is what must change, else with 3."""
    refusals = tuple(getattr(problem, "refusals", ()))
    said = target.without_passwords(str(problem))
    code = Exit.BROKEN if refusals else Exit.UNKNOWN
    if json:
        told = [_refusal(each) for each in refusals]
        print_json({"system": asked.name, "refusals": told, "problem": said, "written": False})
        raise typer.Exit(int(code))
    if not refusals:
        fail(said, code)
    for each in refusals:
        typer.echo(f"refused: {each}", err=True)
    fail(f"{asked.name}: {counted(len(refusals), 'reason')} not to write; nothing was changed", code)


def _refusal(each: Any) -> dict[str, Any]:
    names = ("table", "column", "problem", "reason", "proposal")
    told = {name: getattr(each, name) for name in names if getattr(each, name, None)}
    return {**told, "message": str(each)}


def _json(asked: "System", done: "Outcome") -> dict[str, Any]:
    """The system's own answer; with it, columns of changed tables that stay as they are, and why."""
    if not isinstance(done, Done):
        return {"outcome": type(done).__name__, "why": why(done)}
    stays = {table: columns for table in done.evidence.get("columns", {}) if (columns := _stays(asked, table))}
    left = [why(part) for part in done.remains]
    return {**done.evidence, **({"kept_columns": stays} if stays else {}), **({"remains": left} if left else {})}


def _stays(asked: "System", table: str) -> dict[str, str]:
    from troth.systems.sql.model import Keep

    dataset: Dataset | None = getattr(asked, "dataset", None)
    columns = dataset.tables[table].columns if dataset and table in dataset.tables else {}
    return {name: one.on_erase.keep for name, one in columns.items() if isinstance(one.on_erase, Keep)}


_PAST = ("erased", "anonymised", "unlinked", "corrected")


def _lines(number: int, done: "Outcome", *, dry_run: bool) -> Iterator[str]:
    if not isinstance(done, Done):
        yield f"person {number}: not erased here: {why(done)}"
        return
    rows = int(done.evidence.get("rows", 0))
    verb = "would change" if dry_run else "changed"
    yield f"person {number}: {verb} {counted(rows, 'row')}" if rows else f"person {number}: nothing to change"
    columns = done.evidence.get("columns", {})
    for table, told in done.evidence.get("tables", {}).items():
        for word in _PAST:
            if told.get(word):
                names = f" ({', '.join(columns[table])})" if columns.get(table) else ""
                yield f"  {table}: {counted(told[word], 'row')} {word}{names}"
        if told.get("kept"):
            yield f"  {table}: {counted(told['kept'], 'row')} kept: {told.get('reason', '')}"
    for part in done.remains:
        yield f"  not covered: {why(part)}"
