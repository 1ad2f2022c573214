"""The tree against known answers and against the definition in RFC 9162."""

import hashlib

import pytest

from troth.evidence.merkle import (
    Frontier,
    consistency_ranges,
    consistent,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_of_inclusion,
)

# The test leaves that Certificate Transparency implementations share, and the roots of their first 0 to 8.
LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b" !",
    b"01",
    b"@ABC",
    b"PQRSTUVW",
    b"`abcdefghijklmno",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_known_ones(size: int) -> None:
    tree = Frontier()
    tree.extend(leaf_hash(data) for data in LEAVES[:size])
    assert tree.root().hex() == ROOTS[size]


def test_leaves_and_nodes_are_hashed_apart() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(b"a") == hashlib.sha256(b"\x00a").digest()
    assert node_hash(left, right) != leaf_hash(left + right)


def test_ranges_of_the_example_in_rfc_9162() -> None:
    """Section 2.1.5: a tree of seven leaves; its proofs for d0, d3, d4, d6 and from 3, 4 and 6 leaves."""
    assert inclusion_ranges(0, 7) == [(1, 2), (2, 4), (4, 7)]  # b, h, l
    assert inclusion_ranges(3, 7) == [(2, 3), (0, 2), (4, 7)]  # c, g, l
    assert inclusion_ranges(4, 7) == [(5, 6), (6, 7), (0, 4)]  # f, j, k
    assert inclusion_ranges(6, 7) == [(4, 6), (0, 4)]  # i, k
    assert consistency_ranges(3, 7) == [(2, 3), (3, 4), (0, 2), (4, 7)]  # c, d, g, l
    assert consistency_ranges(4, 7) == [(4, 7)]  # l
    assert consistency_ranges(6, 7) == [(4, 6), (6, 7), (0, 4)]  # i, j, k


@pytest.mark.parametrize("index, size", [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_for_a_leaf_outside(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_ranges(index, size)
    assert root_of_inclusion(leaf_hash(b""), index, size, []) is None


@pytest.mark.parametrize("old, new", [(0, 3), (4, 3)])
def test_no_consistency_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no proof"):
        consistency_ranges(old, new)


def test_every_tree_extends_the_empty_one_only_with_its_true_root() -> None:
    empty = bytes.fromhex(ROOTS[0])
    assert consistent(0, empty, 3, bytes.fromhex(ROOTS[3]), [])
    assert not consistent(0, bytes(32), 3, bytes.fromhex(ROOTS[3]), [])
    assert not consistent(3, bytes.fromhex(ROOTS[3]), 2, bytes.fromhex(ROOTS[2]), [])
