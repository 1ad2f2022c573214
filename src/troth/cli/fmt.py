"""`troth fmt`: policy files in one form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli.output import Exit, colour, fail, print_json, say

if TYPE_CHECKING:
    from troth.policy.problems import Problem


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a file. `before` and `after` are its texts; one is missing where it was left alone."""

    file: Path
    before: str = ""
    after: str | None = None
    reason: str = ""
    problems: "tuple[Problem, ...]" = ()
    unreadable: bool = False

    @property
    def changed(self) -> bool:
        return self.after is not None and self.after != self.before


def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE|FOLDER]...", help="Files, or folders of them; `.` if none."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 if a file would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Format policy files: two spaces a level, at most 120 characters a line. Comments and order stay.

    What a file says never changes, nor its quotes. A file that cannot be read as YAML is left alone and named: exit
    code 1.
    """
    done = [_formatted(file) for file in _files(paths or [Path()])]
    if not (check or diff):
        done = [_write(one) if one.changed else one for one in done]
    if json:
        _print(done, written=not (check or diff))
    else:
        _tell(done, diff=diff, written=not (check or diff))
    raise typer.Exit(int(_code(done, check=check)))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    from troth.policy.problems import Unreadable
    from troth.policy.text import names

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        try:
            yield from (path / name for name in names(path) if name.endswith(".yaml"))
        except Unreadable as error:
            fail(str(error), Exit.UNKNOWN)


def _formatted(file: Path) -> Done:
    from troth.policy.format import formatted
    from troth.policy.problems import Problem, Unreadable
    from troth.policy.text import read_file

    try:
        text = read_file(file, file.as_posix())
    except Unreadable as error:
        return Done(file, reason=str(error), unreadable=True)
    if isinstance(text, Problem):
        return Done(file, problems=(text,))
    made = formatted(text, file.as_posix())
    return Done(file, text, made.text, made.reason, made.problems)


def _write(done: Done) -> Done:
    from dataclasses import replace

    from troth.cli.files import write_whole

    try:
        write_whole(done.file, done.after or "")
    except OSError as error:
        return replace(done, after=None, reason=f"cannot write `{done.file}`: {error.strerror}", unreadable=True)
    return done


def _code(done: list[Done], *, check: bool) -> Exit:
    left_alone = any(one.problems or (one.reason and not one.unreadable) for one in done)
    if left_alone or (check and any(one.changed for one in done)):
        return Exit.BROKEN
    return Exit.UNKNOWN if any(one.unreadable for one in done) else Exit.FINE


def _tell(done: list[Done], *, diff: bool, written: bool) -> None:
    from troth.policy import render

    for one in done:
        if one.problems:
            say(render.text(one.problems, {one.file.as_posix(): one.before}, colour=colour()))
        if one.after is None:
            typer.echo(f"{one.file}: left alone: {one.reason or 'it cannot be read'}", err=True)
        elif one.changed and diff:
            typer.echo("".join(_diff(one)), nl=False)
        elif one.changed:
            say(f"{one.file}: {'formatted' if written else 'would be formatted'}")
    changed, alone = sum(one.changed for one in done), sum(one.after is None for one in done)
    if not diff:
        say(_summary(len(done), changed, alone, written=written))


def _summary(number: int, changed: int, alone: int, *, written: bool) -> str:
    from troth.policy.plain import count

    parts = [f"{count(changed, 'file')} {'formatted' if written else 'to format'}"] if changed else []
    parts += [f"{alone} left alone"] if alone else []
    fine = number - changed - alone
    return ", ".join([*parts, f"{fine if parts else count(fine, 'file')} fine already"])


def _diff(done: Done) -> Iterator[str]:
    from difflib import unified_diff

    name = done.file.as_posix()
    before, after = done.before.splitlines(keepends=True), (done.after or "").splitlines(keepends=True)
    for line in unified_diff(before, after, f"{name} (as it is)", f"{name} (formatted)"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _print(done: list[Done], *, written: bool) -> None:
    from troth.policy import render

    files = [
        {
            "file": one.file.as_posix(),
            "changed": one.changed,
            "left_alone": one.after is None,
            "reason": one.reason or None,
            "problems": render.as_json(one.problems),
        }
        for one in done
    ]
    print_json({"ok": all(one.after is not None for one in done), "written": written, "files": files})
