"""Writes a bundle: the whole log up to a checkpoint in one zip that a stranger can check. Private to this room.

`manifest.json` what it is · `entries.jsonl` one canonical entry a line, in order · `leaves.bin` the leaf hashes, 32
bytes each, so that a reader can name the very entry that was changed · `checkpoint` the signed note ·
`checkpoints.jsonl` every note signed before, as JSON strings · `key` the verifier key (never to be trusted from here).
"""

import os
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path

import rfc8785

from troth.evidence import models, store
from troth.evidence.values import Checkpoint, LogDamaged

FORMAT = "troth-evidence/1"
_WINDOW = """
select position, body, leaf_hash from evidence_entry where position >= %s and position < %s order by position
"""


def write(path: Path, last: Checkpoint, verifier_key: str) -> Path:
    """Write the bundle beside `path`, then put it there in one step. Raises OSError, LogDamaged if a place is empty."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(fresh, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                _fill(archive, last, verifier_key)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path


def _fill(archive: zipfile.ZipFile, last: Checkpoint, verifier_key: str) -> None:
    origin = last.note.partition("\n")[0]
    manifest: dict[str, str | int] = {"format": FORMAT, "origin": origin, "size": last.size, "root": last.root.hex()}
    archive.writestr("manifest.json", rfc8785.dumps(manifest) + b"\n")
    archive.writestr("checkpoint", last.note)
    archive.writestr("key", f"{verifier_key}\n")
    _stream(archive, "checkpoints.jsonl", _notes(last.size))
    _stream(archive, "entries.jsonl", (body + b"\n" for body, _ in _entries(last.size)))
    _stream(archive, "leaves.bin", (leaf for _, leaf in _entries(last.size)))


def _stream(archive: zipfile.ZipFile, name: str, parts: Iterator[bytes]) -> None:
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)


def _notes(size: int) -> Iterator[bytes]:
    rows = models.Checkpoint.objects.filter(size__lte=size).order_by("size").values_list("note", flat=True)
    return (rfc8785.dumps(note) + b"\n" for note in rows.iterator(chunk_size=1000))


def _entries(size: int) -> Iterator[tuple[bytes, bytes]]:
    for start, end in store.windows(size):
        rows = store.fetch(_WINDOW, [start, end])
        if len(rows) != end - start:
            raise LogDamaged(f"entries are missing between positions {start} and {end}; run `troth evidence audit`")
        yield from ((bytes(body), bytes(leaf)) for _, body, leaf in rows)
