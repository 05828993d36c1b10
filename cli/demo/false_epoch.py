"""An epoch that is false on purpose: two keepers put a track that paid on top of one listener's list.

Owns the lie. Everything else of the epoch is true, so that exactly one thing is wrong with it. The liars
sign with their own keys and ask no keeper job, because the jobs refuse to sign what they did not derive.
"""

import asyncio
from dataclasses import dataclass, replace

import numpy as np

from cli.errors import StageFailed
from commitments.commitment import EpochCommitment
from commitments.epoch import Epoch, EpochTerms, hash_lists
from commitments.opening import Opening
from commitments.signed import Signed, order_signatures
from keepers.chain_reads import fetch_final_block, fetch_head, read_keeper_set
from keepers.context import KeeperContext
from keepers.recheck import rebuild_epoch
from keepers.snapshots import find_latest_snapshot
from recsys.rank import Ranking, score_tracks
from tunefi.chain.signing import Signer
from tunefi.ids import Address, BlockNumber, EpochId, ListenerRow, TrackId, parse_hash32

_VALIDITY_SECONDS = 600


@dataclass(frozen=True)
class FalseEpoch:
    """What two liars signed, and who is cheated.

    Attributes:
        epoch: The whole epoch, with the lie in it.
        signed: The commitment with the liars' signatures.
        listener: Whose list is false.
        promoted: The track that is listed and should not be.
    """

    epoch: Epoch
    signed: Signed[EpochCommitment]
    listener: Address
    promoted: TrackId

    @property
    def opening(self) -> Opening:
        """What the listener is shown."""
        return self.epoch.opening(ListenerRow(self.epoch.table.listener_addresses.index(self.listener)))


async def build_false_epoch(
    context: KeeperContext, number: EpochId, listener: Address, liars: list[Signer], bundle_cid: str
) -> FalseEpoch:
    """Return the next epoch with one false list, signed.

    Args:
        context: A keeper's home with the epoch before, whose lists are kept but for one.
        number: Of the false epoch.
        listener: Whose list is made false; has a vector.
        liars: A quorum of the keeper set.
        bundle_cid: Of the bundle that the commitment names.
    """
    terms = await _terms(context, number)
    true_epoch = await asyncio.to_thread(_rebuild, context, EpochId(number - 1))
    row = true_epoch.table.listener_addresses.index(listener)
    lists, promoted = promote(true_epoch, row)
    epoch = await asyncio.to_thread(
        hash_lists, true_epoch.table, true_epoch.excluded, lists, terms, context.epoch_secret
    )
    commitment = epoch.commitment(bundle_cid)
    document = commitment.typed_data(context.chain_id, context.recommendation_graph.address)
    signatures = [(liar.address, liar.sign_typed_data(document)) for liar in liars]
    return FalseEpoch(epoch, order_signatures(commitment, signatures), listener, promoted)


def promote(epoch: Epoch, row: int) -> tuple[Ranking, TrackId]:
    """Return the epoch's lists with a track that does not belong there first in one of them, and that track.

    Its score is made up to be the best of the list, so that the list looks ordered. The track is the one
    that deserves it least: the listener's lowest score of all.
    """
    table = epoch.table
    scores = score_tracks(table.listener_vectors[row], table.track_vectors)
    scores[epoch.excluded.row(row)] = np.iinfo(np.int32).max
    worst = int(np.argmin(scores))
    rows, made_up = epoch.ranking.rows.copy(), epoch.ranking.scores.copy()
    rows[row, 0] = worst
    made_up[row, 0] += 1
    return Ranking(rows, made_up, epoch.ranking.lengths), table.track_ids[worst]


def _rebuild(context: KeeperContext, number: EpochId) -> Epoch:
    snapshot = find_latest_snapshot(context.home)
    if snapshot is None:
        raise StageFailed("challenge", "the snapshot of the epoch before is gone")
    return rebuild_epoch(context, context.library.load_bundle(number), snapshot.load())


async def _terms(context: KeeperContext, number: EpochId) -> EpochTerms:
    earlier = context.library.load_bundle(EpochId(number - 1)).header.terms
    final, head = await fetch_final_block(context), await fetch_head(context)
    now = head.timestamp_at // 1_000_000
    return replace(
        earlier,
        epoch=number,
        reference_block=BlockNumber(final.number),
        reference_hash=parse_hash32(final.hash),
        keeper_set_version=(await read_keeper_set(context)).version,
        valid_from=now,
        valid_until=now + _VALIDITY_SECONDS,
    )
