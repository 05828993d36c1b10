"""The published gates that a model passes before this keeper signs it, from what this home holds.

Owns where each input comes from: listening from the epoch's snapshot, later listening from the log behind
the snapshot's head, the last epoch from the library. Refuses to know the limits and how they are measured;
that is `recsys.gates`.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from commitments.epoch_state import EpochState
from graph_schema.snapshot import Snapshot
from ingest.entries import Interaction, Kind, Plays
from ingest.hash_chain import LogHead
from keepers.chain_reads import read_epoch_state
from keepers.context import KeeperContext
from keepers.errors import GatesRefused, SigningRefused
from keepers.exclusions import build_snapshot_exclusions, find_rows
from keepers.models import StoredModel
from keepers.snapshots import StoredSnapshot
from recsys.arrays import CsrRows
from recsys.errors import DamagedTable
from recsys.gates import (
    Foretold,
    Gate,
    judge_accuracy,
    judge_exposure,
    judge_freezing,
    judge_vectors,
    rank_for_gates,
)
from recsys.rank import Ranking
from recsys.table import EmbeddingTable, load_table
from tunefi.errors import FinalError
from tunefi.ids import EpochId, LogPosition, hex_of, parse_hash32

GATES_FILE = "gates.json"
"""In the public bundle, so that the commitment covers it by the bundle's CID."""
FORMAT = "tunefi-gates/1"

_PAGE_ENTRIES = 10_000


@dataclass(frozen=True)
class GateReport:
    """What all gates found.

    Attributes:
        gates: In the order in which they are shown.
        log_head: The entry of the log up to which listening was measured.
    """

    gates: tuple[Gate, ...]
    log_head: LogHead

    @property
    def ok(self) -> bool:
        """True when no gate failed; one with too little to measure did not."""
        return all(gate.passed is not False for gate in self.gates)

    def check(self) -> None:
        """Refuse a model that failed.

        Raises:
            GatesRefused: It names each gate that failed, and what was measured.
        """
        if not self.ok:
            raise GatesRefused([gate.sentence for gate in self.gates if gate.passed is False])

    def to_json(self) -> dict[str, Any]:
        """Return what `gates.json` holds."""
        head = {"position": self.log_head.position, "hash": hex_of(self.log_head.hash)}
        return {"format": FORMAT, "log_head": head, "gates": [asdict(gate) for gate in self.gates]}


def measure_gates(
    context: KeeperContext,
    table: EmbeddingTable,
    snapshot: Snapshot,
    metrics: bytes | None,
    last: EmbeddingTable | None,
    log_head: LogHead,
) -> GateReport:
    """Return what the gates find for a table.

    Args:
        context: Whose log and limits count.
        table: What would be served.
        snapshot: What it was trained on.
        metrics: The run's `metrics.json`.
        last: The table of the last epoch, or None.
        log_head: Listens behind the snapshot's own head and up to this one are what no training saw.
    """
    limits = context.choices.gates
    excluded = build_snapshot_exclusions(snapshot, table)
    ranking = rank_for_gates(table, excluded)
    listened = _count_listeners(snapshot, table)
    artists, names = _artists(snapshot, table)
    later = _read_later(context, snapshot.log_head.position, log_head.position)
    common = np.intersect1d(
        np.array(table.listener_addresses), np.array(last.listener_addresses if last else (), str)
    )
    found = _foretold(table, ranking, excluded, later, common)
    before = _foretold_by_last(last, snapshot, later, common) if last else None
    return GateReport(
        (
            judge_accuracy(found, before, limits),
            judge_exposure(ranking, artists, listened, names, limits),
            judge_freezing(_stated_loss(metrics), limits),
            *judge_vectors(table, listened, limits),
        ),
        log_head,
    )


def measure_model(
    context: KeeperContext, snapshot: StoredSnapshot, model: StoredModel, last: EmbeddingTable | None
) -> GateReport:
    """Return what the gates find for a stored model, on listens up to the log's head now."""
    metrics = model.load_public_files().get("metrics.json")
    head = context.log.head()
    return measure_gates(context, load_table(model.path), snapshot.load(), metrics, last, head)


async def load_last_table(context: KeeperContext, before: EpochId) -> EmbeddingTable | None:
    """Return the table of the newest epoch before another that was committed and is not invalid, or None."""
    for epoch in reversed(context.library.list_committed()):
        if epoch < before and await read_epoch_state(context, epoch) is not EpochState.INVALID:
            try:
                return context.library.load_table(epoch)
            except DamagedTable:
                continue
    return None


