"""`troth demo`: a whole deployment with invented people, and the story played on it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli.output import Exit, fail

if TYPE_CHECKING:
    from troth.cli.processes import Plan
    from troth.demo.world import World

DEFAULT_HOME = Path("troth-data/demo")
STAFF = "staff@example.org"


def run(
    script: Annotated[bool, typer.Option("--script", help="Play the story unattended, judge it, and end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --script: one JSON line a step.")] = False,
    home: Annotated[
        Path | None,
        typer.Option(help="Where the demo lives; `troth-data/demo` by default, with --script a directory that goes."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the web; else a free one.", min=1, max=65535)] = None,
) -> None:
    """Run the reference policy on sandbox systems and 10,000 invented people.

    Stays up until Ctrl-C and prints where to look; started again on the same directory it goes on with it. With
    --script the story is played from outside and each step judged by looking: exit code 0 only if all are as promised.
    """
    if json and not script:
        fail("--json goes with --script", Exit.USAGE)
    if script:
        with _script_home(home) as where:
            code = _play(where, port, json=json)
    else:
        code = _stay(home or DEFAULT_HOME, port)
    raise typer.Exit(code)


@contextmanager
def _script_home(home: Path | None) -> Iterator[Path]:
    """The directory given, which stays; else a fresh one, which goes."""
    if home is not None:
        yield home
        return
    fresh = Path(tempfile.mkdtemp(prefix="troth-demo-"))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _play(home: Path, port: int | None, *, json: bool) -> int:
    """The story in a process of its own, on the world that this one keeps running; its exit code."""
    story = [sys.executable, "-m", "troth.demo.story", "--home", str(home.resolve()), *(["--json"] if json else [])]
    return _run(home, port, story)


def _stay(home: Path, port: int | None) -> int:
    scenes = [sys.executable, "-m", "troth.demo.scenes", "--home", str(home.resolve())]
    return _run(home, port, scenes, stay=True)


def _run(home: Path, port: int | None, play: list[str], *, stay: bool = False) -> int:
    """Run the world with `play` in it; with `stay`, until asked to stop, else until `play` ends. The exit code."""
    from troth.cli import processes
    from troth.demo import world as worlds
    from troth.work import supervisor

    world = worlds.opened(home, port)
    world.enter()
    player: list[subprocess.Popen[bytes]] = []

    def begin() -> None:
        environment = world.environment | {supervisor.MARK: str(world.home)}
        player.append(supervisor.start(play, environment))

    def over() -> bool:
        if not player or player[0].poll() is None:
            return False
        if stay and not told:
            told.append(True)
            _addresses(world)
        return not stay

    told: list[bool] = []
    try:
        processes.serve(_plan(world), _say, begin, prepare=lambda: worlds.make(world), over=over)
    except processes.CannotServe as problem:
        fail(str(problem), Exit.UNKNOWN)
    finally:
        for process in player:
            if process.poll() is None:
                process.kill()
                process.wait()
    if stay:
        return int(Exit.FINE)
    code = player[0].returncode if player else int(Exit.UNKNOWN)
    if code != 0:
        _show_log(world)
    return int(Exit.FINE if code == 0 else Exit.BROKEN)


def _plan(world: "World") -> "Plan":
    from troth.cli.processes import Plan
    from troth.work.supervisor import Child

    sandbox = Child("sandbox", world.sandbox_command())
    return Plan(port=world.port, web_processes=1, beside=(sandbox,), log=world.log)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _show_log(world: "World") -> None:
    """What the processes said last: where the directory goes, nobody could read it afterwards."""
    if world.log.exists():
        for line in world.log.read_text(errors="replace").splitlines()[-30:]:
            _say(f"  | {line}")


def _addresses(world: "World") -> None:
    from troth.web import staff

    staff.add(STAFF)
    at = world.address
    lines = {
        "privacy centre": f"{at}/",
        "notice": f"{at}/notice/",
        "a form": f"{at}/forms/schedule-demo/",
        "mailbox": f"{at}/mailbox/",
        "console": staff.link(STAFF),
        "sandbox": f"{world.sandbox}/_sandbox/hubspot/state  (and …/salesforce/state)",
        "data": str(world.home),
    }
    typer.echo("The demo is up; Ctrl-C stops it. The console's link signs you in once.")
    for name, where in lines.items():
        typer.echo(f"  {name:<15} {where}")


if __name__ == "__main__":
    typer.run(run)
