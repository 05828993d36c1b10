"""What a keeper re-derives before it signs.

Owns the checks. A keeper that signs what it did not recompute puts its bond on somebody else's word, so
nothing here trusts what `build_epoch` left on disk: roots come again from table, snapshot and secret, the
CID from the bytes, block hashes from the chain.
"""

import asyncio
from collections.abc import Iterator

from commitments.bundle import Bundle
from commitments.commitment import EpochCommitment
from commitments.epoch import Epoch, build_epoch
from commitments.opening import Opening
from commitments.verification import check_epoch
from graph_schema.snapshot import Snapshot
from keepers.context import KeeperContext
from keepers.errors import SigningRefused
from keepers.exclusions import build_snapshot_exclusions
from keepers.gates import load_gates_head, load_last_table, load_metrics, measure_gates
from keepers.snapshots import find_snapshot
from recsys.table import EmbeddingTable
from tunefi.chain.blocks import fetch_block
from tunefi.ids import EpochId, Hash32, hex_of


async def recheck_epoch(context: KeeperContext, commitment: EpochCommitment, finalized: int) -> None:
    """Check everything of an epoch that can be recomputed here.

    Args:
        context: Home, node and secret.
        commitment: What would be signed.
        finalized: Height of the finalized block.

    Raises:
        SigningRefused: Something differs; the message names it.
        SnapshotAltered, SnapshotTruncated: The snapshot's files are not those of its digest.
        RefusedReport: The bundle is not what the commitment says.
        GatesRefused: The model fails a published gate.
    """
    snapshot = await asyncio.to_thread(_load_snapshot, context, commitment.snapshot_digest)
    await _check_blocks(context, commitment, snapshot, finalized)
    await asyncio.to_thread(_check_content, context, commitment, snapshot)
    last = await load_last_table(context, commitment.epoch)
    await asyncio.to_thread(_check_gates, context, commitment.epoch, snapshot, last)


def _check_content(context: KeeperContext, commitment: EpochCommitment, snapshot: Snapshot) -> None:
    bundle = context.library.load_bundle(commitment.epoch)
    place = commitment.place(context.chain_id, context.recommendation_graph.address)
    check_epoch(bundle, commitment, place).check()
    epoch = rebuild_epoch(context, bundle, snapshot)
    _require("the track root", epoch.track_tree.root, commitment.track_root)
    _require("the listener root", epoch.listener_tree.root, commitment.listener_root)
    _require("the snapshot of the table", epoch.table.snapshot_digest, commitment.snapshot_digest)
    _require("the model of the table", epoch.table.model_digest, commitment.model_digest)
    _check_openings(epoch, context.library.load_openings(commitment.epoch))


def _check_gates(
    context: KeeperContext, epoch: EpochId, snapshot: Snapshot, last: EmbeddingTable | None
) -> None:
    """Measure the gates again, up to the entry of the log that the bundle names."""
    table, metrics = context.library.load_table(epoch), load_metrics(context, epoch)
    head = load_gates_head(context, epoch)
    measure_gates(context, table, snapshot, metrics, last, head).check()


def rebuild_epoch(context: KeeperContext, bundle: Bundle, snapshot: Snapshot) -> Epoch:
    """Return the epoch computed again from its table, the snapshot and the secret."""
    table = context.library.load_table(bundle.header.terms.epoch)
    excluded = build_snapshot_exclusions(snapshot, table)
    return build_epoch(table, excluded, bundle.header.terms, context.epoch_secret)


def _load_snapshot(context: KeeperContext, digest: Hash32) -> Snapshot:
    stored = find_snapshot(context.home, digest)
    if stored is None:
        raise SigningRefused("the snapshot", hex_of(digest), "no such snapshot in this home")
    return stored.load(check_digest=True)


async def _check_blocks(
    context: KeeperContext, commitment: EpochCommitment, snapshot: Snapshot, finalized: int
) -> None:
    blocks = (
        ("the snapshot's block", snapshot.finalized_block.number, snapshot.finalized_block.hash),
        ("the reference block", commitment.reference_block, hex_of(commitment.reference_hash)),
    )
    for what, number, expected in blocks:
        if number > finalized:
            raise SigningRefused(what, f"at most {finalized}, which is final", str(number))
        found = (await fetch_block(context.rpc, number)).hash
        if found != expected.lower():
            raise SigningRefused(f"the hash of {what} {number}", expected, found)


def _check_openings(epoch: Epoch, openings: Iterator[Opening]) -> None:
    found = {opening.address: opening.hash() for opening in openings}
    expected = dict(zip(epoch.table.listener_addresses, epoch.opening_hashes, strict=True))
    for address, digest in expected.items():
        if found.get(address) != digest:
            raise SigningRefused(f"the opening of {address}", hex_of(digest), _text(found.get(address)))
    if extra := found.keys() - expected.keys():
        raise SigningRefused("the openings", "one for each listener", f"also one of {min(extra)}")


def _require(what: str, found: Hash32, expected: Hash32) -> None:
    if found != expected:
        raise SigningRefused(what, hex_of(expected), hex_of(found))


def _text(digest: Hash32 | None) -> str:
    return "none" if digest is None else hex_of(digest)
