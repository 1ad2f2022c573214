"""`troth worker`: one more process for background work, here or on another machine."""

import sys
from typing import Annotated

import typer


def run(
    concurrency: Annotated[int, typer.Option(help="Jobs at a time.", min=1, max=64)] = 4,
) -> None:
    """Run background work until Ctrl-C; jobs that began are finished first."""
    from troth import ground

    ground.setup()
    from troth.work.worker import run_worker

    try:
        run_worker(concurrency=concurrency)
    except Exception as problem:
        # the text of a database error may repeat values, so only its kind is said
        typer.echo(f"error: the worker lost its footing ({type(problem).__name__}); is the database up?", err=True)
        sys.exit(3)


if __name__ == "__main__":
    typer.run(run)
