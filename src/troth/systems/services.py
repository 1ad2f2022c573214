"""The door to the outside systems: the registry of this deployment."""

import threading
from pathlib import Path

from troth import ground
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
            _cached = (key, load(path))
        return _cached[1]


def _version(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)
