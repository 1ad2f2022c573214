"""`troth init`: a policy to begin with."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.policy.scaffold import Beginning, Scaffold

SCHEMA = Path(".troth") / "policy.schema.json"
SHOWN = 5


def run(
    folder: Annotated[Path, typer.Argument(help="The folder to fill; made if it is not there.")] = Path(),
    *,
    name: Annotated[
        str | None, typer.Option(help="What Troth calls the policy; from the company if not given.")
    ] = None,
    controller: Annotated[str, typer.Option(help="The company's legal name.")] = "Your Company",
    country: Annotated[str, typer.Option(help="Where it is established: two letters, such as `DE`.")] = "IE",
    contact: Annotated[str, typer.Option(help="Where people write to about their data.")] = "privacy@example.com",
    site: Annotated[str, typer.Option(help="The address of its web site.")] = "https://www.example.com",
    address: Annotated[str | None, typer.Option(help="Its postal address.")] = None,
    representative: Annotated[
        str | None, typer.Option(help="Its representative in the Union, if it is outside (GDPR Art. 27).")
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for what is not given, on a terminal.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Begin a policy: a few small, sound files with a contact form and a newsletter, to change as you like.

    What you do not say yet (a postal address, say) becomes an accepted gap with a day of review. A folder that holds
    files is refused with exit code 1.
    """
    _empty(folder)
    given = {"controller": controller, "country": country, "contact": contact, "site": site}
    given |= {"address": address or "", "representative": representative or ""}
    if ask:
        given |= _asked(given)
    from troth.policy.scaffold import Scaffold

    made = Scaffold(_beginning(name, given))
    written = _write(folder, made)
    if json:
        print_json({"ok": True, "folder": folder.as_posix(), "files": written, "open": [why for _, why in made.open]})
    else:
        _tell(folder, made, written)


def _empty(folder: Path) -> None:
    """A `.git` may be there: a repository without files is a good place to begin."""
    if folder.exists() and not folder.is_dir():
        fail(f"`{folder}` is not a folder")
    try:
        held = sorted(entry.name for entry in folder.iterdir() if entry.name != ".git") if folder.exists() else []
    except OSError as error:
        fail(f"cannot read `{folder}`: {error.strerror}", Exit.UNKNOWN)
    if held:
        more = f" and {len(held) - SHOWN} more" if len(held) > SHOWN else ""
        listed = ", ".join(f"`{one}`" for one in held[:SHOWN])
        fail(f"the folder `{folder}` holds files: {listed}{more}", help="name a new or an empty folder")


QUESTIONS = {
    "controller": "The company's legal name",
    "country": "Its country, in two letters",
    "contact": "Where people write to about their data",
    "site": "The address of its web site",
    "address": "Its postal address (may stay empty)",
    "representative": "Its representative in the European Union (may stay empty)",
}


def _asked(given: dict[str, str]) -> dict[str, str]:
    if not sys.stdin.isatty():
        fail("there is no terminal to ask on", Exit.USAGE, help="leave `--ask` out, and give what you know as options")
    from troth.law.adequacy import EEA

    answers: dict[str, str] = {}
    for key, question in QUESTIONS.items():
        if key == "representative" and answers["country"].upper() in EEA:
            continue
        answers[key] = typer.prompt(question, default=given[key]).strip()
    return answers


def _beginning(name: str | None, given: dict[str, str]) -> "Beginning":
    from troth.policy.scaffold import Beginning, named

    site = given["site"] if "://" in given["site"] else f"https://{given['site']}"
    country = given["country"].upper()
    called = name or named(given["controller"])
    for wrong in _wrong(called, country, given):
        fail(wrong, Exit.USAGE)
    day = ground.clock().date()
    return Beginning(
        called,
        given["controller"].strip(),
        country,
        given["contact"].strip(),
        site,
        day,
        given["address"].strip() or None,
        given["representative"].strip() or None,
    )


def _wrong(name: str, country: str, given: dict[str, str]) -> Iterator[str]:
    import re

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        yield f"`{name}` is not a name: use lower case letters, digits and hyphens"
    if not re.fullmatch(r"[A-Z]{2}", country):
        yield f"`{country}` is not a country: write its two letters of ISO 3166-1, such as `DE`"
    for key in ("controller", "contact"):
        if not given[key].strip() or not given[key].isprintable():
            yield f"the {key} must be a text on one line"
    if not all(given[key].isprintable() for key in ("site", "address", "representative")):
        yield "what you give must be text without line breaks"


def _write(folder: Path, made: "Scaffold") -> list[str]:
    from json import dumps

    from troth.cli.files import write_whole
    from troth.policy.schema import schema

    texts = made.texts | {SCHEMA.as_posix(): dumps(schema(), indent=2, ensure_ascii=False) + "\n"}
    try:
        for file, text in texts.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / file, text)
    except OSError as error:
        fail(f"cannot write into `{folder}`: {error.strerror}", Exit.UNKNOWN)
    return list(texts)


def _tell(folder: Path, made: "Scaffold", written: list[str]) -> None:
    where = "" if folder == Path() else f" {folder.as_posix()}"
    say(f"began the policy `{made.of.name}`{' in' if where else ''}{where}: {', '.join(written[:-1])}")
    for _, why in made.open:
        say(f"open: {why}; an accepted gap until {made.review}")
    say("\nnext:")
    say(f"  troth check{where}     is it complete, consistent, free of mistakes?")
    say(f"  troth notice{where}    what people will read")
    say(f"  troth plan{where}      what publishing it would do here")
