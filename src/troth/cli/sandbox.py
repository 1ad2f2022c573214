"""`troth sandbox`: doubles of the vendors on this machine, to try policies and connectors without real accounts."""

from pathlib import Path
from typing import Annotated

import typer


def run(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.")] = 8801,
    state_file: Annotated[Path | None, typer.Option(help="Keep the state in this file over restarts.")] = None,
    finish_after: Annotated[float, typer.Option(help="Seconds until a vendor's background job is done.")] = 1.0,
) -> None:
    """Serve stateful doubles of Salesforce and HubSpot until interrupted."""
    from troth.systems.sandbox.__main__ import serve

    serve(port, state_file=state_file, finish_after=finish_after)
