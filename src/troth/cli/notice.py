"""`troth notice`: the notice of a policy as a file that stands on its own."""

import json as jsonlib
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli.output import Exit, fail

if TYPE_CHECKING:
    from troth.notice import Document
    from troth.policy.model import Policy


class Format(StrEnum):
    html = "html"
    md = "md"
    pdf = "pdf"
    json = "json"
    jsonld = "jsonld"


def run(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")] = Path(),
    *,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.html,
    lang: Annotated[
        str | None,
        typer.Option("--lang", "--language", help="The language, by its tag; that of the files if not given."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    before: Annotated[
        list[Path] | None,
        typer.Option(help="The folder of an earlier version, for the history; may be given again, oldest first."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Write the notice of a policy. Exit code 1 if the policy has errors."""
    form = Format.json if json else format
    if form is Format.pdf and out is None and sys.stdout.isatty():
        fail("a PDF is not for a terminal", Exit.USAGE, help="name a file with `--out notice.pdf`")
    policy, earlier = _policy(folder), [_policy(each) for each in before or ()]
    _write(_made(form, policy, earlier, _language(policy, lang, folder)), out)


def _made(form: Format, policy: "Policy", earlier: Sequence["Policy"], language: str) -> bytes:
    if form is Format.json:
        from troth.notice.as_data import data
        from troth.policy.digest import digest

        said = data(policy, language, number=None, fingerprint=digest(policy), effective=policy.effective)
        return _json(said)
    if form is Format.jsonld:
        from troth.exports.dpv import document as dpv
        from troth.policy.digest import digest
        from troth.policy.localise import localised

        base, spoken = f"urn:troth:policy:{policy.name}", localised(policy, language)
        return _json(dpv(spoken, base=base, language=language, fingerprint=digest(policy)))
    document = _document(policy, earlier, language)
    if form is Format.pdf:
        return _pdf(document)
    if form is Format.md:
        from troth.notice.as_markdown import markdown

        return markdown(document).encode()
    from troth.notice.as_html import page

    return page(document, style=_style()).encode()


def _document(policy: "Policy", earlier: Sequence["Policy"], language: str) -> "Document":
    from troth.notice import document
    from troth.notice.history import editions

    number = len(earlier) + 1 if earlier else None
    versions = ((n, each.effective, each) for n, each in enumerate([*earlier, policy], start=1))
    history = editions(versions, language) if earlier else ()
    return document(policy, language, number=number, history=history)


def _pdf(document: "Document") -> bytes:
    from troth.notice.as_pdf import NoTypst, pdf

    try:
        return pdf(document)
    except NoTypst as error:
        fail(str(error), Exit.UNKNOWN, help="run `pip install 'troth[pdf]'`, or take `--format html`")


def _style() -> str:
    """The one stylesheet, set into the page so that nothing is fetched."""
    from importlib.resources import files

    return (files("troth") / "web" / "static" / "troth.css").read_text("utf-8")


def _json(value: object) -> bytes:
    return (jsonlib.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _language(policy: "Policy", asked: str | None, folder: Path) -> str:
    """The language to write in; what it lacks is told on standard error."""
    from troth.policy.checks.translations import TAG
    from troth.policy.localise import completeness, source_language

    if asked is None or asked == source_language(policy):
        return source_language(policy)
    if not TAG.fullmatch(asked):
        fail(f"`{asked}` is no language tag", Exit.USAGE, help="write one such as `de` or `pt-BR`")
    done = completeness(policy, asked)
    texts, wording = len(done.missing), len(done.wording_missing)
    lacks = [f"{texts} texts have no translation into `{asked}` and stay as they are"] if texts else []
    lacks += [f"{wording} words of the pages are missing and stand in English"] if wording else []
    if lacks:
        typer.echo(f"note: {'; '.join(lacks)}; see `troth translate {folder} {asked}`", err=True)
    return asked


def _policy(folder: Path) -> "Policy":
    from troth.policy import render
    from troth.policy.load import load
    from troth.policy.problems import Unreadable

    try:
        loaded = load(folder, today=ground.clock().date())
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)
    if loaded.policy is None:
        typer.echo(render.text([p for p in loaded.problems if p.stops], loaded.sources), err=True)
        fail("the policy has errors, so its notice is not written", help=f"run `troth check {folder}`")
    return loaded.policy


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"cannot write {out}: {error.strerror}", Exit.UNKNOWN)
