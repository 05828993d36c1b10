"""Erase what deletions ask for, once nothing that was built on it is open any more.

What an account said before its deletion was part of earlier snapshots. It stays while an epoch built on one
of these is being signed or pending, and until that epoch's reward root, or a later one, is in force.
"""

import asyncio
from collections.abc import Sequence

from commitments.epoch_state import EpochState
from ingest.erasure import Deletion
from keepers.chain_reads import (
    fetch_final_block,
    read_epoch_state,
    read_latest_epoch,
    read_root_in_force,
)
from keepers.context import KeeperContext
from keepers.report import JobReport, Outcome
from keepers.snapshots import find_latest_snapshot, find_snapshot
from tunefi.ids import EpochId, LogPosition
from tunefi.progress import Progress

NAME = "erase_deleted"
_DONE_WITH = (EpochState.FINAL, EpochState.INVALID)


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Erase payloads, salts and openings of accounts whose deletion is in every epoch that is still open.

    Raises:
        NoFinalizedTag: The node does not say what is final; nothing is erased.
        LogUnavailable: The log does not answer; what was erased so far stays erased.
    """
    latest = find_latest_snapshot(context.home)
    newest = latest.manifest.log_head.position if latest else 0
    if not await asyncio.to_thread(context.log.find_deletions, newest):
        return JobReport(NAME, Outcome.NOTHING, "nothing is to be erased")
    heads = await asyncio.to_thread(_read_heads, context)
    closed = await _find_closed(context, heads, newest)
    deletions = await asyncio.to_thread(context.log.find_deletions, closed)
    if not deletions:
        return JobReport(NAME, Outcome.WAITING, "an epoch that was built before the deletion is still open")
    progress.update(0, 2, "erasing openings")
    openings = await asyncio.to_thread(_erase_openings, context, heads, deletions)
    progress.update(1, 2, "erasing entries of the log")
    entries = await asyncio.to_thread(context.log.erase, deletions)
    detail = f"{entries} entries and {openings} openings of {len(deletions)} accounts are erased"
    return JobReport(NAME, Outcome.DONE, detail)


def _read_heads(context: KeeperContext) -> dict[EpochId, LogPosition]:
    """Up to where of the log each epoch of this home knows; 0 where its snapshot is not here."""
    heads = {}
    for epoch in context.library.list_epochs():
        signed = context.library.load_commitment(epoch)
        snapshot = find_snapshot(context.home, signed.struct.snapshot_digest) if signed else None
        heads[epoch] = LogPosition(snapshot.manifest.log_head.position if snapshot else 0)
    return heads


async def _find_closed(context: KeeperContext, heads: dict[EpochId, LogPosition], newest: int) -> LogPosition:
    """The position up to which a deletion is in every epoch that is being signed, pending or unpaid."""
    final = await fetch_final_block(context)
    paid = (await read_root_in_force(context, final.number)).epoch
    closed = newest
    for number in range(1, max([await read_latest_epoch(context), *heads]) + 1):
        epoch = EpochId(number)
        if epoch > paid or await read_epoch_state(context, epoch, final.number) not in _DONE_WITH:
            closed = min(closed, heads.get(epoch, LogPosition(0)))
    return LogPosition(closed)


def _erase_openings(
    context: KeeperContext, heads: dict[EpochId, LogPosition], deletions: Sequence[Deletion]
) -> int:
    return sum(
        context.library.erase_opening(epoch, deletion.account)
        for epoch, head in heads.items()
        for deletion in deletions
        if head < deletion.position
    )
