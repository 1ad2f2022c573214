"""`troth`: one command a module, loaded when it is called, so that help and checks start fast and import no Django."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # none is ours; the search reads every package

COMMANDS = {
    "init": "Begin a policy: a small, sound one to change.",
    "check": "Check a policy: all its problems at once, each with its place.",
    "explain": "What a code of `check` means: why, wrong, right, the law behind it.",
    "fmt": "Format policy files; comments stay.",
    "schema": "The JSON Schema of policy files, for editors.",
    "translate": "What of a policy is not translated yet, and a file to fill in.",
    "diff": "What changed between two policies, how much it matters and to whom.",
    "notice": "Write the notice: HTML, Markdown, PDF, JSON, JSON-LD.",
    "export": "Write what a policy says in other formats: record of processing, DPV, TILT, facts.",
    "import": "Begin a policy from a document in another format.",
    "plan": "What publishing a policy would do here: who is told, what lapses, what stops.",
    "publish": "Publish a policy as planned: from its day on it is what runs.",
    "serve": "Serve the notice, forms, privacy centre and console, with a worker.",
    "worker": "Work off background tasks.",
    "verify": "Check the promises against the real systems.",
    "sweep": "Erase what is past its period.",
    "evidence": "Export and verify evidence.",
    "staff": "People who work in the console, and links that sign them in.",
    "sandbox": "Doubles of Salesforce and HubSpot on this machine, to try things with.",
    "demo": "The whole story on a world of its own.",
    "migrate": "Bring the database up to date.",
}
"""Command → what it does. Each is `troth.cli.<command>`, with a Typer `app` or a function `run`; absent ones are not
offered."""


def _module(name: str) -> str:
    return "troth.cli.imports" if name == "import" else f"troth.cli.{name}"  # `import` is no name for a module


class Commands(TyperGroup):
    """Finds commands by name and imports only the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in COMMANDS if find_spec(_module(name))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(_module(cmd_name))
        app = getattr(module, "app", None) or _single(module.run)
        command = get_command(app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


def _single(run: Any) -> typer.Typer:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(run)
    return app


app = typer.Typer(
    cls=Commands,
    name="troth",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """A privacy policy that runs: declare it once, check it, publish it, run it, prove it."""


def main() -> None:
    """The entry point of `troth`. Its exit codes are those of `troth.cli.output.Exit`."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit as done:
        if "django" not in sys.modules:
            _leave(done)
        raise


def _leave(done: SystemExit) -> None:
    """Ends now. Without Django nothing is open any more: only memory is left, and taking it apart piece by piece would
    be a tenth of the time that `troth check` takes."""
    if not isinstance(done.code, int | None):
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # nobody reads any more; Python says so in its own way
    os._exit(done.code or 0)
