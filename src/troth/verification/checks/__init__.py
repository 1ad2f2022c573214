"""The promise checks, one a module, found by name: each module has `ID` and `check(world)`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from troth.verification.world import Check


@cache
def every() -> dict[str, Check]:
    """Check id → check, in the order of their names."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {module.ID: module.check for module in modules}
