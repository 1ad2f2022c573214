"""What the commands share: exit codes, and printing of problems and JSON."""

import json
import os
import sys
from enum import IntEnum
from typing import Any, NoReturn

import typer


class Exit(IntEnum):
    """Exit codes, everywhere. Where several apply, BROKEN outranks UNKNOWN."""

    FINE = 0
    BROKEN = 1
    """A content problem, or a promise that is broken."""
    USAGE = 2
    UNKNOWN = 3
    """Something could not be read, or could not be told."""


def say(text: str = "") -> None:
    """A line for people, on standard output."""
    typer.echo(text)


def colour() -> bool:
    """True if standard output is a terminal that shows colour and nobody asked for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_json(value: Any) -> None:
    """One JSON document on standard output; indented for a terminal, on one line for a pipe."""
    indent = 2 if sys.stdout.isatty() else None
    typer.echo(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def fail(message: str, code: Exit = Exit.BROKEN, *, help: str | None = None) -> NoReturn:
    """An error for people on standard error, then out with the code."""
    typer.echo(f"error: {message}", err=True)
    if help:
        typer.echo(f"  = help: {help}", err=True)
    raise typer.Exit(int(code))
