"""Merkle trees in the form of OpenZeppelin's `standard-v1`.

Leaves are sorted and stand at the end of an array in falling order; node i hashes the sorted pair of
nodes 2 i + 1 and 2 i + 2; node 0 is the root. Owns the tree. Refuses to know what a leaf encodes.
Source: @openzeppelin/merkle-tree 1.0, MerkleProof.sol.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from commitments.errors import EmptyTree
from commitments.keccak_batch import Bytes, keccak256_rows
from tunefi.hashing import keccak256
from tunefi.ids import Hash32


@dataclass(frozen=True, eq=False)
class MerkleTree:
    """A tree over n leaves; build one with `build_tree`.

    Attributes:
        nodes: uint8 (2 n - 1, 32), the array of the OpenZeppelin library.
        positions: int64 (n,), index in `nodes` of each leaf in the order it was given.
    """

    nodes: Bytes = field(repr=False)
    positions: NDArray[np.int64] = field(repr=False)

    @property
    def root(self) -> Hash32:
        """The root."""
        return Hash32(self.nodes[0].tobytes())

    def proof(self, leaf_row: int) -> tuple[Hash32, ...]:
        """Return the siblings from the leaf to the root, for the leaf given at `leaf_row`."""
        siblings = []
        node = int(self.positions[leaf_row])
        while node > 0:
            sibling = node + 1 if node % 2 else node - 1
            siblings.append(Hash32(self.nodes[sibling].tobytes()))
            node = (node - 1) // 2
        return tuple(siblings)


def build_tree(leaves: Bytes) -> MerkleTree:
    """Return the tree of leaves.

    Args:
        leaves: uint8 (n, 32) in any order; proofs are asked for by this order.

    Raises:
        EmptyTree: There is no leaf.
    """
    count = len(leaves)
    if count == 0:
        raise EmptyTree
    order = np.lexsort(_as_words(leaves).T[::-1])
    nodes = np.empty((2 * count - 1, 32), np.uint8)
    nodes[count - 1 :] = leaves[order[::-1]]
    positions = np.empty(count, np.int64)
    positions[order] = np.arange(2 * count - 2, count - 2, -1)
    last = count - 2
    while last >= 0:
        # A row of the heap: all its children are complete once the row below is.
        first = 2 ** ((last + 1).bit_length() - 1) - 1
        nodes[first : last + 1] = _hash_pairs(
            nodes[2 * first + 1 : 2 * last + 2 : 2], nodes[2 * first + 2 : 2 * last + 3 : 2]
        )
        last = first - 1
    return MerkleTree(nodes, positions)


def compute_root(leaf: Hash32, proof: Sequence[Hash32]) -> Hash32:
    """Return the root that a leaf and a proof lead to."""
    node = leaf
    for sibling in proof:
        node = keccak256(min(node, sibling) + max(node, sibling))
    return node


def verify_proof(root: Hash32, leaf: Hash32, proof: Sequence[Hash32]) -> bool:
    """Return whether the proof leads from the leaf to the root."""
    return compute_root(leaf, proof) == root


def _as_words(hashes: Bytes) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(">u8").astype(np.uint64)


def _hash_pairs(left: Bytes, right: Bytes) -> Bytes:
    left_words, right_words = _as_words(left), _as_words(right)
    differs = left_words != right_words
    first = np.argmax(differs, axis=1)
    places = np.arange(len(left))
    swapped = (left_words[places, first] > right_words[places, first])[:, None]
    lower, higher = np.where(swapped, right, left), np.where(swapped, left, right)
    return keccak256_rows(np.hstack([lower, higher]))
