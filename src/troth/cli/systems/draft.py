"""`troth systems draft`: begin a dataset file from a live database."""

from pathlib import Path
from typing import Annotated

import typer

from troth.cli.files import write_whole
from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target


def run(
    url: Annotated[str, typer.Argument(help="The database's address, or `env:NAME` of a variable that holds it.")],
    *,
    schema: Annotated[
        str | None, typer.Option(metavar="NAME", help="The schema to look at; the usual one if not given.")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, metavar="ROWS", help="Rows of each table whose values are judged; 0 for none.")
    ] = 200,
    title: Annotated[str, typer.Option(metavar="TITLE", help="What the dataset is called.")] = "Draft",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here instead of to standard output.")] = None,
    json: target.Json = False,
) -> None:
    """Look at a database, read only, and begin its dataset file: what columns hold, how tables hang together.

    A person corrects it. Values that were looked at are neither written nor printed. Exit code 1 if nobody could be
    found in it, 3 if the database could not be asked.
    """
    from troth.systems.mongo.address import is_mongo
    from troth.systems.sql import as_yaml
    from troth.systems.sql.draft.looking import look_at
    from troth.systems.sql.draft.making import NobodyThere, drafted

    where = target.address(url)
    if is_mongo(where):
        fail("a draft is made of a SQL database", Exit.USAGE, help="a document store has no tables to look at")
    with target.asking():
        looked = look_at(where, schema=schema, sample=sample)
    try:
        made = drafted(looked, title)
    except NobodyThere as problem:
        fail(str(problem))
    text = as_yaml.text(made.dataset, head=_head(looked.left_out, sample), comments=made.comments)
    if out:
        try:
            write_whole(out, text)
        except OSError as problem:
            fail(f"cannot write `{out}`: {problem.strerror}", Exit.UNKNOWN)
        typer.echo(f"written: {out}", err=True)
    if json:
        print_json({"dataset": text, "left_out": looked.left_out})
    elif not out:
        say(text.rstrip("\n"))


def _head(left_out: tuple[str, ...], sample: int) -> str:
    judged = f"names, types and up to {sample} rows of each table" if sample else "names and types"
    lines = [
        "A draft, made by looking at the database. Read every line before it is used.",
        f"Judged by {judged}. Percentages say how sure the guess is.",
        "Tables under `other_tables` hold nothing that looks personal: check that too.",
    ]
    if left_out:
        lines.append(f"Left out, since they are no tables: {', '.join(left_out)}.")
    return "\n".join(lines)
