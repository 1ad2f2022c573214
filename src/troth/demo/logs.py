"""The demo's log folder: web access logs, Torque logs and session recordings, all synthetic, of all ages."""

import gzip
import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

_DAY = timedelta(days=1)
_ACTIONS = ("blueprint opened", "environment launched", "environment ended", "report viewed")
_PAGES = ("/", "/torque", "/pricing", "/blog", "/contact")

CLASSES: dict[str, dict[str, str]] = {
    "access": {
        "pattern": "access-*.log*",
        "touchpoint": "browse-website",
        "rule": "website-logs",
        "by": "line",
        "time": r'\[(\d{2}/\w{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] "',
        "format": "%d/%b/%Y:%H:%M:%S %z",
    },
    "torque": {
        "pattern": "torque-*.jsonl*",
        "touchpoint": "torque-browse",
        "rule": "torque-logs",
        "by": "line",
        "time": r'"at": ?"([^"]+)"',
        "format": "iso",
    },
    "recordings": {
        "pattern": "recordings/*.json",
        "touchpoint": "torque-browse",
        "rule": "session-recordings",
        "by": "day",
    },
}
"""What an entry of systems.yaml says of the folder that `write` fills."""

LIMITS = {"access": timedelta(days=60), "torque": timedelta(days=360), "recordings": timedelta(days=30)}


def system(folder: Path) -> dict[str, Any]:
    """The entry of systems.yaml that describes the demo's log folder."""
    return {"connector": "files", "title": "Web site and Torque logs", "folder": str(folder), "classes": CLASSES}


def write(folder: Path, now: datetime) -> None:
    """Writes logs and recordings whose ages are all within the published periods at `now` (aware UTC)."""
    (folder / "recordings").mkdir(parents=True, exist_ok=True)
    for age in (0, 1, 20, 45, 58):
        _put(_access_file(folder, now - age * _DAY), "".join(_access(now - age * _DAY)).encode(), now - age * _DAY)
    for age, packed in ((2, ""), (40, ".gz"), (180, ".zst"), (350, ".gz")):
        day = now - age * _DAY
        _put(folder / f"torque-{day:%Y-%m}-{age}.jsonl{packed}", "".join(_torque(day)).encode(), day)
    for age in (1, 10, 28):
        day = now - age * _DAY
        _put(_recording_file(folder, day), _recording(day), day)


def plant_old(folder: Path, now: datetime, name: str = "access") -> Path:
    """Puts a file over its age in place, of class access, torque or recordings; returns its path."""
    day = now - LIMITS[name] - 10 * _DAY
    (folder / "recordings").mkdir(parents=True, exist_ok=True)
    if name == "recordings":
        return _put(_recording_file(folder, day), _recording(day), day)
    if name == "torque":
        return _put(folder / f"torque-{day:%Y-%m}-old.jsonl.zst", "".join(_torque(day)).encode(), day)
    return _put(_access_file(folder, day), "".join(_access(day)).encode(), day)


def plant_mixed(folder: Path, now: datetime) -> Path:
    """Puts an access log in place of which one half is past the limit and one half is not; returns its path."""
    old, young = now - LIMITS["access"] - 3 * _DAY, now - 5 * _DAY
    path = folder / "access-mixed.log.gz"
    return _put(path, "".join((*_access(old), *_access(young))).encode(), young)


def _access_file(folder: Path, day: datetime) -> Path:
    return folder / f"access-{day:%Y-%m-%d}.log"


def _recording_file(folder: Path, day: datetime) -> Path:
    return folder / "recordings" / f"session-{day:%Y-%m-%d}-{day.toordinal() % 1000:03}.json"


def _access(day: datetime, count: int = 50) -> Iterable[str]:
    """Lines of the combined log format, addresses out of the documentation range of RFC 5737, ending at `day`."""
    for n in range(count, 0, -1):
        time = day - timedelta(seconds=37 * n)
        page = _PAGES[n % len(_PAGES)]
        yield (
            f'192.0.2.{n % 254 + 1} - - [{time:%d/%b/%Y:%H:%M:%S +0000}] "GET {page} HTTP/1.1" 200 {1000 + n} '
            f'"-" "SyntheticBrowser/1.0"\n'
        )


def _torque(day: datetime, count: int = 50) -> Iterable[str]:
    for n in range(count, 0, -1):
        time = day - timedelta(seconds=61 * n)
        entry = {"at": time.isoformat(), "action": _ACTIONS[n % 4], "ip": f"198.51.100.{n % 254 + 1}", "status": "ok"}
        yield json.dumps(entry) + "\n"


def _recording(day: datetime) -> bytes:
    events = [{"after_ms": 400 * n, "kind": "click", "x": 10 * n, "y": 7 * n} for n in range(40)]
    return json.dumps({"recorded_at": day.isoformat(), "product": "torque", "events": events}).encode()


def _put(path: Path, content: bytes, changed: datetime) -> Path:
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = zstandard.ZstdCompressor().compress(content)
    path.write_bytes(content)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path
