"""The page of commands, from what Typer knows of them."""

from typing import Any

from typer.main import get_command

from troth.cli.main import app

INTRO = """\
# Commands

Every command says what it does with `--help`. Exit codes are the same everywhere: 0 fine; 1 a content problem or a
broken promise; 2 wrong usage; 3 something could not be read, or could not be told. Where several apply, 1 outranks 3.
"""


def tree(command: Any = None, path: tuple[str, ...] = ("troth",)) -> dict[tuple[str, ...], Any]:
    """Every command that does something, by its words."""
    command = command or get_command(app)
    if not hasattr(command, "list_commands"):
        return {path: command}
    found: dict[tuple[str, ...], Any] = {}
    for name in command.list_commands(None):
        found |= tree(command.get_command(None, name), (*path, name))
    return found


def page() -> str:
    parts = [INTRO]
    for path, command in tree().items():
        parts += [f"## {' '.join(path)}", f"`{usage(path, command)}`", _paragraphs(command.help or "")]
        table = [_line(parameter) for parameter in command.params if parameter.name != "help"]
        if table:
            parts.append("\n".join(["| | meaning | default |", "|---|---|---|", *table]))
    return "\n\n".join(part.strip() for part in parts)


def usage(path: tuple[str, ...], command: Any) -> str:
    """`troth check [OPTIONS] [FOLDER]`."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    named = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
    options = ["[OPTIONS]"] if len(command.params) > len(arguments) else []
    return " ".join([*path, *options, *named])


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _line(parameter: Any) -> str:
    return f"| {_names(parameter)} | {(parameter.help or '').strip()} | {_default(parameter)} |"


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _default(parameter: Any) -> str:
    if parameter.required:
        return "needed"
    value = parameter.default
    if value is None or value is False or value == () or callable(value):
        return ""
    return f"`{str(getattr(value, 'value', value)).lower() if value is True else getattr(value, 'value', value)}`"
