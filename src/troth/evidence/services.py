"""The one door for acts on the log: append, give places, sign, export."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import LiteralString

from django.db import connection, transaction

from troth.evidence import bundle, merkle, models, queries, signing, store
from troth.evidence.entry import JSON, UnfitEntry, encode
from troth.evidence.notes import checkpoint_text
from troth.evidence.values import Checkpoint, LogDamaged
from troth.prepared import Row

__all__ = [
    "JSON",
    "NotInTransaction",
    "UnfitEntry",
    "append",
    "append_many",
    "checkpoint",
    "export_bundle",
    "part",
    "sequence",
]

BATCH = 10_000
INSERTED = 1_000  # entries a statement


class NotInTransaction(RuntimeError):
    """An entry was appended outside the transaction of the act it tells of."""


def append(kind: str, *, person: str | None = None, facts: Mapping[str, JSON], at: datetime) -> int:
    """Write an entry in the caller's transaction; returns its id. One insert; waits for nobody.

    `kind` is dotted (`record.accepted`), `person` a pseudonym in hex, `facts` ids, counts, codes and digests: never
    values. Raises NotInTransaction outside `transaction.atomic`, UnfitEntry when the facts cannot be evidence.
    """
    (entry,) = append_many(kind, [(person, facts)], at=at)
    return entry


def append_many(kind: str, each: Iterable[tuple[str | None, Mapping[str, JSON]]], *, at: datetime) -> list[int]:
    """Write one entry for each (person, facts) in the caller's transaction, 1,000 a statement; their ids, in order.

    For acts on many people at once. Nothing is written if one is unfit. Otherwise as `append`.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"'{kind}' was appended outside a transaction; append inside the act's own atomic block")
    rows = [_row(kind, person, facts, at) for person, facts in each]
    batches = (rows[start : start + INSERTED] for start in range(0, len(rows), INSERTED))
    return [id for batch in batches for id in store.insert(kind, at, batch)]


def part(kind: str, *, person: str | None = None, facts: Mapping[str, JSON], at: datetime) -> tuple[LiteralString, Row]:
    """The entry as part of the caller's own statement, which is the act: SQL to end in `from` what it did, its values.

    For acts that run for every job, where one statement is a transaction. Raises UnfitEntry.
    """
    return store.PART, (kind, at, *_row(kind, person, facts, at))


def _row(kind: str, person: str | None, facts: Mapping[str, JSON], at: datetime) -> store.Row:
    body = encode(kind, at, person, facts)
    return person, body, merkle.leaf_hash(body)


def sequence(now: datetime) -> int:
    """Give every committed entry without a place the next one, in id order; returns how many.

    Works in batches of 10,000, each its own transaction when the caller has none, so memory stays flat and a kill
    loses nothing. One sequencer works at a time; writers never wait for it. An entry with a lower id that commits
    later is placed by the next run. Raises LogDamaged if the stored log does not fit together.
    """
    total = 0
    while True:
        with transaction.atomic():
            store.lock()
            placed = _place_batch()
        total += placed
        if placed < BATCH:
            return total


def _place_batch() -> int:
    size = store.sound_size()
    leaves = store.place(size, BATCH)
    if leaves:
        store.add_nodes(store.frontier(size).extend(leaves))
    return len(leaves)


def checkpoint(now: datetime) -> Checkpoint:
    """Place what is waiting, then sign the log as it stands; the latest one again if nothing was added.

    Before signing, the stored tree is proved to extend the checkpoint signed before it. Raises LogDamaged if it does
    not, `signing.UnusableSigningKey` if the key file cannot be used, and RuntimeError inside a transaction: what is
    signed must not be rolled back afterwards.
    """
    sequence(now)
    signer = signing.signer()
    with transaction.atomic(durable=True):
        store.lock()
        size, latest = store.sound_size(), queries.latest_checkpoint()
        if latest and latest.size == size:
            return latest
        root = _extending_root(size, latest)
        note = signer.sign(checkpoint_text(signer.name, size, root))
        models.Checkpoint.objects.create(size=size, root=root, note=note, at=now)
    return Checkpoint(size, root, note, now)


def _extending_root(size: int, latest: Checkpoint | None) -> bytes:
    """Root of the first `size` entries, proved to extend `latest`."""
    if latest is None or latest.size == 0:
        return store.frontier(size).root()
    path = merkle.consistency_ranges(latest.size, size)
    root, *steps = store.range_roots([(0, size), *path])
    if not merkle.consistent(latest.size, latest.root, size, root, steps):
        raise LogDamaged(
            f"the stored tree of {size} entries does not extend the checkpoint of {latest.size}; nothing was signed; "
            "run `troth evidence audit`"
        )
    return root


def export_bundle(path: Path, now: datetime) -> Path:
    """Sign a checkpoint and write a bundle of the whole log up to it to `path` (a zip, replaced atomically).

    Streams: memory does not grow with the log. Raises LogDamaged like `checkpoint`, OSError if it cannot be written.
    """
    last = checkpoint(now)
    return bundle.write(path, last, signing.signer().verifier_key)
