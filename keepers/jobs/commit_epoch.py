"""Check the built epoch again, sign it by the keepers whose keys are here, and send it."""

from commitments.commitment import EpochCommitment
from commitments.epoch_state import EpochState
from commitments.errors import DamagedBundle
from commitments.signed import Signed
from keepers.chain_reads import (
    fetch_final_block,
    fetch_head,
    read_bonds,
    read_epoch_state,
    read_keeper_set,
    read_latest_epoch,
)
from keepers.context import KeeperContext
from keepers.errors import SigningRefused
from keepers.landed import find_commit_transaction
from keepers.quorum import choose_signers, sign_commitment
from keepers.recheck import recheck_epoch
from keepers.report import JobReport, Outcome
from tunefi.ids import EpochId
from tunefi.progress import Progress

NAME = "commit_epoch"


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Commit the newest epoch that is built, where the chain does not have it yet.

    Raises:
        NoFinalizedTag: The node does not say what is final; nothing is signed.
        SigningRefused, RefusedReport, SnapshotAltered: A check failed; nothing is signed.
        EquivocationRefused: A keeper has signed another commitment for that time.
        TransactionReverted: The contract refused; its custom error is in it.
    """
    final = await fetch_final_block(context)
    latest = await read_latest_epoch(context)
    built = _newest_built(context)
    if built is None:
        return JobReport(NAME, Outcome.WAITING, "no epoch is built yet")
    if built <= latest:
        return await _report_landed(context, built)
    if built != latest + 1:
        raise SigningRefused("the epoch", str(latest + 1), f"epoch {built} in this home")
    if latest and await read_epoch_state(context, latest) is EpochState.PENDING:
        return JobReport(NAME, Outcome.WAITING, f"epoch {latest} is pending", latest)
    bundle = context.library.load_bundle(built)
    commitment = bundle.header.commitment(bundle.cid())
    if (reason := await _why_not_now(context, commitment)) is not None:
        return JobReport(NAME, Outcome.WAITING, reason, built)
    signed = context.library.load_commitment(built)
    if signed is None or signed.struct != commitment:
        progress.update(0, 2, "checking the epoch again before signing")
        signers = choose_signers(context, await read_keeper_set(context), await read_bonds(context))
        if not signers:
            return JobReport(NAME, Outcome.WAITING, "the keys of a quorum with bonds are not here", built)
        await recheck_epoch(context, commitment, final.number)
        signed = sign_commitment(context, signers, commitment)
        context.library.save_commitment(built, signed)
    progress.update(1, 2, "sending")
    await _send(context, signed)
    return JobReport(NAME, Outcome.DONE, f"epoch {built} is committed", built)


def _newest_built(context: KeeperContext) -> EpochId | None:
    for epoch in reversed(context.library.list_epochs()):
        try:
            context.library.load_bundle(epoch)
        except DamagedBundle:
            continue
        return epoch
    return None


async def _why_not_now(context: KeeperContext, commitment: EpochCommitment) -> str | None:
    now = (await fetch_head(context)).timestamp_at // 1_000_000
    if now > commitment.valid_until:
        return f"epoch {commitment.epoch} was valid until {commitment.valid_until}; build it again"
    if now < commitment.valid_from:
        return f"epoch {commitment.epoch} is valid from {commitment.valid_from}, it is {now}"
    return None


async def _send(context: KeeperContext, signed: Signed[EpochCommitment]) -> None:
    transaction = context.recommendation_graph.transaction(
        "commit", signed.struct.to_tuple(), list(signed.signers), list(signed.signatures)
    )
    await context.sender.simulate(transaction)
    receipt = await context.sender.send(transaction)
    context.library.save_commitment(
        signed.struct.epoch,
        Signed(signed.struct, signed.signers, signed.signatures, receipt.transaction_hash),
    )


async def _report_landed(context: KeeperContext, epoch: EpochId) -> JobReport:
    """Note the transaction of an epoch that was sent before a crash; then there is nothing to do."""
    signed = context.library.load_commitment(epoch)
    if signed is not None and signed.transaction_hash is None:
        found = await find_commit_transaction(context, signed.struct)
        if found is not None:
            context.library.save_commitment(
                epoch, Signed(signed.struct, signed.signers, signed.signatures, found)
            )
    state = await read_epoch_state(context, epoch)
    return JobReport(NAME, Outcome.NOTHING, f"epoch {epoch} is {state.name.lower()} on the chain", epoch)
