"""What commands on this deployment share: getting it ready, and saying so when it cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager

from troth import ground
from troth.cli.output import Exit, fail


def open_deployment() -> None:
    """Database and Django up; ends the command with 3 if they cannot be."""
    try:
        ground.setup()
    except (RuntimeError, OSError) as problem:
        fail(str(problem), Exit.UNKNOWN)


@contextmanager
def reading() -> Iterator[None]:
    """A database that does not answer ends the command with 3, in words."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as problem:
        fail(f"the database could not be read ({type(problem).__name__}); is it up and migrated?", Exit.UNKNOWN)
