"""The doubles there are: `double.py` of each vendor's folder."""

from importlib import import_module
from pathlib import Path

from troth.systems import saas
from troth.systems.sandbox.double import Double


def doubles() -> tuple[type[Double], ...]:
    """A class for each vendor that has a double, by the vendor's name."""
    folders = sorted(path.parent.name for path in Path(saas.__path__[0]).glob("*/double.py"))
    return tuple(_double(name) for name in folders)


def _double(name: str) -> type[Double]:
    module = import_module(f"{saas.__name__}.{name}.double")
    (found,) = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Double) and thing.__module__ == module.__name__
    ]
    return found
