"""The tree of cumulative rewards and the claims that are proved against it.

Owns leaves and proofs of rewards. Refuses to know how a reward is earned (`engagement`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from commitments.errors import MalformedEpoch
from commitments.leaves import LeafPlace, reward_leaf
from commitments.merkle import MerkleTree, build_tree
from tunefi.ids import Address, Hash32, Wei, parse_address


@dataclass(frozen=True)
class RewardClaim:
    """What one account shows to FanEngagement.

    Attributes:
        address: The account.
        cumulative_wei: Everything it earned up to the epoch.
        proof: Siblings from its leaf to the root.
    """

    address: Address
    cumulative_wei: Wei
    proof: tuple[Hash32, ...]


@dataclass(frozen=True, eq=False)
class RewardTree:
    """The tree over all accounts with a reward; build one with `build_reward_tree`.

    Attributes:
        place: Chain, FanEngagement and epoch.
        cumulative_wei: Cumulative reward of each account, addresses ascending.
        tree: Tree over their leaves, in that order.
    """

    place: LeafPlace
    cumulative_wei: dict[Address, Wei]
    tree: MerkleTree

    @property
    def root(self) -> Hash32:
        """The root that keepers sign."""
        return self.tree.root

    @property
    def total_cumulative_wei(self) -> Wei:
        """Sum over all accounts."""
        return Wei(sum(self.cumulative_wei.values()))

    def claim(self, address: Address) -> RewardClaim | None:
        """Return the claim of an account, or None where it has earned nothing."""
        if address not in self.cumulative_wei:
            return None
        return RewardClaim(address, self.cumulative_wei[address], self.tree.proof(self._rows[address]))

    @cached_property
    def _rows(self) -> dict[Address, int]:
        return {address: row for row, address in enumerate(self.cumulative_wei)}


def build_reward_tree(ledger: Iterable[tuple[str, int]], place: LeafPlace) -> RewardTree:
    """Return the tree of a ledger; the order of the ledger changes nothing.

    Args:
        ledger: Address and cumulative wei of each account; accounts with 0 wei get no leaf.
        place: Chain, FanEngagement and epoch.

    Raises:
        MalformedEpoch: An account is named twice, or an amount is not a uint256.
        EmptyTree: Nobody has a reward.
    """
    amounts: dict[Address, Wei] = {}
    for text, wei in ledger:
        address = parse_address(text)
        if address in amounts:
            raise MalformedEpoch("ledger", f"account {address} is named twice")
        if not 0 <= wei < 2**256:
            raise MalformedEpoch("ledger", f"{wei} wei of account {address} are not a uint256")
        amounts[address] = Wei(wei)
    ordered = {address: amounts[address] for address in sorted(amounts) if amounts[address]}
    leaves = b"".join(reward_leaf(place, address, wei) for address, wei in ordered.items())
    tree = build_tree(np.frombuffer(leaves, np.uint8).reshape(len(ordered), 32))
    return RewardTree(place, ordered, tree)
