"""`troth systems new-connector`: begins a connector of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from troth import ground
from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target


def run(
    name: Annotated[str, typer.Argument(help="Of the connector, such as `acme-crm`.")],
    into: Annotated[
        Path | None, typer.Option(help="The folder of connectors; else `connectors` beside the systems file.")
    ] = None,
    json: target.Json = False,
) -> None:
    """Begin a connector: its class, the contract of the calls it makes, a double of the vendor, and a test.

    What is written passes its test; what is not yet written says so. Changes nothing that is there.
    """
    from troth.systems.scaffold.begin import Refused, begin

    folder = into or ground.settings().connectors or Path("connectors")
    try:
        made = begin(name, folder)
    except Refused as problem:
        fail(str(problem), Exit.USAGE)
    except OSError as problem:
        fail(f"{folder} cannot be written ({type(problem).__name__})", Exit.UNKNOWN)
    if json:
        print_json({"files": [str(path) for path in made]})
        return
    shown = [_near(path) for path in made]
    say("\n".join(str(path) for path in shown))
    say(f"\nTry it: `pytest {shown[-1]}`, `troth systems capabilities {name}`")


def _near(path: Path) -> Path:
    """The path as seen from here, where it lies below."""
    here = Path.cwd()
    return path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path
