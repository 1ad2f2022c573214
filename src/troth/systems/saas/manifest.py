"""Which vendors there are: the folders beside this file."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from troth.systems import saas

if TYPE_CHECKING:
    from troth.systems.kit.saas import SaasSystem

OWN = {"sql": ("troth.systems.sql.system", "SqlSystem"), "files": ("troth.systems.files.system", "FilesSystem")}
"""Connectors that are not a vendor's API. Named, not imported: their drivers load only where they are used."""


def connectors() -> tuple[str, ...]:
    """The names that a system, or a recipient of the policy, may give as its connector, without importing any."""
    return (*OWN, *vendors())


@cache
def vendors() -> tuple[str, ...]:
    """Connector names, without importing any of them: the folders', with `-` for `_` as in every id of the files."""
    folder = Path(saas.__path__[0])
    return tuple(sorted(path.parent.name.replace("_", "-") for path in folder.glob("*/connector.py")))


def connector(name: str) -> "type[SaasSystem]":
    """The connector class of vendor `name` (or its folder). Raises `KeyError` when there is no such vendor."""
    from troth.systems.kit.saas import SaasSystem  # here: an HTTP client loads only where a vendor is used

    if name.replace("_", "-") not in vendors():
        raise KeyError(name)
    module = import_module(f"{saas.__name__}.{name.replace('-', '_')}.connector")
    (found,) = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, SaasSystem) and thing.__module__ == module.__name__
    ]
    return found
