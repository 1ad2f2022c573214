"""Where connectors and doubles lie: a folder each, Troth's own and those of a deployment."""

import hashlib
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from troth.systems import saas
from troth.systems.kit.outcomes import SystemProblem

T = TypeVar("T")
BUILT_IN = Path(saas.__path__[0])


@dataclass(frozen=True)
class Home:
    """The folder of one connector: `connector.py`, `contract.yaml`, `double.py`.

    `name` is the folder's; a system, or a recipient of the policy, gives it with `-` for `_`, as every id.
    """

    name: str
    folder: Path

    @property
    def id(self) -> str:
        return self.name.replace("_", "-")

    @property
    def package(self) -> str:
        """The package its modules belong to: Troth's own, or one made for this folder alone."""
        if self.folder.parent == BUILT_IN:
            return f"{saas.__name__}.{self.name}"
        return f"troth_connector_{self.name}_{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"

    def only(self, part: str, kind: type[T]) -> type[T]:
        """The one subclass of `kind` that the module `part` (`connector`, `double`) defines.

        Raises `SystemProblem` (fix settings) naming file and line when the module does not load or defines another
        number of them.
        """
        try:
            module = self._module(part)
        except Exception as error:
            raise self._fault(f"{part}.py{_line(error, self.folder)}: {type(error).__name__}") from None
        found = [
            thing
            for thing in vars(module).values()
            if isinstance(thing, type) and issubclass(thing, kind) and thing.__module__ == module.__name__
        ]
        if len(found) != 1:
            names = ", ".join(one.__name__ for one in found) or "none"
            raise self._fault(f"{part}.py must define one subclass of {kind.__name__}; it defines {names}")
        return found[0]

    def _module(self, part: str) -> ModuleType:
        if self.package not in sys.modules and self.folder.parent != BUILT_IN:
            spec = ModuleSpec(self.package, loader=None, is_package=True)
            spec.submodule_search_locations = [str(self.folder)]
            sys.modules[self.package] = module_from_spec(spec)
        return import_module(f"{self.package}.{part}")

    def _fault(self, what: str) -> SystemProblem:
        return SystemProblem(f"connector {self.id}: {self.folder.name}/{what}", consequence="fix settings")


@cache
def built_in() -> Mapping[str, Home]:
    """Connector id → home, of those Troth brings, without importing any."""
    return {home.id: home for home in _in(BUILT_IN)}


def own_homes(own: Path | None) -> dict[str, Home]:
    """Connector id → home, of those in the folder `own`, without importing any."""
    return {home.id: home for home in _in(own)} if own else {}


def homes(own: Path | None = None) -> Mapping[str, Home]:
    """Those, and those of the folder `own`. Raises `SystemProblem` when one of its names is taken."""
    mine = own_homes(own)
    taken = sorted(mine.keys() & (built_in().keys() | RESERVED))
    if taken:
        raise SystemProblem(
            f"{own}: Troth has a connector {taken[0]} already; give the folder another name", consequence="fix settings"
        )
    return {**built_in(), **mine}


RESERVED = frozenset({"sql", "files", "mongodb", "rest"})


def _in(folder: Path) -> Iterator[Home]:
    paths = sorted(path.parent for path in folder.glob("*/connector.py"))
    return (Home(path.name, path.resolve()) for path in paths if path.name.isidentifier())


def where(error: BaseException) -> str:
    """`, connector.py line 7`: the last file and line an error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    return f", {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""


def _line(error: BaseException, folder: Path) -> str:
    """` line 7`: the last line of a file of this folder that the error went through; empty when there is none."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f" line {error.lineno}"
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder
    ]
    return f" line {lines[-1]}" if lines else ""
