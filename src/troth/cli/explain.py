"""`troth explain`: what a code of `check` means."""

import re
from typing import Annotated

import typer

from troth.cli.output import Exit, colour, fail, print_json, say


def run(
    code: Annotated[
        str | None, typer.Argument(help="A code, such as T-0301; all codes are listed if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What a code of `check` means: why it should be so, an example of it wrong and one of it right, and the law."""
    if code is None:
        _list(json)
    else:
        _explain(_known(code), json)


def _list(json: bool) -> None:
    from troth.policy.codes import by_family, known

    if json:
        print_json(
            [{"code": c.code, "severity": c.severity, "title": c.title, "article": c.article} for c in known().values()]
        )
        return
    for title, codes in by_family():
        say(f"{title}\n")
        for each in codes:
            say(f"  {each.code}  {each.severity:7}  {each.title}")
        say()
    say("Explain one with `troth explain T-0301`.")


def _explain(code: str, json: bool) -> None:
    from troth.policy.codes import page
    from troth.policy.codes.shown import as_json, as_text, shown

    if json:
        print_json(as_json(shown(page(code))))
    else:
        say(as_text(shown(page(code), colour=colour()), colour=colour()))


def _known(code: str) -> str:
    """The code as it is written; out with what was meant, perhaps, if there is none."""
    from troth.policy.codes import known
    from troth.policy.problems import did_you_mean

    if code.upper() in known():
        return code.upper()
    digits = re.sub(r"\D", "", code)
    meant = did_you_mean(f"T-{digits:0>4}" if digits else code.upper(), known())
    fail(f"there is no code `{code}`", Exit.USAGE, help=meant or "`troth explain` lists all codes")
