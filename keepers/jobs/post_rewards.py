"""Compute the rewards of the newest final epoch, sign their root and post it."""

from commitments.commitment import EpochCommitment, RewardRoot
from commitments.signed import Signed
from engagement.errors import DamagedLedger
from keepers.chain_reads import (
    RootInForce,
    fetch_final_block,
    read_bonds,
    read_keeper_set,
    read_latest_final,
    read_pending_root,
    read_root_in_force,
    verify_root_vetoed,
)
from keepers.context import KeeperContext
from keepers.errors import ForeignEpoch
from keepers.landed import find_root_transaction
from keepers.quorum import choose_signers, sign_reward_root
from keepers.report import JobReport, Outcome
from keepers.reward_ledger import build_ledger, build_ledger_tree
from tunefi.ids import EpochId, Hash32
from tunefi.progress import Progress

NAME = "post_rewards"


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Post the reward root of the newest final epoch, where there is none in force or pending for it.

    Everything that decides about money is read at the finalized block.

    Raises:
        NoFinalizedTag: The node does not say what is final; nothing is signed.
        ForeignEpoch: The epoch was committed from another home.
        PreviousLedgerMissing: The ledger of the root in force is not here.
        TransactionReverted: The contract refused; its custom error is in it.
    """
    final = await fetch_final_block(context)
    epoch = await read_latest_final(context, final.number)
    if epoch == 0:
        return JobReport(NAME, Outcome.WAITING, "no epoch is final yet")
    pending, root, in_force_at = await read_pending_root(context)
    if pending:
        await _note_landed(context, pending, root)
        detail = f"the root of epoch {pending} takes force at {in_force_at}"
        return JobReport(NAME, Outcome.WAITING, detail, pending)
    in_force = await read_root_in_force(context, final.number)
    newest = await read_root_in_force(context, "latest")
    if newest.epoch >= epoch:
        await _note_landed(context, newest.epoch, newest.root)
        return JobReport(NAME, Outcome.NOTHING, f"the root of epoch {newest.epoch} is in force", newest.epoch)
    if newest != in_force:
        return JobReport(NAME, Outcome.WAITING, f"the root of epoch {newest.epoch} is not final yet", epoch)
    signed = context.library.load_commitment(epoch)
    if signed is None:
        raise ForeignEpoch(epoch)
    return await _post(context, signed, in_force, progress)


async def _post(
    context: KeeperContext, epoch: Signed[EpochCommitment], in_force: RootInForce, progress: Progress
) -> JobReport:
    number = epoch.struct.epoch
    if _verify_nobody_earned(context, epoch.struct):
        return JobReport(NAME, Outcome.NOTHING, f"nobody earned anything in epoch {number}", number)
    keepers = await read_keeper_set(context)
    signers = choose_signers(context, keepers, await read_bonds(context))
    if not signers:
        return JobReport(NAME, Outcome.WAITING, "the keys of a quorum with bonds are not here", number)
    progress.update(0, 2, "computing rewards")
    ledger = await build_ledger(context, epoch.struct, in_force)
    if not ledger.earned_wei:
        context.library.save_ledger(number, ledger)
        detail = f"nobody earned anything; {ledger.budget_wei} wei are carried forward"
        return JobReport(NAME, Outcome.NOTHING, detail, number)
    tree = build_ledger_tree(context, number, ledger)
    if await verify_root_vetoed(context, number, tree.root):
        return JobReport(NAME, Outcome.WAITING, f"the guardian vetoed the root of epoch {number}", number)
    root = RewardRoot(
        epoch=number,
        root=tree.root,
        previous_root=in_force.root,
        total_cumulative_wei=tree.total_cumulative_wei,
        snapshot_digest=epoch.struct.snapshot_digest,
        keeper_set_version=keepers.version,
    )
    context.library.save_rewards(number, ledger, tree)
    signed = sign_reward_root(context, signers, root)
    context.library.save_reward_root(number, signed)
    progress.update(1, 2, "sending")
    await _send(context, signed, epoch)
    detail = f"{ledger.earned_wei} wei for {len(ledger.cumulative)} accounts in epoch {number}"
    return JobReport(NAME, Outcome.DONE, detail, number)


def _verify_nobody_earned(context: KeeperContext, commitment: EpochCommitment) -> bool:
    """Return whether this epoch's ledger was computed before and has nothing to pay."""
    try:
        ledger = context.library.load_ledger(commitment.epoch)
    except DamagedLedger:
        return False
    return ledger.snapshot_digest == commitment.snapshot_digest and not ledger.earned_wei


async def _send(context: KeeperContext, signed: Signed[RewardRoot], epoch: Signed[EpochCommitment]) -> None:
    transaction = context.fan_engagement.transaction(
        "postRoot",
        signed.struct.to_tuple(),
        list(signed.signers),
        list(signed.signatures),
        epoch.struct.to_tuple(),
        list(epoch.signers),
    )
    await context.sender.simulate(transaction)
    receipt = await context.sender.send(transaction)
    _note(context, signed, receipt.transaction_hash)


async def _note_landed(context: KeeperContext, epoch: EpochId, root: Hash32) -> None:
    """Note the transaction of a root that was sent before a crash."""
    signed = context.library.load_reward_root(epoch)
    commitment = context.library.load_commitment(epoch)
    if signed is None or commitment is None or signed.transaction_hash or signed.struct.root != root:
        return
    found = await find_root_transaction(context, signed.struct, commitment.struct.reference_block)
    if found is not None:
        _note(context, signed, found)


def _note(context: KeeperContext, signed: Signed[RewardRoot], transaction_hash: str) -> None:
    context.library.save_reward_root(
        signed.struct.epoch, Signed(signed.struct, signed.signers, signed.signatures, transaction_hash)
    )
