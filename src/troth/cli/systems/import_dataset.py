"""`troth systems import-dataset`: a fideslang dataset file as one of ours."""

from pathlib import Path
from typing import Annotated

import typer

from troth.cli.files import write_whole
from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target


def run(
    file: Annotated[Path, typer.Argument(help="A fideslang dataset file.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here instead of to standard output.")] = None,
    dataset_key: target.Keys = None,
    nested: Annotated[
        bool, typer.Option("--nested", help="For a document store: parts of documents become columns of their own.")
    ] = False,
    json: target.Json = False,
) -> None:
    """Turn a fideslang dataset file into one of Troth's, and say what was decided on the way.

    Exit code 1 with every problem and its line if the file cannot be used, 3 if it cannot be read.
    """
    from troth.systems.sql import as_yaml, fideslang
    from troth.systems.sql.dataset import DatasetError

    try:
        made = fideslang.parse(target.text_of(file), file=str(file), keys=dataset_key or (), nested=nested)
    except DatasetError as wrong:
        target.refuse_dataset(wrong, file)
    head = f"Made from {file.name} ({', '.join(made.keys)}). Read it through before it is used."
    text = as_yaml.text(made.dataset, head=head)
    if out:
        _write(out, text)
    if json:
        notes = [{"line": note.line, "where": note.where, "message": note.message} for note in made.notes]
        print_json({"keys": made.keys, "notes": notes, "dataset": text})
        return
    if not out:
        say(text.rstrip("\n"))
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)


def _write(out: Path, text: str) -> None:
    try:
        write_whole(out, text)
    except OSError as problem:
        fail(f"cannot write `{out}`: {problem.strerror}", Exit.UNKNOWN)
    typer.echo(f"written: {out}", err=True)
