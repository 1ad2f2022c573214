"""Log lines in a zstd file of 100 MB: past ones go, a person's go, a person's or many people's are found.

The floor is `zstd -dc FILE | zstd -o OUT` where the program is here, else the same with its library, at the same level:
it unpacks and packs the whole file, in two processes, without looking at a byte. Ours unpacks and packs in two threads.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zstandard

from benchmarks._figure import Figure, Size, in_turns
from troth.demo.logs import CLASSES
from troth.systems.files.classes import FileClass
from troth.systems.files.system import FilesSystem
from troth.systems.kit.identifiers import Identifiers

LINES = 1_000_000
MANY = 10_000
ROUNDS = 3
LEAST = 0.5  # of the floor's speed, that every act on a file reaches
NOW = datetime.now(UTC).replace(microsecond=0)
BEFORE = NOW - timedelta(days=60)
ANN = Identifiers(email=("ann@example.org",), account=("u-31",), device=("192.0.2.77",))


def run(size: Size) -> Iterator[Figure]:
    lines = size.of(LINES, 100)
    with TemporaryDirectory() as made:
        folder = Path(made) / "logs"
        folder.mkdir()
        content = _log(lines)
        megabytes = len(content) / 1e6
        put = partial(_put, folder / "access-old.log.zst", _packed(content))
        del content
        acts = _acts(FilesSystem("logs", title="Logs", folder=folder, classes={"access": _class()}))
        for name, act in acts.items():
            ours, floor = in_turns(partial(_after, put, act), partial(_after, put, partial(_floor, folder)), ROUNDS)
            speed, least = megabytes / floor, LEAST * megabytes / floor
            yield Figure(name, megabytes / ours, "MB/s", speed, "zstd -dc | zstd of the file", least)


def _acts(system: FilesSystem) -> dict[str, Callable[[], Any]]:
    many = [(n, Identifiers(email=(f"person{n}@example.org",))) for n in range(MANY)]
    return {
        "log sweep by line, half is past": lambda: system.sweep("access", BEFORE),
        "log sweep by line, dry run": lambda: system.sweep("access", BEFORE, dry_run=True),
        "log purge by identifier, 0.4 % of lines": lambda: system.erase(ANN, key="1"),
        "log find by identifier, 0.4 % of lines": lambda: system.find(ANN),
        "log find by e-mail of 10,000 people at once": lambda: system.find_many(many),
    }


def _after(put: Callable[[], None], act: Callable[[], Any], _: int) -> None:
    put()
    act()


def _class() -> FileClass:
    holds = {"device": ["host"], "account": ["user"], "email": ["request"]}
    return FileClass.model_validate({**CLASSES["access"], "lines": "common log", "holds": holds})


def _put(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    os.utime(file, (NOW.timestamp() - 86_400,) * 2)


def _packed(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(content)


def _log(lines: int) -> bytes:
    """An access log over 20 days around the day that decides; every line is another."""
    start, step = BEFORE - timedelta(days=10), timedelta(days=20) / lines
    return b"".join(
        f"192.0.2.{n % 254 + 1} - - [{start + n * step:%d/%b/%Y:%H:%M:%S +0000}] "
        f'"GET /page/{n * 7919 % 10_007} HTTP/1.1" 200 {n % 50_000} "-" "SyntheticBrowser/1.0"\n'.encode()
        for n in range(lines)
    )


def _floor(folder: Path) -> None:
    file, target = folder / "access-old.log.zst", folder.parent / "floor.zst"
    program = shutil.which("zstd")
    if program:
        with subprocess.Popen([program, "-dcq", file], stdout=subprocess.PIPE) as unpack:
            subprocess.run([program, "-qfo", target], stdin=unpack.stdout, check=True)
        return
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True)
    with file.open("rb") as source, target.open("wb") as out:
        packer.copy_stream(zstandard.ZstdDecompressor().stream_reader(source), out)
