"""The Merkle tree of RFC 9162 section 2.1, as pure functions: hashes, roots, inclusion and consistency proofs.

A place in the tree is a `Coordinate(level, offset)`: the complete subtree over the leaves
`offset * 2**level` up to, not including, `(offset + 1) * 2**level`. Complete subtrees never change once made, so they
can be stored, and any root or proof is put together from a few of them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Coordinate(NamedTuple):
    """A complete subtree: level 0 is a leaf."""

    level: int
    offset: int


class Node(NamedTuple):
    """A complete subtree and its hash."""

    level: int
    offset: int
    hash: bytes


Range = tuple[int, int]  # leaves [start, end)


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf holding `data`: SHA-256(0x00 || data), RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right), RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def cover(start: int, end: int) -> Iterator[Coordinate]:
    """The complete subtrees, left to right, that make up the leaves [start, end) of a range found in a proof."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield Coordinate(level, start >> level)
        start += 1 << level


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root over the hashes of a `cover`, left to right; the empty tree's root when there are none."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def _split(size: int) -> int:
    """Largest power of two smaller than `size` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose roots, in this order, prove leaf `index` in a tree of `size` leaves (RFC 9162, 2.1.3.1).

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The ranges whose roots, in this order, prove that `new` leaves extend the first `old` (RFC 9162, 2.1.4.1).

    Raises ValueError unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"no proof leads from {old} to {new} leaves")
    start, end, found = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    if start:  # else the old tree is a subtree whose root the verifier already holds
        found.append((start, end))
    return found[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to from the leaf's hash (RFC 9162, 2.1.3.2); None if the path has a wrong length."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `new` leaves extends the tree of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return old == 0 <= new and not path and old_root == EMPTY_ROOT
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    return bool(steps) and _roots_of_consistency(old, new, steps) == (old_root, new_root)


def _roots_of_consistency(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    return (first, second) if last == 0 else None


@dataclass
class Frontier:
    """The right edge of a growing tree: `peaks` are the hashes of `cover(0, size)`. Memory is O(log size)."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf's hash; gives the complete subtrees (level 1 and up) it finished. Amortised one hash a leaf."""
        level, index, found, made = 0, self.size, leaf, []
        while index & 1:
            found = node_hash(self.peaks.pop(), found)
            level, index = level + 1, index >> 1
            made.append(Node(level, index, found))
        self.peaks.append(found)
        self.size += 1
        return made

    def extend(self, leaves: Iterable[bytes]) -> list[Node]:
        """Add many leaves' hashes in order; gives every complete subtree they finished."""
        return [node for leaf in leaves for node in self.append(leaf)]

    def root(self) -> bytes:
        """Root over all leaves so far."""
        return fold(self.peaks)
