"""Proofs hold for every tree, and for no other; the growing tree is the defined one."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from troth.evidence import merkle
from troth.evidence.merkle import Coordinate, Frontier, Node
from troth.evidence.offline.tree import Tree

MOST = 130


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def leaves_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def stored(nodes: list[Node], leaves: list[bytes]) -> dict[Coordinate, bytes]:
    return {Coordinate(n.level, n.offset): n.hash for n in nodes} | {
        Coordinate(0, i): leaf for i, leaf in enumerate(leaves)
    }


def roots(found: dict[Coordinate, bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    return [merkle.fold([found[at] for at in merkle.cover(start, end)]) for start, end in ranges]


@given(st.integers(0, MOST), st.integers(0, MOST))
def test_growing_tree_is_the_defined_one_in_any_batches(size: int, cut: int) -> None:
    leaves = leaves_of(size)
    tree, offline = Frontier(), Tree()
    nodes = tree.extend(leaves[:cut])
    again = Frontier(tree.size, list(tree.peaks))  # as taken up from storage
    nodes += again.extend(leaves[cut:])
    for leaf in leaves:
        offline.add(leaf)
    assert again.root() == defined_root(leaves) == offline.root()
    for level, offset, found in nodes:
        assert found == defined_root(leaves[offset << level : (offset + 1) << level])
    assert len(nodes) == len({node[:2] for node in nodes}) == size - size.bit_count()


@given(st.data(), st.integers(1, MOST))
def test_inclusion_proof_holds_and_no_other(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    found = stored(Frontier().extend(leaves), leaves)
    path = roots(found, merkle.inclusion_ranges(index, size))
    root = defined_root(leaves)
    assert merkle.root_of_inclusion(leaves[index], index, size, path) == root
    assert merkle.root_of_inclusion(merkle.leaf_hash(b"other"), index, size, path) != root
    for wrong in mutations(data, path):
        assert merkle.root_of_inclusion(leaves[index], index, size, wrong) != root
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda other: size == 1 or other != index))
    if elsewhere != index:
        assert merkle.root_of_inclusion(leaves[index], elsewhere, size, path) != root


@given(st.data(), st.integers(1, MOST))
def test_consistency_proof_holds_and_no_other(data: st.DataObject, new: int) -> None:
    leaves = leaves_of(new)
    old = data.draw(st.integers(1, new))
    found = stored(Frontier().extend(leaves), leaves)
    path = roots(found, merkle.consistency_ranges(old, new))
    old_root, new_root = defined_root(leaves[:old]), defined_root(leaves)
    assert merkle.consistent(old, old_root, new, new_root, path)
    forged = defined_root([merkle.leaf_hash(b"forged"), *leaves[1:old]])
    assert not merkle.consistent(old, forged, new, new_root, path)
    assert not merkle.consistent(old, old_root, new, forged, path)
    for wrong in mutations(data, path):
        assert not merkle.consistent(old, old_root, new, new_root, wrong)


def mutations(data: st.DataObject, path: list[bytes]) -> list[list[bytes]]:
    """The path one hash longer; and, unless it is empty, shorter, with a flipped bit, with two steps exchanged."""
    wrong = [[*path, bytes(32)]]
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        byte = data.draw(st.integers(0, 31))
        flipped = bytearray(path[at])
        flipped[byte] ^= 1 << data.draw(st.integers(0, 7))
        wrong += [[*path[:at], bytes(flipped), *path[at + 1 :]], path[:at] + path[at + 1 :]]
    if len(path) > 1:
        wrong.append([path[1], path[0], *path[2:]])
    return wrong
