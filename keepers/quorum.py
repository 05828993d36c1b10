"""Signatures of the keepers whose keys are here.

Owns who of them may sign and whether they are enough. Refuses to judge what is signed: that was checked
before, by `keepers.recheck`.
"""

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.signed import Signed, order_signatures
from keepers.chain_reads import KeeperSet
from keepers.context import KeeperContext
from tunefi.chain.signing import Signer


def list_signers(context: KeeperContext, keepers: KeeperSet) -> list[Signer]:
    """Return the signers of this process that are in the keeper set, or none when they are no quorum."""
    mine = [signer for signer in context.keepers if signer.address in keepers.members]
    return mine if len(mine) >= keepers.quorum else []


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
