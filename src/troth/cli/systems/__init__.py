"""`troth systems …`: the systems of a deployment, and datasets and connectors for more of them."""

import typer

from troth.cli.group import group

COMMANDS = {
    "list": "The systems of the systems file, and what each can do.",
    "test": "Whether a system answers, with its address and credentials.",
    "find": "What a database holds about a person.",
    "erase": "Erase a person from a database; --dry-run shows what would go.",
    "draft": "Begin a dataset file from a live database.",
    "import-dataset": "Turn a fideslang dataset file into one of Troth's.",
    "capabilities": "What each connector does, verb by verb.",
    "new-connector": "Begin a connector of your own: class, contract, double, test.",
}
"""Subcommand → what it does."""


def _module(name: str) -> str:
    return f"troth.cli.systems.{'listing' if name == 'list' else name.replace('-', '_')}"


app = typer.Typer(
    cls=group(COMMANDS, _module),
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    """The systems that hold personal data: look into them, try them, describe new ones."""
