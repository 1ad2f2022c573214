"""The systems file: which systems there are, and how each is reached."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from troth import ground
from troth.systems import config
from troth.systems.homes import homes, where
from troth.systems.kit.base import System
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas import manifest

if TYPE_CHECKING:
    from troth.systems.files.system import FilesSystem
    from troth.systems.sql.system import SqlSystem


class Registry:
    """The systems of one deployment, in the order of the file."""

    def __init__(self, systems: Mapping[str, System], connectors: Mapping[str, str]) -> None:
        self._systems = dict(systems)
        self._connectors = dict(connectors)

    def all(self) -> tuple[System, ...]:
        """Every system."""
        return tuple(self._systems.values())

    def get(self, name: str) -> System:
        """The system called `name`. Raises `SystemProblem` when the file has none."""
        try:
            return self._systems[name]
        except KeyError:
            raise SystemProblem(
                f"the systems file has no system {name}; add it, or finish its open steps by hand",
                consequence="fix settings",
            ) from None

    def for_recipient(self, recipient: str) -> System | None:
        """The system through which a recipient of the policy gets its data; None when no connector serves it."""
        return next((system for system in self._systems.values() if system.recipient == recipient), None)

    def sql(self) -> "tuple[SqlSystem, ...]":
        """The databases."""
        return cast("tuple[SqlSystem, ...]", self._of("sql"))

    def files(self) -> "tuple[FilesSystem, ...]":
        """The file systems."""
        return cast("tuple[FilesSystem, ...]", self._of("files"))

    def _of(self, connector: str) -> tuple[System, ...]:
        return tuple(system for name, system in self._systems.items() if self._connectors[name] == connector)


def load(path: Path) -> Registry:
    """The registry of a systems file; empty when there is no file. Raises `SystemProblem` with every fault in it."""
    found = config.read(path)
    if path.exists() and not found.whole:  # one that lost its content is no deployment without systems
        raise SystemProblem(f"{path.name}: must hold `systems:` with one mapping a system", consequence="fix settings")
    entries = found.entries
    systems, faults = _made(entries, path.parent)
    if faults:
        raise SystemProblem(f"{path.name}: {'; '.join(faults)}", consequence="fix settings")
    return Registry(systems, {name: str(entry["connector"]) for name, entry in entries.items()})


def no_worse(before: config.SystemsFile, after: config.SystemsFile) -> None:
    """Judges a change of the file (`config.save`). Raises `SystemProblem` for a fault that was not there before: one
    entry that cannot be used stops all systems."""
    known = _made(before.entries, before.path.parent)[1]
    faults = [fault for fault in _made(after.entries, after.path.parent)[1] if fault not in known]
    if faults:
        raise SystemProblem("; ".join(faults), consequence="fix settings")


def _made(entries: config.Entries, base_dir: Path) -> tuple[dict[str, System], list[str]]:
    """Every system that can be made, and what is wrong."""
    systems: dict[str, System] = {}
    faults: list[str] = []
    for name, entry in entries.items():
        try:
            systems[name] = system(name, entry, base_dir)
        except SystemProblem as problem:
            faults.append(str(problem))
    return systems, faults + _shared_recipients(systems)


def system(name: str, entry: Mapping[str, Any], base_dir: Path) -> System:
    """One system from its entry. Raises `SystemProblem` (fix settings)."""
    settings = dict(entry)
    connector = str(settings.pop("connector", None))
    own = _own(base_dir)
    try:
        kind = manifest.kind(connector, own)
    except KeyError:
        known = ", ".join((*manifest.OWN, *homes(own)))
        raise SystemProblem(f"system {name}: connector must be one of {known}", consequence="fix settings") from None
    try:
        made: System = cast(Any, kind).from_config(name, settings, base_dir)
    except SystemProblem:
        raise
    except Exception as error:  # a connector's own fault stops it, not the others
        told = f"the connector {connector} fails with these settings ({type(error).__name__}{where(error)})"
        raise SystemProblem(f"system {name}: {told}", consequence="fix settings") from None
    return made


def _own(base_dir: Path) -> Path:
    """The deployment's own connectors: those beside this systems file, unless the settings name another folder."""
    settings = ground.settings()
    beside = base_dir / "connectors"
    named = settings.connectors
    return named if named and named != settings.systems_file.parent / "connectors" else beside


def _shared_recipients(systems: Mapping[str, System]) -> list[str]:
    """A recipient with two systems would get its data through whichever comes first: say so instead."""
    seen: dict[str, str] = {}
    faults = []
    for name, system in systems.items():
        if system.recipient is not None and seen.setdefault(system.recipient, name) != name:
            faults.append(f"systems {seen[system.recipient]} and {name} both serve the recipient {system.recipient}")
    return faults
