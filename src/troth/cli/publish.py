"""`troth publish`: from now on this policy is what runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli import database
from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.policy.load import Loaded
    from troth.versions.values import Version


def run(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")],
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Publish a policy: a new, immutable version; the version it already is, if nothing changed.

    Exit code 1, with nothing published, if the policy has an error; 3 if it or the database cannot be read.
    """
    loaded = _load(folder)
    policy = loaded.policy
    if policy is None:
        _tell_problems(loaded, folder, json=json)
        raise typer.Exit(int(Exit.BROKEN))
    database.ready()
    from troth.versions import queries, services

    now = ground.clock()
    version = services.publish(policy, loaded.places, now=now)
    current = queries.current(now) or version
    (_print if json else _say)(version, current, new=version.published_at == now)


def _load(folder: Path) -> "Loaded":
    from troth.policy.load import load
    from troth.policy.problems import Unreadable

    try:
        return load(folder, today=ground.clock().date())
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)


def _tell_problems(loaded: "Loaded", folder: Path, *, json: bool) -> None:
    from troth.policy import render

    if json:
        problems = render.as_json(loaded.problems)
        print_json({"ok": False, "published": False} | render.counts(loaded.problems) | {"problems": problems})
        return
    base = "" if folder == Path() else f"{folder.as_posix().rstrip('/')}/"
    say(render.text(loaded.problems, loaded.sources, base=base))
    say("nothing was published")


def _print(version: "Version", current: "Version", *, new: bool) -> None:
    print_json(
        {
            "ok": True,
            "published": new,
            "version": {
                "id": version.id,
                "number": version.number,
                "digest": version.digest,
                "effective": version.effective,
                "published_at": version.published_at.isoformat(),
            },
            "in_force": current == version,
        }
    )


def _say(version: "Version", current: "Version", *, new: bool) -> None:
    say(f"{'published' if new else 'already published'} as version {version.number}, digest {version.digest[:12]}")
    if version.number > current.number:
        say(f"version {current.number} stays in force until it takes effect on {version.effective}")
    if version.number < current.number:
        say(f"version {current.number} is in force; to go back, give this text a new effective date and publish it")
