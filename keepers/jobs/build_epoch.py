"""Rank every listener, build the two trees, write openings and bundle."""

import asyncio
import json
from dataclasses import dataclass

from commitments.bundle import CORE_FILES, save_bundle
from commitments.epoch import EpochTerms, build_epoch
from commitments.epoch_state import EpochState
from commitments.errors import DamagedBundle
from graph_schema.snapshot import Snapshot
from keepers.chain_reads import (
    KeeperSet,
    fetch_final_block,
    fetch_head,
    read_epoch_state,
    read_keeper_set,
    read_latest_epoch,
    read_max_validity,
)
from keepers.context import KeeperContext
from keepers.errors import EpochVetoed
from keepers.exclusions import build_snapshot_exclusions
from keepers.gates import GATES_FILE, GateReport, load_last_table, measure_model
from keepers.model_choice import load_model_choice
from keepers.models import StoredModel
from keepers.report import JobReport, Outcome
from keepers.snapshots import StoredSnapshot, find_latest_snapshot
from recsys.table import load_table
from tunefi.chain.blocks import BlockHeader
from tunefi.ids import BlockNumber, EpochId, LogPosition, parse_hash32
from tunefi.progress import Progress

NAME = "build_epoch"
_OLDEST_REFERENCE_BLOCKS = 7_000
"""The contract accepts 8,191 back; the rest is time to sign and send."""
_SPARE_SECONDS = 30
"""A build whose validity ends sooner is made anew: signing and sending take time."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the next epoch is made of."""

    epoch: EpochId
    snapshot: StoredSnapshot
    model: StoredModel
    head: BlockHeader


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Build the next epoch from the newest snapshot and its model, the promoted one where there is one.

    Raises:
        PromotedModelMissing: The promoted model was moved away.
        EpochVetoed: This snapshot and model were committed before and became invalid.
        EmptyEpoch: There are no tracks or no listeners.
        GatesRefused: The model fails a published gate; nothing is built.
    """
    snapshot = find_latest_snapshot(context.home)
    choice = load_model_choice(context.home, context.choices.dimension)
    model = choice.find(snapshot.digest) if snapshot else None
    if snapshot is None or model is None:
        return JobReport(NAME, Outcome.WAITING, "the newest snapshot has no model yet")
    latest = await read_latest_epoch(context)
    if (known := await _find_committed(context, latest, snapshot, model)) is not None:
        return JobReport(NAME, Outcome.NOTHING, f"epoch {known} is of the newest snapshot", known)
    if latest and await read_epoch_state(context, latest) is EpochState.PENDING:
        return JobReport(NAME, Outcome.WAITING, f"epoch {latest} is pending", latest)
    plan = _Plan(EpochId(latest + 1), snapshot, model, await fetch_head(context))
    keepers = await read_keeper_set(context)
    outcome = Outcome.NOTHING
    if not _verify_built(context, plan, keepers):
        terms = await _build_terms(context, plan, keepers)
        last = await load_last_table(context, plan.epoch)
        gates = await asyncio.to_thread(measure_model, context, plan.snapshot, plan.model, last)
        gates.check()
        await asyncio.to_thread(_save_epoch, context, plan, terms, gates, progress)
        outcome = Outcome.DONE
    cid = await _publish(context, plan.epoch)
    return JobReport(NAME, outcome, f"epoch {plan.epoch} is built, its bundle is {cid}", plan.epoch)


async def _find_committed(
    context: KeeperContext, latest: EpochId, snapshot: StoredSnapshot, model: StoredModel
) -> EpochId | None:
    """Return the epoch on the chain that is of this snapshot and model."""
    for epoch in reversed(context.library.list_epochs()):
        signed = context.library.load_commitment(epoch) if epoch <= latest else None
        if signed is None or signed.struct.snapshot_digest != snapshot.digest:
            continue
        if signed.struct.model_digest == model.model_digest:
            if await read_epoch_state(context, epoch) is EpochState.INVALID:
                raise EpochVetoed(epoch)
            return epoch
    return None


def _verify_built(context: KeeperContext, plan: _Plan, keepers: KeeperSet) -> bool:
    """Return whether the epoch is built already, of the same inputs, and can still be committed."""
    try:
        header = context.library.load_bundle(plan.epoch).header
    except DamagedBundle:
        return False
    place = (context.chain_id, context.recommendation_graph.address)
    inputs = (header.snapshot_digest, header.model_digest, header.terms.keeper_set_version)
    return (
        (header.terms.chain_id, header.terms.recommendation_graph) == place
        and inputs == (plan.snapshot.digest, plan.model.model_digest, keepers.version)
        and header.terms.list_length == context.choices.list_length
        and header.terms.valid_until > plan.head.timestamp_at // 1_000_000 + _SPARE_SECONDS
        and plan.head.number - header.terms.reference_block < _OLDEST_REFERENCE_BLOCKS
    )


async def _build_terms(context: KeeperContext, plan: _Plan, keepers: KeeperSet) -> EpochTerms:
    reference = plan.snapshot.manifest.finalized_block
    number, block_hash = reference.number, reference.hash
    if plan.head.number - number >= _OLDEST_REFERENCE_BLOCKS:
        final = await fetch_final_block(context)
        number, block_hash = final.number, final.hash
    contract = context.recommendation_graph.address
    mine = tuple(signer.address for signer in context.keepers)
    signed_until = context.signing_record.signed_until(mine, plan.epoch, context.chain_id, contract)
    valid_from = max(plan.head.timestamp_at // 1_000_000, signed_until + 1)
    validity = min(context.choices.validity_seconds, await read_max_validity(context))
    return EpochTerms(
        chain_id=context.chain_id,
        recommendation_graph=contract,
        epoch=plan.epoch,
        list_length=context.choices.list_length,
        reference_block=BlockNumber(number),
        reference_hash=parse_hash32(block_hash),
        keeper_set_version=keepers.version,
        valid_from=valid_from,
        valid_until=valid_from + validity,
        log_position=LogPosition(plan.snapshot.manifest.log_head.position),
        log_hash=parse_hash32(plan.snapshot.manifest.log_head.hash),
        generated=context.choices.generated,
    )


def _save_epoch(
    context: KeeperContext, plan: _Plan, terms: EpochTerms, gates: GateReport, progress: Progress
) -> None:
    """Write table and openings, then the bundle: where it is, the rest is."""
    progress.update(0, 4, "ranking every listener")
    table = load_table(plan.model.path)
    snapshot = plan.snapshot.load()
    epoch = build_epoch(table, build_snapshot_exclusions(snapshot, table), terms, context.epoch_secret)
    progress.update(1, 4, "saving the table")
    context.library.save_table(plan.epoch, table)
    progress.update(2, 4, "saving openings")
    context.library.save_openings(plan.epoch, epoch.openings())
    progress.update(3, 4, "saving the bundle")
    titles = _titles(snapshot)
    extras = {
        name: content for name, content in plan.model.load_public_files().items() if name not in CORE_FILES
    }
    extras[GATES_FILE] = (json.dumps(gates.to_json(), indent=1) + "\n").encode()
    named = [titles.get(track_id, track_id) for track_id in table.track_ids]
    save_bundle(epoch, named, context.library.bundle(plan.epoch), extras)
    progress.update(4, 4, "done")


def _titles(snapshot: Snapshot) -> dict[str, str]:
    tracks = snapshot.nodes["Track"]
    return {row["track_id"]: row["title"] or row["track_id"] for row in tracks.to_pylist()}


async def _publish(context: KeeperContext, epoch: EpochId) -> str:
    """Publish the bundle where that was asked for and not done yet, and return its CID."""
    bundle = context.library.bundle(epoch)
    cid = context.library.load_bundle(epoch).cid()
    marker = context.library.folder(epoch) / "published"
    done = marker.is_file() and marker.read_text(encoding="utf-8") == cid
    if context.ipfs is not None and not done:
        await context.ipfs.publish_directory(bundle)
        marker.write_text(cid, encoding="utf-8")
    return cid