def load_gates_head(context: KeeperContext, epoch: EpochId) -> LogHead:
    """Return the head of the log up to which the gates of a built epoch were measured.

    Raises:
        SigningRefused: The bundle has no `gates.json`, or this log has another entry there.
    """
    path = context.library.bundle(epoch) / GATES_FILE
    try:
        head = json.loads(path.read_text(encoding="utf-8"))["log_head"]
        found = LogHead(LogPosition(int(head["position"])), parse_hash32(head["hash"]))
    except (OSError, ValueError, KeyError, TypeError, FinalError) as error:
        raise SigningRefused("the bundle", f"a {GATES_FILE} with a log head", "none") from error
    known = context.log.hash_at(found.position)
    if known != found.hash:
        here = hex_of(known) if known else "no such entry"
        raise SigningRefused(f"the log's entry {found.position}", hex_of(found.hash), here)
    return found


def load_metrics(context: KeeperContext, epoch: EpochId) -> bytes | None:
    """Return the metrics in the bundle of a built epoch, or None."""
    path = context.library.bundle(epoch) / "metrics.json"
    return path.read_bytes() if path.is_file() else None


def _count_listeners(snapshot: Snapshot, table: EmbeddingTable) -> NDArray[np.int64]:
    listened = snapshot.edges["LISTENED_TO"]
    played = listened.filter(pc.greater(pc.fill_null(listened["plays"], 0), 0))
    rows = find_rows(played["target"], table.track_ids)
    return np.bincount(rows[rows >= 0], minlength=len(table.track_ids))


def _artists(snapshot: Snapshot, table: EmbeddingTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    artists, created = snapshot.nodes["Artist"], snapshot.edges["CREATED"]
    identities = artists["artist_id"].to_pylist()
    names = [name or identity for name, identity in zip(artists["name"].to_pylist(), identities, strict=True)]
    tracks = find_rows(created["target"], table.track_ids)
    makers = find_rows(created["source"], identities)
    rows = np.full(len(table.track_ids), -1, np.int64)
    rows[tracks[tracks >= 0]] = makers[tracks >= 0]
    return rows, tuple(names)


def _read_later(context: KeeperContext, after: int, up_to: int) -> pa.Table:
    """Return who heard what between two positions of the log."""
    pairs = list(dict.fromkeys(_later_pairs(context, after, up_to)))
    accounts, tracks = ([pair[side] for pair in pairs] for side in (0, 1))
    return pa.table({"source": pa.array(accounts, pa.string()), "target": pa.array(tracks, pa.string())})


def _later_pairs(context: KeeperContext, after: int, up_to: int) -> Iterator[tuple[str, str]]:
    while after < up_to and (page := context.log.read(after, min(_PAGE_ENTRIES, up_to - after))):
        for stored in page:
            entry = stored.entry
            if isinstance(entry, Interaction) and entry.kind is Kind.LISTEN:
                yield entry.account, entry.subject
            elif isinstance(entry, Plays):
                yield from ((entry.account, track) for track, _ in entry.counts)
        after = page[-1].position


def _foretold(
    table: EmbeddingTable, ranking: Ranking, excluded: CsrRows, later: pa.Table, common: NDArray[Any]
) -> Foretold:
    """Return what a table foretold to the listeners of both tables, without what they had heard before."""
    listeners = find_rows(later["source"], table.listener_addresses)
    tracks = find_rows(later["target"], table.track_ids)
    known = (listeners >= 0) & (tracks >= 0)
    known &= np.isin(np.array(later["source"].to_pylist(), str), common)
    pairs = listeners[known] << 32 | tracks[known]
    heard = excluded.owners() << 32 | excluded.indices.astype(np.int64)
    new = pairs[~np.isin(pairs, heard)]
    return Foretold(ranking, CsrRows.of_pairs(new >> 32, new & 0xFFFFFFFF, len(table.listener_addresses)))


def _foretold_by_last(
    last: EmbeddingTable, snapshot: Snapshot, later: pa.Table, common: NDArray[Any]
) -> Foretold:
    excluded = build_snapshot_exclusions(snapshot, last)
    return _foretold(last, rank_for_gates(last, excluded), excluded, later, common)


def _stated_loss(metrics: bytes | None) -> float | None:
    try:
        return float(json.loads(metrics or b"")["quantisation"]["ndcg@20_lost_surely"])
    except (ValueError, KeyError, TypeError):
        return None
