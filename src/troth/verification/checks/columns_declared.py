"""Every column of the connected databases is declared in their dataset files."""

from collections.abc import Iterator

from troth.systems.kit.base import Columns, System
from troth.systems.kit.outcomes import SystemProblem
from troth.verification.rules import Result
from troth.verification.world import World, untold

ID = "columns-declared"
EXPECTED = "every column is declared in the dataset file"


def check(world: World) -> Iterator[Result]:
    """One result a database."""
    databases = [system for system in world.systems.all() if isinstance(system, Columns)]
    if not databases:
        yield Result(ID, "Databases", "excluded", EXPECTED, "no database is connected", "datasets")
    for system in databases:
        assert isinstance(system, System)
        where = f"dataset of {system.name}"
        try:
            declared, live = system.columns()
        except SystemProblem as problem:
            yield untold(ID, system.title, EXPECTED, where, problem)
            continue
        extra, gone = sorted(live - declared), sorted(declared - live)
        details = {"undeclared": extra, "missing": gone}
        if extra:
            found = f"{len(extra)} not declared: {', '.join(extra[:5])}"
            step = "declare the column with its data item in the dataset file, or remove it"
            yield Result(ID, system.title, "broken", EXPECTED, found, where, step, details)
        elif gone:
            found = f"declared but not there: {', '.join(gone[:5])}"
            yield Result(ID, system.title, "warned", EXPECTED, found, where, "take it out of the dataset file", details)
        else:
            yield Result(ID, system.title, "kept", EXPECTED, f"{len(live)} columns, all declared", where)
