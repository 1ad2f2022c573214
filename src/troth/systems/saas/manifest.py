"""Which connectors there are: the folders beside this file, those of the deployment, and those that are no vendor's."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from troth import ground
from troth.systems.homes import Home, built_in, homes, own_homes

if TYPE_CHECKING:
    from troth.systems.kit.base import System
    from troth.systems.kit.saas import SaasSystem

OWN = {
    "sql": ("troth.systems.sql.system", "SqlSystem"),
    "mongodb": ("troth.systems.mongo.system", "MongoSystem"),
    "files": ("troth.systems.files.system", "FilesSystem"),
    "rest": ("troth.systems.rest.system", "RestSystem"),
}
"""Connectors that are not a vendor's API. Named, not imported: their drivers load only where they are used."""


def connectors() -> tuple[str, ...]:
    """The names that a system, or a recipient of the policy, may give as its connector, without importing any.

    Those of the deployment among them.
    """
    return tuple(dict.fromkeys((*OWN, *built_in(), *own_homes(ground.settings().connectors))))


def vendors() -> tuple[str, ...]:
    """Names of the vendors' connectors Troth brings, without importing any of them."""
    return tuple(built_in())


def connector(name: str, own: Path | None = None) -> "type[SaasSystem]":
    """The connector class of vendor `name` (or its folder), Troth's or of the folder `own`.

    Raises `KeyError` when there is no such vendor, `SystemProblem` when its file does not load.
    """
    from troth.systems.kit.saas import SaasSystem  # here: an HTTP client loads only where a vendor is used

    return home(name, own).only("connector", SaasSystem)


def home(name: str, own: Path | None = None) -> Home:
    """The folder of vendor `name`. Raises `KeyError`."""
    return homes(own)[name.replace("_", "-")]


def kind(name: str, own: Path | None = None) -> "type[System]":
    """The class of any connector, a vendor's or not. Raises `KeyError`, `SystemProblem`."""
    if name not in OWN:
        return connector(name, own)
    module, of = OWN[name]
    made: type[System] = getattr(import_module(module), of)
    return made
