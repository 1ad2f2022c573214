"""Which vendors there are: the modules of this folder."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from troth.systems import saas

if TYPE_CHECKING:
    from troth.systems.kit.saas import SaasSystem

_NOT_VENDORS = frozenset({"manifest"})


OWN = {"sql": ("troth.systems.sql.system", "SqlSystem"), "files": ("troth.systems.files.system", "FilesSystem")}
"""Connectors that are not a vendor's API. Named, not imported: their drivers load only where they are used."""


def connectors() -> tuple[str, ...]:
    """The names that a system, or a recipient of the policy, may give as its connector, without importing any."""
    return (*OWN, *vendors())


@cache
def vendors() -> tuple[str, ...]:
    """Connector names, without importing any of them."""
    found = (module.name for module in pkgutil.iter_modules(saas.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_") and name not in _NOT_VENDORS))


def connector(name: str) -> "type[SaasSystem]":
    """The connector class of vendor `name`. Raises `KeyError` when there is no such vendor."""
    from troth.systems.kit.saas import SaasSystem  # here: an HTTP client loads only where a vendor is used

    if name not in vendors():
        raise KeyError(name)
    module = import_module(f"{saas.__name__}.{name}")
    (found,) = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, SaasSystem) and thing.__module__ == module.__name__
    ]
    return found
