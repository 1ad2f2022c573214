"""`troth sweep`: erase what is past its period."""

from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli import database
from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.retention.rules import Line, Report


def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Erase log lines, recordings and records past their period, and say what is due for review.

    Exit code 3 if a store could not be read; the others are swept all the same.
    """
    database.ready()
    from troth.retention import services

    try:
        with database.reading():
            report = services.sweep(ground.clock(), dry_run=dry_run)
    except services.NothingPublished as problem:
        fail(str(problem), Exit.UNKNOWN)
    if json:
        print_json(report.as_json())
    else:
        _say(report)
    raise typer.Exit(int(Exit.FINE if report.told else Exit.UNKNOWN))


def _say(report: "Report") -> None:
    verb = "would erase" if report.dry_run else "erased"
    for line in report.lines:
        say(_line(line, verb))
    say(f"vault: {verb} {report.records} records and {report.values} single values past their day")
    say(f"due for review: {report.reviews} records" + (", see the console" if report.reviews else ""))
    if report.dry_run:
        say("nothing was changed")


def _line(line: "Line", verb: str) -> str:
    if line.outcome != "swept" and not (line.erased or line.lines):
        return f"? {line.store} {line.kind}: could not tell: {line.note}"
    text = f"{line.store} {line.kind} ({line.rule}): {verb} {line.erased} files and {line.lines} lines"
    return f"{text} recorded before {line.before[:10]}" + (f"; {line.note}" if line.note else "")
