"""Re-hashes the stored log against its tree and its checkpoints. Private to this room; see `queries.audit`."""

import json
from collections.abc import Iterator
from datetime import datetime

from troth.evidence import models, signing, store
from troth.evidence.entry import rfc3339
from troth.evidence.merkle import EMPTY_ROOT, Frontier, Node, leaf_hash
from troth.evidence.notes import Signer, checkpoint_text
from troth.evidence.values import Audit

MOST_PROBLEMS = 50
_WINDOW = """
select position, id, kind, at, person, body, leaf_hash
from evidence_entry where position >= %s and position < %s order by position
"""
Row = tuple[int, int, str, datetime, str | None, bytes, bytes]


def audit() -> Audit:
    """See `queries.audit`."""
    extent = store.extent()
    walk = _Walk(signing.signer(), extent.signed)
    if problem := extent.problem():
        walk.note(problem)
    walk.run(extent.placed)
    return Audit(not walk.problems, walk.tree.size, tuple(walk.problems))


class _Walk:
    """One pass over the log in order, growing a tree of its own from the entries' bodies."""

    def __init__(self, signer: Signer, signed: int) -> None:
        self.problems: list[str] = []
        self.tree = Frontier()
        self.signer = signer
        self.marks = _checkpoints(signed)
        self.mark = next(self.marks, None)
        self.comparing = True

    def note(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        elif len(self.problems) == MOST_PROBLEMS:
            self.problems.append("there are more problems; only the first are listed")

    def run(self, size: int) -> None:
        self.meet_checkpoints()
        for start, end in store.windows(size):
            made = self.read(start, end)
            if self.tree.size != end:
                return  # a hole: nothing after it can be judged
            self.compare_nodes(made)
        while self.mark:  # checkpoints beyond the log's end
            self.check_signature(self.mark)
            self.mark = next(self.marks, None)

    def read(self, start: int, end: int) -> list[Node]:
        made: list[Node] = []
        for row in store.fetch(_WINDOW, [start, end]):
            if row[0] != self.tree.size:
                break
            self.check_row(row)
            made += self.tree.append(leaf_hash(bytes(row[5])))
            self.meet_checkpoints()
        if self.tree.size != end:
            self.note(f"position {self.tree.size} is empty: an entry is missing; nothing after it was judged")
        return made

    def check_row(self, row: Row) -> None:
        position, entry, kind, at, person, body, leaf = row
        where = f"entry {entry} at position {position}"
        if leaf_hash(bytes(body)) != bytes(leaf):
            self.note(f"{where}: its body was changed, or its leaf hash was")
        if _told(bytes(body)) != (kind, rfc3339(at), person):
            self.note(f"{where}: its kind, time or person column does not say what its body says")

    def meet_checkpoints(self) -> None:
        while self.mark and self.mark.size == self.tree.size:
            self.check_signature(self.mark)
            self.check_root(self.mark)
            self.mark = next(self.marks, None)

    def check_signature(self, mark: models.Checkpoint) -> None:
        text = checkpoint_text(self.signer.name, mark.size, bytes(mark.root))
        if not mark.note.startswith(f"{text}\n") or not self.signer.signed(mark.note):
            self.note(f"the checkpoint of {mark.size} entries is not what this deployment's key signed")

    def check_root(self, mark: models.Checkpoint) -> None:
        root = self.tree.root() if self.tree.size else EMPTY_ROOT
        if self.comparing and root != bytes(mark.root):
            self.comparing = False  # every later root differs for the same reason
            self.note(f"the first {mark.size} entries are not those the checkpoint of {mark.size} signed")

    def compare_nodes(self, made: list[Node]) -> None:
        if self.problems:
            return  # nodes would only repeat it
        for level, index in store.wrong_nodes(made):
            self.note(f"tree node {level}/{index} is missing or does not fit the entries under it")


def _checkpoints(signed: int) -> Iterator[models.Checkpoint]:
    rows = models.Checkpoint.objects.filter(size__lte=signed).order_by("size")
    return rows.iterator(chunk_size=1000)


def _told(body: bytes) -> tuple[object, object, object] | None:
    try:
        told = json.loads(body)
        return told["kind"], told["at"], told.get("person")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
