"""`verify`: the offline verifier's one entrance."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from troth.evidence.offline.archive import FORMAT, Archive, strict_json
from troth.evidence.offline.note import Key, Signed, read_checkpoint, read_key
from troth.evidence.offline.problems import Unsound
from troth.evidence.offline.walk import Mark, Walk, history, leaves_are_signed, merged


@dataclass(frozen=True)
class Verdict:
    """Whether the bundle is what the trusted key signed; if not, why. Size and root (base64) are the signed ones,
    0 and empty when no valid checkpoint was found."""

    ok: bool
    problems: tuple[str, ...]
    size: int
    root: str


def verify(bundle: Path, trusted_key: str, since: str | None = None) -> Verdict:
    """Check a bundle under a verifier key got elsewhere; with `since`, the text of a checkpoint the reader holds, also
    that the log only grew since then.

    Finds every changed, dropped, added or reordered entry. A bundle that cannot be understood fails; it never raises.
    Raises UnusableKey when `trusted_key` is no verifier key, OSError when the bundle cannot be read at all.
    """
    key = read_key(trusted_key)
    with open(bundle, "rb") as file:
        try:
            with Archive(file) as archive:
                return _Judge(archive, key).judge(since)
        except Unsound as problem:
            return Verdict(False, (str(problem),), 0, "")


class _Judge:
    def __init__(self, archive: Archive, key: Key) -> None:
        self._archive = archive
        self._key = key
        self._problems: list[str] = []

    def judge(self, since: str | None) -> Verdict:
        last = read_checkpoint(self._archive.text("checkpoint"), self._key, "the bundle's checkpoint")
        with self._noting():
            self._labels(last)
        held = None
        if since is not None:
            with self._noting():
                held = self._held(since, last)
        self._entries(last, held)
        problems = tuple(self._problems)
        return Verdict(not problems, problems, last.size, base64.b64encode(last.root).decode())

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except Unsound as problem:
            self._problems.append(str(problem))

    def _labels(self, last: Signed) -> None:
        """The unsigned parts must repeat what was signed, or a careless reader would be misled."""
        manifest = strict_json(self._archive.text("manifest.json"), "manifest.json")
        told = {"format": FORMAT, "origin": self._key.name, "size": last.size, "root": last.root.hex()}
        if manifest != told:
            raise Unsound(f"manifest.json is not of the format {FORMAT}, or does not repeat what the checkpoint says")
        if self._archive.text("key").strip() != self._key.text:
            raise Unsound("the key in the bundle is not the trusted key")

    def _held(self, since: str, last: Signed) -> Mark:
        signed = read_checkpoint(since, self._key, "the checkpoint you hold")
        if signed.size > last.size:
            raise Unsound(
                f"the log is shorter than it was: the bundle ends at {last.size} entries, "
                f"the checkpoint you hold covers {signed.size}"
            )
        return Mark(signed, f"the checkpoint of {signed.size} you hold")

    def _entries(self, last: Signed, held: Mark | None) -> None:
        leaves_signed = False
        with self._noting():
            leaves_signed = leaves_are_signed(self._archive, last)
            if not leaves_signed:
                raise Unsound("leaves.bin is not what the checkpoint signed")
        with self._noting():
            Walk(self._archive, last, merged(history(self._archive, self._key, last), held)).run(leaves_signed)
