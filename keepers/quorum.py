"""Signatures of the keepers whose keys are here.

Owns who of them may sign and whether they are enough. Refuses to judge what is signed: that was checked
before, by `keepers.recheck`.
"""

from collections.abc import Mapping

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.signed import Signed, order_signatures
from keepers.chain_reads import KeeperSet
from keepers.context import KeeperContext
from tunefi.chain.signing import Signer
from tunefi.ids import Address


def choose_signers(
    context: KeeperContext, keepers: KeeperSet, bonds_wei: Mapping[Address, int]
) -> list[Signer]:
    """Return as many signers of this process as a quorum takes, or none when there are not so many.

    No more than it takes: every signer answers with its bond.

    Args:
        context: The keepers whose keys are here.
        keepers: Who may sign now.
        bonds_wei: What each has bonded; whoever has less than the set asks for is passed over.
    """
    able = [
        signer
        for signer in sorted(context.keepers, key=lambda one: one.address)
        if signer.address in keepers.members and bonds_wei.get(signer.address, 0) >= keepers.min_bond_wei
    ]
    return able[: keepers.quorum] if len(able) >= keepers.quorum else []


def sign_commitment(
    context: KeeperContext, signers: list[Signer], commitment: EpochCommitment
) -> Signed[EpochCommitment]:
    """Return the commitment signed by each, after each wrote down that it does.

    Raises:
        EquivocationRefused: One of them has signed another commitment for that time; none signs.
    """
    contract = context.recommendation_graph.address
    for signer in signers:
        context.signing_record.record(signer.address, commitment, context.chain_id, contract)
    document = commitment.typed_data(context.chain_id, contract)
    return order_signatures(commitment, [(one.address, one.sign_typed_data(document)) for one in signers])


def sign_reward_root(context: KeeperContext, signers: list[Signer], root: RewardRoot) -> Signed[RewardRoot]:
    """Return the reward root signed by each."""
    document = root.typed_data(context.chain_id, context.fan_engagement.address)
    return order_signatures(root, [(one.address, one.sign_typed_data(document)) for one in signers])
