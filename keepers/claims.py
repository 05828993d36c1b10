"""What an account can still claim, and the claim of one account.

Owns the difference between what was earned and what was paid. Refuses to pay for a root that is not in
force on a final block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from commitments.rewards import RewardClaim
from keepers.chain_reads import RootInForce, fetch_final_block, read_root_in_force
from keepers.context import KeeperContext
from keepers.errors import PreviousLedgerMissing
from tunefi.chain.sender import Receipt
from tunefi.chain.signing import Signer
from tunefi.ids import Address, Wei


@dataclass(frozen=True, slots=True)
class Payment:
    """A claim that was paid."""

    account: Address
    paid_wei: Wei
    receipt: Receipt


async def read_payable_root(context: KeeperContext) -> RootInForce | None:
    """Return the newest root that is in force on a final block, or None.

    Raises:
        NoFinalizedTag: The node does not say what is final; nothing is paid on its word.
        PreviousLedgerMissing: The root's claims are not in this home.
    """
    final = await fetch_final_block(context)
    in_force = await read_root_in_force(context, final.number)
    if in_force.epoch == 0:
        return None
    signed = context.library.load_reward_root(in_force.epoch)
    if signed is None or signed.struct.root != in_force.root:
        raise PreviousLedgerMissing(in_force.epoch, "is not in this home")
    return in_force


async def read_paid(context: KeeperContext, accounts: Sequence[Address]) -> list[Wei]:
    """Return what each account has got in all, in wei, as of now."""
    return await context.fan_engagement.read_many(
        context.rpc, "claimed", [(account,) for account in accounts]
    )


async def claim_reward(
    context: KeeperContext, account: Address, signer: Signer | None = None
) -> Payment | None:
    """Claim everything that one account has earned and not got; None where nothing is due.

    Args:
        context: Home and node.
        account: Who gets it, whoever sends the claim.
        signer: Sends it; the context's own sender by default.
    """
    root = await read_payable_root(context)
    reward = context.library.load_reward(root.epoch, account) if root else None
    if root is None or reward is None:
        return None
    paid_before = (await read_paid(context, [account]))[0]
    if reward.claim.cumulative_wei <= paid_before:
        return None
    transaction = context.fan_engagement.transaction(
        "claim", account, root.epoch, root.root, *claim_arguments(reward.claim)[1:], signer=signer
    )
    receipt = await context.sender.send(transaction)
    return Payment(account, Wei(reward.claim.cumulative_wei - paid_before), receipt)


def claim_arguments(claim: RewardClaim) -> tuple[Address, Wei, list[bytes]]:
    """Return the struct that `claimBatch` takes."""
    return claim.address, claim.cumulative_wei, [bytes(sibling) for sibling in claim.proof]
