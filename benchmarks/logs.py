"""Sweeping log lines past their period: half of a zstd file's lines go, half stay.

The floor unpacks the whole file and packs its younger half, without looking at a line.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard

from benchmarks._figure import Figure, Size, seconds
from troth.demo.logs import CLASSES
from troth.systems.files.classes import FileClass
from troth.systems.files.local import LocalStore
from troth.systems.files.sweep import sweep

LINES = 1_000_000
NOW = datetime.now(UTC).replace(microsecond=0)
BEFORE = NOW - timedelta(days=60)


def run(size: Size) -> Iterator[Figure]:
    lines = size.of(LINES, 100)
    content = _log(lines)
    megabytes = len(content) / 1e6
    with TemporaryDirectory() as made:
        file = Path(made) / "access-old.log.zst"
        file.write_bytes(zstandard.ZstdCompressor(level=3, write_checksum=True).compress(content))
        os.utime(file, (NOW.timestamp() - 86_400,) * 2)
        spec = FileClass.model_validate(CLASSES["access"])
        floor = seconds(lambda: _floor(file, Path(made) / "floor"))
        dry = seconds(lambda: sweep(LocalStore(Path(made)), spec, BEFORE, now=NOW, dry_run=True))
        ours = seconds(lambda: sweep(LocalStore(Path(made)), spec, BEFORE, now=NOW, dry_run=False))
    yield Figure("log sweep by line", megabytes / ours, "MB/s", megabytes / floor, "zstd unpack, pack half")
    yield Figure("log sweep by line, dry run", megabytes / dry, "MB/s", megabytes / floor, "zstd unpack, pack half")


def _log(lines: int) -> bytes:
    """An access log over 20 days around the day that decides; every line is another."""
    start, step = BEFORE - timedelta(days=10), timedelta(days=20) / lines
    return b"".join(
        f"192.0.2.{n % 254 + 1} - - [{start + n * step:%d/%b/%Y:%H:%M:%S +0000}] "
        f'"GET /page/{n * 7919 % 10_007} HTTP/1.1" 200 {n % 50_000} "-" "SyntheticBrowser/1.0"\n'.encode()
        for n in range(lines)
    )


def _floor(file: Path, target: Path) -> None:
    half = file.stat().st_size // 2
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True)
    with file.open("rb") as source, target.open("wb") as out, packer.stream_writer(out) as packed:
        for chunk in zstandard.ZstdDecompressor().read_to_iter(source):
            if source.tell() > half:
                packed.write(chunk)
