"""Groups of commands that import only the command that is called, so that help and checks start fast."""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command


def group(commands: Mapping[str, str], module_of: Callable[[str], str]) -> type[TyperGroup]:
    """A class of groups: command → what it does, each in the module `module_of` names, with a Typer `app` or a
    function `run`. Commands whose module is absent are not offered."""

    class Lazy(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return [name for name in commands if find_spec(module_of(name))]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name not in self.list_commands(ctx):
                return None
            module = import_module(module_of(cmd_name))
            app = getattr(module, "app", None) or _single(module.run)
            command = get_command(app)
            command.name = cmd_name
            return command

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            offered = [(name, commands[name]) for name in self.list_commands(ctx)]
            if offered:
                with formatter.section("Commands"):
                    formatter.write_dl(offered)

    return Lazy


def _single(run: Any) -> typer.Typer:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(run)
    return app
