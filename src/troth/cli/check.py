"""`troth check`: is the policy complete, consistent, and free of mistakes?"""

import gc
import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli.output import Exit, colour, fail, print_json, say

if TYPE_CHECKING:
    from troth.policy.load import Loaded


class Format(StrEnum):
    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"


def run(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")] = Path(),
    format: Annotated[
        Format,
        typer.Option(help="How to print the problems: `sarif` for code hosts, `github` for annotations of a workflow."),
    ] = Format.text,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day; today if not given.")
    ] = None,
) -> None:
    """Check a policy: all its problems at once, each with its place. Exit code 1 if any is an error."""
    gc.disable()  # a short life that makes no rubbish; a tenth of it would go into looking for some
    from troth.policy.load import load
    from troth.policy.problems import Unreadable
    from troth.systems.saas.manifest import connectors

    try:
        loaded = load(folder, today=(day or ground.clock()).date(), connectors=connectors())
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)
    PRINT[Format.json if json else format](loaded, folder)
    raise typer.Exit(int(Exit.FINE if loaded.ok else Exit.BROKEN))


def _text(loaded: "Loaded", folder: Path) -> None:
    from troth.policy import render

    say(render.text(loaded.problems, loaded.sources, base=_base(folder), colour=colour()))
    if loaded.problems and sys.stdout.isatty():
        first = next((problem for problem in loaded.problems if problem.stops), loaded.problems[0])
        say(f"\nWhat a code means: `troth explain {first.code}`")


def _json(loaded: "Loaded", folder: Path) -> None:
    from troth.policy import render
    from troth.policy.digest import digest

    policy = loaded.policy
    answer = {"ok": loaded.ok, "files": len(loaded.sources), "digest": digest(policy) if policy else None}
    print_json(answer | render.counts(loaded.problems) | {"problems": render.as_json(loaded.problems)})


def _sarif(loaded: "Loaded", folder: Path) -> None:
    from importlib.metadata import version

    from troth.policy.render.sarif import sarif

    print_json(sarif(loaded.problems, loaded.sources, version=version("troth"), base=_base(_from_here(folder))))


def _github(loaded: "Loaded", folder: Path) -> None:
    from troth.policy.render.github import github

    say(github(loaded.problems, base=_base(_from_here(folder))))


PRINT: dict[Format, Callable[["Loaded", Path], None]] = {
    Format.text: _text,
    Format.json: _json,
    Format.sarif: _sarif,
    Format.github: _github,
}


def _base(folder: Path) -> str:
    """What to put before the names of the folder's files."""
    return "" if folder == Path() else f"{folder.as_posix().rstrip('/')}/"


def _from_here(folder: Path) -> Path:
    """The folder seen from where we are, which in a workflow is the repository; as given if it lies elsewhere."""
    here, there = Path.cwd(), folder.resolve()
    return there.relative_to(here) if there.is_relative_to(here) else folder
