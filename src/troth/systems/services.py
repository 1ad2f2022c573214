"""The door to the outside systems: the registry of this deployment."""

import hashlib
import threading
from pathlib import Path

from troth import ground
from troth.systems.allowance import ledger
from troth.systems.kit.base import System
from troth.systems.kit.pace import Pace
from troth.systems.registry import Registry, load

_lock = threading.Lock()
_cached: tuple[tuple[Path, int, int], Registry] | None = None


def registry() -> Registry:
    """The systems of the settings' systems file, read again when the file changes. Raises `SystemProblem`."""
    global _cached  # noqa: PLW0603 one registry a process: connections and tokens are kept in it
    path = ground.settings().systems_file
    with _lock:
        key = (path, *_version(path))
        if _cached is None or _cached[0] != key:
            _cached = (key, _together(load(path)))
        return _cached[1]


def _together(loaded: Registry) -> Registry:
    """All workers of the deployment count their calls to one account together."""
    shared = ledger()
    for system in loaded.all():
        pace = getattr(system, "pace", None)
        if shared and isinstance(pace, Pace):
            pace.share(shared, account(system))
    return loaded


def account(system: System) -> str:
    """What the calls of a system count for: its name and address, nothing secret."""
    url = str(getattr(getattr(system, "settings", None), "url", ""))
    return f"{system.name}@{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def _version(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)
