"""`troth staff`: people who work in the console, and links that sign them in once."""

import re
from typing import Annotated

import typer

from troth.cli import database
from troth.cli.output import Exit, fail, print_json, say

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Email = Annotated[str, typer.Argument(help="The address of the member of staff.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")]


@app.callback()
def _group() -> None:
    """People who work in the console, and links that sign them in."""


@app.command()
def add(email: Email, json: Json = False) -> None:
    """Add a member of staff; one that is there already stays, and may enter again if it was closed."""
    _usable(email)
    database.ready()
    from troth.web import staff

    user = staff.add(email)
    if json:
        print_json({"ok": True, "staff": user.pk})
    else:
        say(f"added as staff {user.pk}; `troth staff link` makes a link that signs them in")


@app.command()
def link(email: Email, json: Json = False) -> None:
    """Print an address that signs a member of staff in: it works once, and for 12 hours."""
    _usable(email)
    database.ready()
    from troth.web import staff

    try:
        url = staff.link(email)
    except LookupError as problem:
        fail(str(problem), Exit.BROKEN)
    if json:
        print_json({"ok": True, "url": url})
    else:
        say(url)


@app.command()
def password(email: Email) -> None:
    """Ask for a new password of a member of staff, twice, and set it."""
    _usable(email)
    database.ready()
    from troth.web import staff

    try:
        staff.find(email)
        staff.set_password(email, typer.prompt("New password", hide_input=True, confirmation_prompt=True))
    except (LookupError, ValueError) as problem:
        fail(str(problem), Exit.BROKEN)
    say("the password is set")


def _usable(email: str) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        fail("this is no email address", Exit.USAGE, help="write it as name@example.com")
