"""The doubles there are: `double.py` of each vendor's folder, imported when the vendor is first called."""

from importlib import import_module
from pathlib import Path

from troth.systems import saas
from troth.systems.sandbox.double import Double


def vendors() -> tuple[str, ...]:
    """The names of the vendors that have a double, without importing any."""
    return tuple(sorted(path.parent.name for path in Path(saas.__path__[0]).glob("*/double.py")))


def double(vendor: str) -> type[Double]:
    """The double of a vendor."""
    module = import_module(f"{saas.__name__}.{vendor}.double")
    (found,) = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Double) and thing.__module__ == module.__name__
    ]
    return found
