"""`troth serve`: everything a deployment runs, with one command."""

from typing import Annotated

import typer

from troth.cli.output import Exit, fail


def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8800,
    workers: Annotated[int, typer.Option(help="Web processes.", min=1, max=64)] = 2,
    concurrency: Annotated[int, typer.Option(help="Background jobs at a time.", min=1, max=64)] = 4,
    worker: Annotated[bool, typer.Option(help="Run a background worker beside the web.")] = True,
) -> None:
    """Run the database, the web and a background worker until Ctrl-C."""
    from troth.cli import processes

    plan = processes.Plan(host, port, workers, concurrency, worker)
    try:
        processes.serve(plan, lambda text: typer.echo(text, err=True), lambda: _addresses(plan.address))
    except processes.CannotServe as problem:
        fail(str(problem), Exit.UNKNOWN)


def _addresses(address: str) -> None:
    from troth import ground

    mail = "goes to the configured mail server" if ground.settings().smtp_url else f"{address}/mailbox/"
    typer.echo(f"Troth is ready at {address}")
    typer.echo(f"  privacy centre  {address}/")
    typer.echo(f"  console         {address}/console/")
    typer.echo(f"  mail            {mail}")


if __name__ == "__main__":
    typer.run(run)
