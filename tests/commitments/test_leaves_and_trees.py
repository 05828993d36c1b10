"""Leaves, batches of hashes and trees are those of OpenZeppelin's library and of plain JavaScript."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments import keccak_batch, leaves
from commitments.errors import EmptyTree
from commitments.keccak_batch import keccak256_rows
from commitments.leaves import LeafPlace
from commitments.merkle import build_tree, verify_proof
from tests.kit.vectors import load_vectors, to_bytes
from tunefi.hashing import keccak256
from tunefi.ids import Hash32, hex_of

LEAVES = load_vectors("leaves")
TREES = load_vectors("trees")["trees"]


def place_of(case: dict[str, Any]) -> LeafPlace:
    return LeafPlace(case["chain_id"], case["contract"], case["epoch"])


def as_rows(hashes: list[str]) -> Any:
    return np.frombuffer(b"".join(map(to_bytes, hashes)), np.uint8).reshape(-1, 32)


def test_types_are_those_of_the_vectors() -> None:
    types = (leaves.TRACK_TYPE, leaves.LISTENER_TYPE, leaves.REWARD_TYPE)
    assert [hex_of(each) for each in types] == [LEAVES[f"type_{n}"] for n in ("track", "listener", "reward")]


@pytest.mark.parametrize("case", LEAVES["tracks"])
def test_track_leaves_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    vector = to_bytes(case["vector"])
    assert hex_of(leaves.track_value_hash(case["track_id"], vector)) == case["value_hash"]
    assert hex_of(leaves.track_leaf(place_of(case), case["row"], case["track_id"], vector)) == case["leaf"]


@pytest.mark.parametrize("case", LEAVES["listeners"])
def test_listener_leaves_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    place = place_of(case)
    salt = leaves.opening_salt(to_bytes(case["epoch_secret"]), place, case["address"])
    assert hex_of(salt) == case["salt"]
    parts = [to_bytes(case[part]) for part in ("vector", "excluded", "rows", "scores")]
    opening = leaves.opening_hash(salt, *parts)
    assert hex_of(opening) == case["opening_hash"]
    assert hex_of(leaves.listener_value_hash(case["address"], opening)) == case["value_hash"]
    assert hex_of(leaves.listener_leaf(place, case["row"], case["address"], opening)) == case["leaf"]


@pytest.mark.parametrize("case", LEAVES["rewards"])
def test_reward_leaves_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    wei = int(case["cumulative_wei"])
    assert hex_of(leaves.reward_value_hash(wei)) == case["value_hash"]
    assert hex_of(leaves.reward_leaf(place_of(case), case["address"], wei)) == case["leaf"]


@pytest.mark.parametrize("count", [3, 1500])
def test_leaves_built_together_are_those_built_alone(count: int) -> None:
    place = place_of(LEAVES["tracks"][1])
    random = np.random.default_rng(3)
    vectors = random.integers(-127, 128, (count, 32)).astype(np.int8)
    ids = [f"tráck:{row}" for row in range(count)]
    addresses = [LEAVES["rewards"][0]["address"]] * count
    openings = [keccak256(bytes([row % 256])) for row in range(count)]
    tracks = leaves.build_track_leaves(place, ids, vectors)
    listeners = leaves.build_listener_leaves(place, addresses, openings)
    for row in (0, 1, count - 1):
        assert tracks[row].tobytes() == leaves.track_leaf(place, row, ids[row], vectors[row].tobytes())
        alone = leaves.listener_leaf(place, row, addresses[row], openings[row])
        assert listeners[row].tobytes() == alone


@pytest.mark.parametrize("length", [0, 1, 64, 135, 136, 137, 192, 271, 272, 500])
def test_a_batch_hashes_as_the_single_hash_does(length: int) -> None:
    count = keccak_batch._BATCH_MIN + 3
    messages = np.random.default_rng(length).integers(0, 256, (count, length)).astype(np.uint8)
    expected = [keccak256(message.tobytes()) for message in messages]
    assert [digest.tobytes() for digest in keccak256_rows(messages)] == expected


@pytest.mark.parametrize("case", TREES, ids=lambda case: str(case["size"]))
def test_trees_are_those_of_the_openzeppelin_library(case: dict[str, Any]) -> None:
    tree = build_tree(as_rows(case["leaves"]))
    assert hex_of(tree.root) == case["root"]
    assert [hex_of(node.tobytes()) for node in tree.nodes] == case["nodes"]
    proofs = [[hex_of(sibling) for sibling in tree.proof(row)] for row in range(case["size"])]
    assert proofs == case["proofs"]


def test_a_tree_that_is_hashed_in_batches_proves_every_leaf() -> None:
    hashes = [keccak256(row.to_bytes(4, "big")) for row in range(2500)]
    tree = build_tree(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32))
    assert all(verify_proof(tree.root, hashes[row], tree.proof(row)) for row in range(0, 2500, 97))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True), st.data())
def test_a_proof_verifies_its_leaf_and_no_other(hashes: list[bytes], data: st.DataObject) -> None:
    tree = build_tree(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32))
    row = data.draw(st.integers(0, len(hashes) - 1))
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda leaf: leaf != hashes[row]))
    proof = tree.proof(row)
    assert verify_proof(tree.root, Hash32(hashes[row]), proof)
    assert not verify_proof(tree.root, Hash32(other), proof)
    neighbour = hashes[(row + 1) % len(hashes)]
    # With one leaf the root is the leaf; a neighbour's proof differs in its first sibling.
    assert len(hashes) == 1 or not verify_proof(tree.root, Hash32(neighbour), proof)


@given(st.permutations([keccak256(bytes([i])) for i in range(7)]))
def test_the_order_of_leaves_changes_no_root(order: list[bytes]) -> None:
    tree = build_tree(np.frombuffer(b"".join(order), np.uint8).reshape(-1, 32))
    assert tree.root == build_tree(np.frombuffer(b"".join(sorted(order)), np.uint8).reshape(-1, 32)).root


def test_a_tree_without_leaves_is_refused() -> None:
    with pytest.raises(EmptyTree):
        build_tree(np.empty((0, 32), np.uint8))
