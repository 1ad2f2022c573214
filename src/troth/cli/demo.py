"""`troth demo`: a whole deployment with invented people, and the story played on it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
    bare: Annotated[
        bool, typer.Option("--bare", help="Nothing happens in it yet: not even a policy is there.")
    ] = False,
) -> None:
    """Run the reference policy on sandbox systems and 10,000 invented people.

    Stays up until Ctrl-C and prints where to look; started again on the same directory it goes on with it. With
    --script the story is played from outside and each step judged by looking: exit code 0 only if all are as promised.
    """
    if json and not script:
        fail("--json goes with --script", Exit.USAGE)
    if bare and script:
        fail("--bare goes without --script", Exit.USAGE)
    if script:
        with _script_home(home) as where:
            code = _play(where, port, json=json)
    else:
        code = _stay(home or DEFAULT_HOME, port, bare=bare)
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
    """The story, judged: exit code 0 if every step was as promised."""
    play = _Play(_opened(home, port), "troth.demo.story", ("--json",) if json else ())
    _serve(play)
    if play.code:
        _show_log(play.world)
    return int(Exit.FINE if play.code == 0 else Exit.BROKEN)


def _stay(home: Path, port: int | None, *, bare: bool) -> int:
    """The world until someone stops it, with some scenes played in it first."""
    _serve(_Play(_opened(home, port), None if bare else "troth.demo.scenes", stay=True))
    return int(Exit.FINE)


def _opened(home: Path, port: int | None) -> "World":
    from troth.demo import world as worlds

    world = worlds.opened(home, port)
    world.enter()
    return world


@dataclass
class _Play:
    """What is played in the world, by a process of its own: a player sees only what anybody outside sees."""

    world: "World"
    module: str | None
    options: tuple[str, ...] = ()
    stay: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    begun: bool = False
    told: bool = False

    def begin(self) -> None:
        """Called once, when the web answers."""
        from troth.work import supervisor

        self.begun = True
        if self.module:
            command = [sys.executable, "-m", self.module, "--home", str(self.world.home), *self.options]
            environment = self.world.environment | {supervisor.MARK: str(self.world.home)}
            self.process = supervisor.start(command, environment)

    def over(self) -> bool:
        """Called again and again: whether the world may end. One that stays tells its addresses first."""
        if not self.begun or (self.process and self.process.poll() is None):
            return False
        if self.stay and not self.told:
            self.told = _addresses(self.world)
        return not self.stay

    def end(self) -> None:
        """Called before the world ends: a command that a player still runs would start the database again."""
        from troth.work import supervisor

        if self.process:
            supervisor.kill_group(self.process)
            self.process.wait()

    @property
    def code(self) -> int:
        return int(Exit.UNKNOWN) if self.process is None else self.process.returncode


def _serve(play: _Play) -> None:
    from troth.cli import processes
    from troth.demo import world as worlds

    make = partial(worlds.make, play.world)
    try:
        processes.serve(_plan(play.world), _say, play.begin, prepare=make, over=play.over, end=play.end)
    except processes.CannotServe as problem:
        fail(str(problem), Exit.UNKNOWN)


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


def _addresses(world: "World") -> bool:
    """Say where to look; False if the database was away just now, and it must be tried again."""
    link = _console_link()
    if link is None:
        return False
    at = world.address
    lines = {
        "privacy centre": f"{at}/",
        "notice": f"{at}/notice/",
        "a form": f"{at}/forms/schedule-demo/",
        "mailbox": f"{at}/mailbox/",
        "console": link,
        "sandbox": f"{world.sandbox}/_sandbox/hubspot/state  (and …/salesforce/state)",
        "data": str(world.home),
    }
    typer.echo("The demo is up; Ctrl-C stops it. The console's link signs you in once.")
    for name, where in lines.items():
        typer.echo(f"  {name:<15} {where}")
    return True


def _console_link() -> str | None:
    from django.db import DatabaseError, connections

    from troth.web import staff

    try:
        staff.add(STAFF)
        return staff.link(STAFF)
    except DatabaseError:
        return None
    finally:
        connections.close_all()


if __name__ == "__main__":
    typer.run(run)
