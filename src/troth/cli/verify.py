"""`troth verify`: the promises against the real systems."""

from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli import database
from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.verification.rules import Result, Run

MARKS = {"kept": "✓", "broken": "✕", "warned": "!", "could not tell": "?", "excluded": "–"}


def run(
    only: Annotated[list[str] | None, typer.Option("--only", help="Run only this check; may be given again.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Look at the live systems and judge every promise that a check watches.

    Exit code 0 if all are kept, 1 if one is broken, 3 if something could not be told.
    """
    database.ready()
    from troth.verification import rules, services

    try:
        with database.reading():
            done = services.run(ground.clock(), only=only or ())
    except services.UnknownCheck as problem:
        fail(str(problem), Exit.USAGE)
    except services.NothingPublished as problem:
        fail(str(problem), Exit.UNKNOWN)
    if json:
        print_json(done.as_json())
    else:
        _say(done)
    raise typer.Exit(rules.exit_code(done.results))


def _say(done: "Run") -> None:
    """One line a promise kept; expected, found, place and next step for the rest; totals last."""
    for result in reversed(done.results):
        say(f"{MARKS[result.outcome]} {result.check}: {result.subject}: {result.found}")
        if result.outcome not in ("kept", "excluded"):
            _detail(result)
    say()
    say(f"version {done.version}: " + ", ".join(f"{n} {outcome}" for outcome, n in done.counts.items() if n))


def _detail(result: "Result") -> None:
    say(f"    {result.outcome}; expected: {result.expected}")
    say(f"    policy: {result.where}" if result.where else "    policy: none")
    if result.next_step:
        say(f"    next: {result.next_step}")
