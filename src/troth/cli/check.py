"""`troth check`: is the policy complete, consistent, and free of mistakes?"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from troth import ground
from troth.cli.output import Exit, fail, print_json, say


class Format(StrEnum):
    text = "text"
    json = "json"


def run(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")] = Path(),
    format: Annotated[Format, typer.Option(help="How to print the problems.")] = Format.text,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day; today if not given.")
    ] = None,
) -> None:
    """Check a policy: all its problems at once, each with its place. Exit code 1 if any is an error."""
    from troth.policy import render
    from troth.policy.digest import digest
    from troth.policy.load import load
    from troth.policy.problems import Unreadable

    try:
        loaded = load(folder, today=(day or ground.clock()).date())
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)
    policy = loaded.policy
    if json or format is Format.json:
        answer = {"ok": loaded.ok, "files": len(loaded.sources), "digest": digest(policy) if policy else None}
        print_json(answer | render.counts(loaded.problems) | {"problems": render.as_json(loaded.problems)})
    else:
        base = "" if folder == Path() else f"{folder.as_posix().rstrip('/')}/"
        say(render.text(loaded.problems, loaded.sources, base=base))
    raise typer.Exit(int(Exit.FINE if loaded.ok else Exit.BROKEN))
