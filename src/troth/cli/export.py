"""`troth export`: what a policy says, as data for other programs and for authorities."""

import sys
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli.output import Exit, fail, print_json

if TYPE_CHECKING:
    from troth.policy.model import Policy

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Print what a policy says, as data.",
)

Folder = Annotated[Path, typer.Argument(help="The folder with the policy's files.")]
Out = Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")]
Spoken = Annotated[
    str | None,
    typer.Option("--language", "--lang", help="In this language of the policy; that of its files if not given."),
]
Json = Annotated[bool, typer.Option("--json", help="It is JSON in any case.")]


class Format(StrEnum):
    csv = "csv"
    xlsx = "xlsx"
    json = "json"


class Form(StrEnum):
    controller = "controller"
    processor = "processor"


class Columns(StrEnum):
    art30 = "art30"
    cnil = "cnil"
    ico = "ico"


@app.callback()
def _root() -> None:
    """Print what a policy says, as data."""


@app.command("facts", short_help="Touchpoints, rows, recipients, rights and clauses, as JSON.")
def facts_command(folder: Folder = Path(), json: Json = False) -> None:
    """The facts of a policy: touchpoints, rows, recipients, rights, clauses. Exit code 1 if the policy has errors."""
    from troth.policy.facts import facts

    print_json(facts(_policy(folder, "its facts are not printed")))


@app.command("record", short_help="The record of processing activities (GDPR Art. 30).")
def record_command(
    folder: Folder = Path(),
    *,
    form: Annotated[
        Form, typer.Option(help="Whose record: what we answer for, or what we do on behalf of customers.")
    ] = Form.controller,
    columns: Annotated[Columns, typer.Option(help="The column set, for CSV and XLSX.")] = Columns.art30,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.csv,
    out: Out = None,
    language: Spoken = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The record as of this day; today if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """The record of processing activities (GDPR Art. 30). Exit code 1 if the policy has errors."""
    from troth.exports.record import as_csv, as_json, as_xlsx, record
    from troth.policy.digest import digest

    chosen = Format.json if json else format
    if chosen is Format.xlsx and out is None:
        fail("a workbook is not for a terminal", Exit.USAGE, help="name a file with `--out record.xlsx`")
    as_of = (day or ground.clock()).date()
    source = _policy(folder, "no record is written", as_of)
    spoken = language or source.languages[0]
    kept = record(_spoken(source, language), form=form.value, day=as_of, language=spoken, fingerprint=digest(source))
    if not kept.activities:
        typer.echo(f"note: the policy has no touchpoint in the role of {form.value}: the record is empty", err=True)
    writers: dict[Format, Callable[[], bytes]] = {
        Format.csv: lambda: as_csv(kept, columns.value),
        Format.xlsx: lambda: as_xlsx(kept, columns.value),
        Format.json: lambda: as_json(kept),
    }
    _write(writers[chosen](), out)


@app.command("dpv", short_help="JSON-LD in the terms of the Data Privacy Vocabulary.")
def dpv_command(
    folder: Folder = Path(),
    *,
    base: Annotated[
        str | None, typer.Option(help="The address it is to be served at; names are given below it.")
    ] = None,
    out: Out = None,
    language: Spoken = None,
    json: Json = False,
) -> None:
    """The policy in the terms of the W3C Data Privacy Vocabulary 2.3, as JSON-LD. Exit code 1 if it has errors."""
    from troth.exports.dpv import document
    from troth.policy.digest import digest

    source = _policy(folder, "no JSON-LD is written")
    policy, spoken = _spoken(source, language), language or source.languages[0]
    address = base or f"urn:troth:policy:{policy.name}"
    _write(_json(document(policy, base=address, language=spoken, fingerprint=digest(source))), out)


@app.command("tilt", short_help="A TILT document (JSON).")
def tilt_command(
    folder: Folder = Path(),
    *,
    url: Annotated[str | None, typer.Option(help="Where the policy is published; its first site if not given.")] = None,
    number: Annotated[int, typer.Option(help="The number of the version.", min=1)] = 1,
    out: Out = None,
    language: Spoken = None,
    json: Json = False,
) -> None:
    """The policy as a TILT document (JSON). What TILT has no place for is named on standard error.

    Exit code 1 if the policy has errors.
    """
    from troth.exports.tilt import document, left_out

    policy = _spoken(_policy(folder, "no TILT document is written"), language)
    made = document(policy, language=language or policy.languages[0], number=number, url=url)
    _write(_json(made), out)
    for words in left_out(policy):
        typer.echo(f"note: TILT has no place for {words}", err=True)


def _json(value: object) -> bytes:
    """Indented, since people read it; UTF-8."""
    from json import dumps

    return (dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _policy(folder: Path, otherwise: str, day: date | None = None) -> "Policy":
    """The policy of a folder; out with what is wrong, and `otherwise`, if it has errors."""
    from troth.policy import render
    from troth.policy.load import load
    from troth.policy.problems import Unreadable

    try:
        loaded = load(folder, today=day)
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)
    if loaded.policy is None:
        typer.echo(render.text([p for p in loaded.problems if p.stops], loaded.sources), err=True)
        fail(f"the policy has errors, so {otherwise}", help=f"run `troth check {folder}`")
    return loaded.policy


def _spoken(policy: "Policy", language: str | None) -> "Policy":
    """The policy in one of its languages; out if it does not speak it."""
    if language is None:
        return policy
    from troth.policy.localise import localised

    if language not in policy.languages:
        spoken = ", ".join(f"`{one}`" for one in policy.languages)
        fail(f"the policy does not speak `{language}`", Exit.USAGE, help=f"its languages are {spoken}")
    return localised(policy, language)


def _write(content: bytes, out: Path | None) -> None:
    """To the file, or as they are to standard output. Out with the reason if the file cannot be written."""
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"cannot write `{out}`: {error.strerror}", Exit.UNKNOWN)
