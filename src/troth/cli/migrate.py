"""`troth migrate`: bring the database's tables up to date."""

import typer


def run() -> None:
    """Bring the database's tables up to date; does nothing if they are."""
    from troth import ground
    from troth.cli import database

    database.end_with_us()
    ground.setup()
    from troth.work.schema import migrate

    steps = migrate()
    typer.echo(f"{steps} steps applied" if steps else "the tables are up to date")


if __name__ == "__main__":
    typer.run(run)
