"""What keepers sign has the digests of the vectors, member for member."""

from collections.abc import Callable
from typing import Any

import pytest

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.typed_data import (
    COMMITMENT_MEMBERS,
    DOMAIN_MEMBERS,
    REWARD_ROOT_MEMBERS,
    struct_hash,
    type_string,
    typed_data_digest,
)
from tests.kit.vectors import load_vectors, to_bytes
from tunefi.hashing import keccak256
from tunefi.ids import hex_of

GIVEN = load_vectors("commitment")


def values_of(case: dict[str, Any], members: Any) -> list[Any]:
    read: dict[str, Callable[[Any], Any]] = {"bytes32": to_bytes, "string": str}
    return [read.get(kind, int)(case[name]) for kind, name in members]


def test_type_strings_have_no_space_after_commas() -> None:
    for name, members, key in (
        ("Commitment", COMMITMENT_MEMBERS, "commitment"),
        ("RewardRoot", REWARD_ROOT_MEMBERS, "reward_root"),
    ):
        text = type_string(name, members)
        assert text == GIVEN[f"{key}_type"]
        assert hex_of(keccak256(text.encode())) == GIVEN[f"{key}_type_hash"]


@pytest.mark.parametrize("case", GIVEN["commitments"], ids=["with a CID", "without"])
def test_commitments_have_the_digests_of_the_vectors(case: dict[str, Any]) -> None:
    commitment = EpochCommitment(*values_of(case, COMMITMENT_MEMBERS))
    typed = commitment.typed_data(GIVEN["chain_id"], GIVEN["recommendation_graph"])
    assert (
        hex_of(struct_hash("EIP712Domain", DOMAIN_MEMBERS, typed["domain"]))
        == (GIVEN["commitment_domain_separator"])
    )
    assert hex_of(struct_hash("Commitment", COMMITMENT_MEMBERS, typed["message"])) == case["struct_hash"]
    assert hex_of(typed_data_digest(typed)) == case["digest"]
    assert commitment.to_tuple() == tuple(values_of(case, COMMITMENT_MEMBERS))


@pytest.mark.parametrize("case", GIVEN["reward_roots"], ids=["funded", "empty"])
def test_reward_roots_have_the_digests_of_the_vectors(case: dict[str, Any]) -> None:
    root = RewardRoot(*values_of(case, REWARD_ROOT_MEMBERS))
    typed = root.typed_data(GIVEN["chain_id"], GIVEN["fan_engagement"])
    assert hex_of(struct_hash("RewardRoot", REWARD_ROOT_MEMBERS, typed["message"])) == case["struct_hash"]
    assert hex_of(typed_data_digest(typed)) == case["digest"]


def test_another_chain_or_contract_gives_another_digest() -> None:
    commitment = EpochCommitment(*values_of(GIVEN["commitments"][0], COMMITMENT_MEMBERS))
    places = [
        (GIVEN["chain_id"], GIVEN["recommendation_graph"]),
        (1, GIVEN["recommendation_graph"]),
        (GIVEN["chain_id"], GIVEN["fan_engagement"]),
    ]
    assert len({typed_data_digest(commitment.typed_data(*place)) for place in places}) == 3
