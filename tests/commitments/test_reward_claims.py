"""Every account of a ledger can prove its cumulative reward, and nobody anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.errors import EmptyTree, MalformedEpoch
from commitments.leaves import LeafPlace, reward_leaf
from commitments.merkle import verify_proof
from commitments.rewards import build_reward_tree
from tests.kit.vectors import load_vectors
from tunefi.ids import ChainId, EpochId, parse_address

PLACE = LeafPlace(ChainId(31337), parse_address("0x" + "fa" * 20), EpochId(2))
ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: parse_address("0x" + raw.hex()))
LEDGERS = st.dictionaries(ADDRESSES, st.integers(1, 2**200), min_size=1, max_size=30)


@given(LEDGERS)
def test_every_account_proves_its_amount_and_no_other(ledger: dict[str, int]) -> None:
    tree = build_reward_tree(ledger.items(), PLACE)
    assert tree.total_cumulative_wei == sum(ledger.values())
    for address in ledger:
        claim = tree.claim(parse_address(address))
        assert claim is not None
        assert claim.cumulative_wei == ledger[address]
        leaf = reward_leaf(PLACE, claim.address, claim.cumulative_wei)
        assert verify_proof(tree.root, leaf, claim.proof)
        more = reward_leaf(PLACE, claim.address, claim.cumulative_wei + 1)
        assert not verify_proof(tree.root, more, claim.proof)


@given(LEDGERS)
def test_the_order_of_the_ledger_changes_nothing(ledger: dict[str, int]) -> None:
    entries = list(ledger.items())
    assert build_reward_tree(entries, PLACE).root == build_reward_tree(entries[::-1], PLACE).root


def test_the_leaf_of_a_single_account_is_the_root_of_the_vectors() -> None:
    case = load_vectors("leaves")["rewards"][1]
    place = LeafPlace(case["chain_id"], case["contract"], case["epoch"])
    tree = build_reward_tree([(case["address"], int(case["cumulative_wei"]))], place)
    assert "0x" + tree.root.hex() == case["leaf"]


def test_accounts_without_a_reward_have_no_leaf() -> None:
    one, two = "0x" + "01" * 20, "0x" + "02" * 20
    tree = build_reward_tree([(one, 5), (two, 0)], PLACE)
    assert tree.claim(parse_address(two)) is None
    assert tree.root == build_reward_tree([(one, 5)], PLACE).root
    with pytest.raises(EmptyTree):
        build_reward_tree([(two, 0)], PLACE)


def test_a_ledger_that_is_none_is_refused() -> None:
    one = "0x" + "ab" * 20
    for ledger in ([(one, 5), (one.upper().replace("0X", "0x"), 6)], [(one, -1)], [(one, 2**256)]):
        with pytest.raises(MalformedEpoch):
            build_reward_tree(ledger, PLACE)
