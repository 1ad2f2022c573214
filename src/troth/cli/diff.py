"""`troth diff`: what changed between two policies, how much it matters and to whom."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from troth.cli.output import Exit, colour, fail, print_json, say

if TYPE_CHECKING:
    from troth.cli.revisions import Named
    from troth.policy.difference.told import Told
    from troth.policy.load import Loaded
    from troth.policy.model import Policy


class Format(StrEnum):
    text = "text"
    json = "json"
    markdown = "markdown"


def run(  # noqa: PLR0917  the options of a command
    old: Annotated[str, typer.Argument(help="The folder with the old policy, or `REV:FOLDER` as it was in git.")],
    new: Annotated[str | None, typer.Argument(help="The folder with the new policy, or `REV:FOLDER`.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="REV", help="With one folder: what changed in it since this revision of git.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show changes of wording too.")] = False,
    format: Annotated[
        Format, typer.Option(help="How to print the changes: `markdown` for a comment on a pull request.")
    ] = Format.text,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    lang: Annotated[
        str | None, typer.Option(help="The language to tell the changes in; that of the new policy if not given.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit code 1 if anything changed that is not wording alone.")
    ] = False,
) -> None:
    """What changed between two policies: heaviest first, with who is concerned, why, and where it stands.

    Exit code 0 whatever changed; 1 if one of the policies has errors, or with --exit-code; 3 if one cannot be read.
    """
    names = _names(old, new, since)
    before, after = (_load(name) for name in names)
    if before.policy is None or after.policy is None:
        _tell_problems([(name, one) for name, one in zip(names, (before, after), strict=True) if one.policy is None])
        raise typer.Exit(int(Exit.BROKEN))
    from troth.policy.difference.told import told

    language = _language(after.policy, lang)
    listed = told(before.policy, after.policy, language=language, places=after.places, was=before.places)
    shown = Shown(listed, (before, after), names, every, language)
    PRINT[Format.json if json else format](shown)
    loud = any(not one.change.silent for one in listed)
    raise typer.Exit(int(Exit.BROKEN if exit_code and loud else Exit.FINE))


def _names(old: str, new: str | None, since: str | None) -> "tuple[Named, Named]":
    from troth.cli.revisions import Named, named
    from troth.cli.revisions import since as revision
    from troth.policy.problems import Unreadable

    if (new is None) is (since is None):
        raise typer.BadParameter("name two policies, or one folder and `--since REV`")
    if since is None:
        return named(old), named(new or "")
    try:
        return revision(Path(old), since), Named(old)
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN, help="`--since` needs a folder inside a git repository")


def _load(name: "Named") -> "Loaded":
    """The policy of that name, judged as of the day it takes effect."""
    from troth.cli.revisions import NoRevision, folder_of
    from troth.policy.load import load
    from troth.policy.problems import Unreadable

    try:
        with folder_of(name) as folder:
            return load(folder)
    except Unreadable as error:
        shallow = "a shallow clone lacks most revisions: fetch the one you compare with, or the whole history"
        fail(f"`{name}`: {error}", Exit.UNKNOWN, help=shallow if isinstance(error, NoRevision) else None)


def _tell_problems(broken: "list[tuple[Named, Loaded]]") -> None:
    from troth.policy import render

    for name, loaded in broken:
        stopping = [problem for problem in loaded.problems if problem.stops]
        typer.echo(render.text(stopping, loaded.sources, base=f"{name}/"), err=True)
    which = " and ".join(f"`{name}`" for name, _ in broken)
    verb = "has" if len(broken) == 1 else "have"
    typer.echo(f"error: {which} {verb} errors, so nothing can be compared", err=True)


def _language(policy: "Policy", asked: str | None) -> str:
    """The language to speak: English where nobody asked and there are no words of the policy's own."""
    from troth.policy.languages import BUILT_IN, ENGLISH
    from troth.policy.localise import source_language

    language = asked or source_language(policy)
    if language in policy.wording or language.partition("-")[0] in BUILT_IN:
        return language
    if asked is None:
        return ENGLISH
    help = "`en` and `de` come with Troth; the words of others stand under `wording` in the policy's files"
    fail(f"there are no words in `{asked}`", Exit.USAGE, help=help)


class Shown(NamedTuple):
    """What there is to print."""

    listed: "tuple[Told, ...]"
    both: "tuple[Loaded, Loaded]"
    names: "tuple[Named, Named]"
    every: bool
    language: str

    def where(self, one: "Told") -> str:
        """The place of a change as the reader has it: in the file here, or at the revision it was read from."""
        if one.place is None:
            return ""
        name = self.names[0] if one.change.gone else self.names[1]
        return f"{os.path.join(str(name), one.place.file)}:{one.place.line}:{one.place.column}"


def _text(shown: Shown) -> None:
    from troth.policy.difference import report

    say(report.text(shown.listed, shown.where, every=shown.every, colour=colour(), language=shown.language))


def _markdown(shown: Shown) -> None:
    from troth.policy.difference import report
    from troth.policy.localise import localised

    new = shown.both[1].policy
    title = localised(new, shown.language).title if new else ""
    say(report.markdown(shown.listed, shown.where, every=shown.every, title=title, language=shown.language))


def _json(shown: Shown) -> None:
    from troth.policy.difference import report
    from troth.policy.difference.told import counts

    sides = {side: _side(name, one) for side, name, one in zip(("old", "new"), shown.names, shown.both, strict=True)}
    found = counts([one.change for one in shown.listed])
    print_json({**sides, "counts": found, "changes": report.data(shown.listed, shown.where)})


def _side(name: "Named", loaded: "Loaded") -> dict[str, Any]:
    from troth.policy.digest import digest

    policy = loaded.policy
    known = {"digest": digest(policy), "effective": policy.effective} if policy else {}
    return {"from": str(name), **known}


PRINT = {Format.text: _text, Format.markdown: _markdown, Format.json: _json}
