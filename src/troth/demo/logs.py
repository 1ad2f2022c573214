"""The demo's log folder: web access logs, Torque logs and session recordings, all synthetic, of all ages."""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import zstandard

_DAY = timedelta(days=1)
_ACTIONS = ("blueprint opened", "environment launched", "environment ended", "report viewed")
_PAGES = ("/", "/torque", "/pricing", "/blog", "/contact")

CLASSES: dict[str, dict[str, Any]] = {
    "access": {
        "pattern": "access-*.log*",
        "touchpoint": "browse-website",
        "rule": "website-logs",
        "by": "line",
        "time": r'\[(\d{2}/\w{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] "',
        "format": "%d/%b/%Y:%H:%M:%S %z",
        "lines": "common log",
        "holds": {"email": ["user", "request", "referer"]},
        "items": {"*": "log-files"},
    },
    "torque": {
        "pattern": "torque-*.jsonl*",
        "touchpoint": "torque-browse",
        "rule": "torque-logs",
        "by": "line",
        "time": r'"at": ?"([^"]+)"',
        "format": "iso",
        "lines": "json lines",
        "holds": {"email": ["user"]},
        "items": {"*": "log-files"},
    },
    "recordings": {
        "pattern": "recordings/*.json",
        "touchpoint": "torque-browse",
        "rule": "session-recordings",
        "by": "day",
        "lines": "json lines",
        "holds": {"email": ["user"]},
        "items": {"*": "session-recordings"},
        "on_erase": "delete file",
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


def plant_person(folder: Path, now: datetime, email: str) -> list[Path]:
    """Logs and a recording in which a person stands among others, days old and closed; returns their paths."""
    day = now - 4 * _DAY
    torque = [*_torque(day), *_torque(day, 3, email)]
    search = _access(day, 2, f"/contact?email={quote(email, safe='')}")
    mark = hashlib.sha256(email.encode()).hexdigest()[:8]  # no name tells whose it is
    return [
        _put(folder / f"torque-{day:%Y-%m}-{mark}.jsonl.zst", "".join(torque).encode(), day),
        _put(folder / f"access-{day:%Y-%m-%d}-{mark}.log.gz", "".join((*_access(day), *search)).encode(), day),
        _put(folder / "recordings" / f"session-{day:%Y-%m-%d}-{mark}.json", _recording(day, email), day),
    ]


def lines_about(folder: Path, email: str) -> int:
    """Lines of the folder that name the person, read without the product's own search."""
    marks = (email.lower().encode(), quote(email, safe="").lower().encode())
    lines = (line.lower() for path in folder.rglob("*") if path.is_file() for line in _get(path).splitlines())
    return sum(any(mark in line for mark in marks) for line in lines)


def plant_mixed(folder: Path, now: datetime) -> Path:
    """Puts an access log in place of which one half is past the limit and one half is not; returns its path."""
    old, young = now - LIMITS["access"] - 3 * _DAY, now - 5 * _DAY
    path = folder / "access-mixed.log.gz"
    return _put(path, "".join((*_access(old), *_access(young))).encode(), young)


def _access_file(folder: Path, day: datetime) -> Path:
    return folder / f"access-{day:%Y-%m-%d}.log"


def _recording_file(folder: Path, day: datetime) -> Path:
    return folder / "recordings" / f"session-{day:%Y-%m-%d}-{day.toordinal() % 1000:03}.json"


def _access(day: datetime, count: int = 50, asked: str = "") -> Iterable[str]:
    """Lines of the combined log format, addresses out of the documentation range of RFC 5737, ending at `day`."""
    for n in range(count, 0, -1):
        time = day - timedelta(seconds=37 * n)
        page = asked or _PAGES[n % len(_PAGES)]
        yield (
            f'192.0.2.{n % 254 + 1} - - [{time:%d/%b/%Y:%H:%M:%S +0000}] "GET {page} HTTP/1.1" 200 {1000 + n} '
            f'"-" "SyntheticBrowser/1.0"\n'
        )


def _torque(day: datetime, count: int = 50, user: str = "") -> Iterable[str]:
    for n in range(count, 0, -1):
        time = day - timedelta(seconds=61 * n)
        who = user or f"person{n}@example.net"
        entry = {"at": time.isoformat(), "user": who, "action": _ACTIONS[n % 4], "ip": f"198.51.100.{n % 254 + 1}"}
        yield json.dumps(entry) + "\n"


def _recording(day: datetime, user: str = "person1@example.net") -> bytes:
    events = [{"after_ms": 400 * n, "kind": "click", "x": 10 * n, "y": 7 * n} for n in range(40)]
    return json.dumps({"recorded_at": day.isoformat(), "user": user, "product": "torque", "events": events}).encode()


def _put(path: Path, content: bytes, changed: datetime) -> Path:
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = zstandard.ZstdCompressor().compress(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path


def _get(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    return zstandard.ZstdDecompressor().decompressobj().decompress(content) if path.suffix == ".zst" else content
