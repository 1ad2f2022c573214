"""`troth export`: what a policy says, as data for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from troth.cli.output import Exit, fail, print_json

app = typer.Typer(no_args_is_help=True, help="Print what a policy says, as data.")


@app.callback()
def _root() -> None:
    """Print what a policy says, as data."""


@app.command("facts")
def facts_command(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Facts are JSON in any case.")] = False,
) -> None:
    """The facts of a policy: touchpoints, rows, recipients, rights, clauses. Exit code 1 if the policy has errors."""
    from troth.policy import render
    from troth.policy.facts import facts
    from troth.policy.load import load
    from troth.policy.problems import Unreadable

    try:
        loaded = load(folder)
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)
    if loaded.policy is None:
        typer.echo(render.text([p for p in loaded.problems if p.stops], loaded.sources), err=True)
        fail("the policy has errors, so its facts are not printed", help=f"run `troth check {folder}`")
    print_json(facts(loaded.policy))
