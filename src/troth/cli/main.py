"""`troth`: one command a module, loaded when it is called, so that help and checks start fast and import no Django."""

import os
import sys

import typer

from troth.cli.group import group

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
    "systems": "The systems that hold personal data: look into them, try them, describe new ones.",
    "staff": "People who work in the console, and links that sign them in.",
    "sandbox": "Doubles of the vendors on this machine, to try things with.",
    "demo": "The whole story on a world of its own.",
    "migrate": "Bring the database up to date.",
}
"""Command → what it does. Each is `troth.cli.<command>`, with a Typer `app` or a function `run`; absent ones are not
offered."""


def _module(name: str) -> str:
    return "troth.cli.imports" if name == "import" else f"troth.cli.{name}"  # `import` is no name for a module


app = typer.Typer(
    cls=group(COMMANDS, _module),
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
