"""`troth import`: begin a policy from a document in another format."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.exports.tilt import Imported

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Begin a policy from a document in another format.",
)


@app.callback()
def _root() -> None:
    """Begin a policy from a document in another format."""


@app.command("tilt", short_help="From a TILT document (JSON).")
def tilt_command(
    file: Annotated[Path, typer.Argument(help="The TILT document (JSON).")],
    out: Annotated[Path, typer.Argument(help="The folder to write the policy to; new or empty.")],
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Begin a policy from a TILT document: what is there is carried over, the rest is reported.

    Exit code 0 if all content came over, 1 if the policy was written and some content was not, 3 if the file could not
    be read or is no TILT document; then nothing is written.
    """
    from troth.exports.tilt import NotTilt, read

    _free(out)
    try:
        with file.open("rb") as stream:
            raw = stream.read(16 * 1024 * 1024 + 1)
    except OSError as error:
        fail(f"cannot read `{file}`: {error.strerror}", Exit.UNKNOWN)
    try:
        made = read(raw)
    except NotTilt as error:
        fail(f"`{file}` is no TILT document: {error}", Exit.UNKNOWN)
    _write(made, out)
    (_print if json else _say)(made, out)
    raise typer.Exit(int(Exit.FINE if made.whole else Exit.BROKEN))


def _free(out: Path) -> None:
    """Out if the folder holds anything: an import never mixes with files that are there."""
    try:
        taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        fail(f"cannot look into `{out}`: {error.strerror}", Exit.UNKNOWN)
    if taken:
        fail(f"`{out}` is not an empty folder", Exit.USAGE, help="name one that is new or empty")


def _write(made: "Imported", out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in made.files.items():
            (out / name).write_text(text, "utf-8")
    except OSError as error:
        fail(f"cannot write to `{out}`: {error.strerror}", Exit.UNKNOWN)


def _print(made: "Imported", out: Path) -> None:
    lost = [{"path": one.path, "reason": one.reason, "says": one.says} for one in made.lost]
    lost_values = made.total - made.carried
    counts = {"values": made.total, "carried": made.carried, "as_words": made.worded, "not_carried": lost_values}
    print_json({"ok": made.whole, "folder": str(out), "files": sorted(made.files)} | counts | {"report": lost})


def _say(made: "Imported", out: Path) -> None:
    for one in made.lost:
        say(f"{one.path}: {one.says} ({one.reason})")
    if made.lost:
        say()
    words = f", {made.worded} of them as comments or plain words" if made.worded else ""
    say(f"{made.carried} of {made.total} values carried over to {len(made.files)} files in {out}{words}")
    say(f"now run `troth check {out}`: what the document leaves out, it names")
