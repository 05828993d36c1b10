"""The ledger of an epoch, from its snapshot, the ledger before, and what the chain says was funded.

Owns where each input comes from. Refuses to know the rule; that is `engagement`.
"""

import asyncio
from dataclasses import replace

from commitments.commitment import EpochCommitment
from commitments.leaves import LeafPlace
from commitments.rewards import RewardTree, build_reward_tree
from engagement.errors import DamagedLedger
from engagement.history import History
from engagement.ledger import RewardLedger
from engagement.rewards import compute_rewards
from keepers.chain_reads import RootInForce
from keepers.context import KeeperContext
from keepers.errors import PreviousLedgerMissing, SigningRefused
from keepers.funding import read_funding
from keepers.snapshots import build_snapshot_history, find_snapshot
from tunefi.chain.blocks import fetch_block
from tunefi.ids import EpochId, Hash32, Microseconds, hex_of


async def build_ledger(
    context: KeeperContext, commitment: EpochCommitment, in_force: RootInForce
) -> RewardLedger:
    """Return the rewards of a final epoch.

    Args:
        context: Home and node.
        commitment: Of the epoch.
        in_force: The newest root in force, on whose ledger this one builds.

    Raises:
        PreviousLedgerMissing: The ledger of the root in force is not here or is another one.
        SigningRefused: The snapshot is not here.
        SnapshotAltered, SnapshotTruncated: The snapshot's files are not those of its digest.
    """
    funding = await read_funding(context, commitment.epoch, commitment.reference_block)
    parameters = replace(
        context.choices.rewards, ether_factor=funding.ether_factor, token_factor=funding.token_factor
    )
    # Keepers may have cut the same rows at different blocks; the committed block is the same for all.
    ends_at = await _read_reference_time(context, commitment)
    budget_wei = funding.funded_wei - in_force.total_cumulative_wei

    def compute() -> RewardLedger:
        previous = _load_previous(context, in_force)
        started = _load_history(context, previous.snapshot_digest) if previous else None
        ended = replace(_load_history(context, commitment.snapshot_digest), at=ends_at)
        return compute_rewards(ended, started, previous, budget_wei, parameters)

    return await asyncio.to_thread(compute)


def build_ledger_tree(context: KeeperContext, epoch: EpochId, ledger: RewardLedger) -> RewardTree:
    """Return the tree over what every account has earned.

    Raises:
        EmptyTree: Nobody ever earned anything.
    """
    place = LeafPlace(context.chain_id, context.fan_engagement.address, epoch)
    return build_reward_tree(ledger.cumulative.items(), place)


async def _read_reference_time(context: KeeperContext, commitment: EpochCommitment) -> Microseconds:
    block = await fetch_block(context.rpc, commitment.reference_block)
    expected = hex_of(commitment.reference_hash)
    if block.hash != expected:
        raise SigningRefused(f"the hash of the reference block {block.number}", expected, block.hash)
    return Microseconds(block.timestamp_at)


def _load_previous(context: KeeperContext, in_force: RootInForce) -> RewardLedger | None:
    if in_force.epoch == 0:
        return None
    try:
        ledger = context.library.load_ledger(in_force.epoch)
    except DamagedLedger as error:
        raise PreviousLedgerMissing(in_force.epoch, f"cannot be used ({error})") from error
    root = build_ledger_tree(context, in_force.epoch, ledger).root
    if root != in_force.root:
        problem = f"has the root {hex_of(root)}, the chain has {hex_of(in_force.root)}"
        raise PreviousLedgerMissing(in_force.epoch, problem)
    return ledger


def _load_history(context: KeeperContext, digest: Hash32) -> History:
    stored = find_snapshot(context.home, digest)
    if stored is None:
        raise SigningRefused("the snapshot", hex_of(digest), "no such snapshot in this home")
    return build_snapshot_history(stored.load(check_digest=True))
