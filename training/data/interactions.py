"""Who heard what, as arrays: the only form of the data that models and baselines see.

Owns reading it from a snapshot directory and refusing data from which nothing can be learned. Refuses to
know the graph store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from graph_schema.snapshot import load_snapshot
from recsys.arrays import CsrRows, distinct
from recsys.table_rows import track_key
from training.data.relations import Relations, read_relations
from training.errors import DegenerateSnapshot
from tunefi.ids import Hash32

Longs = NDArray[np.int64]
Texts = Sequence[str] | Any
"""Texts of Python, or an array or chunked array of Arrow."""

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, eq=False)
class Interactions:
    """Pairs of listeners and the tracks they heard, each pair once, by listener and then track.

    Attributes:
        addresses: M listeners, ascending; each has at least one pair in the whole data.
        track_ids: N tracks in the order of the embedding table, heard or not.
        listener_rows: int64 (P,).
        track_rows: int64 (P,).
        hidden: Tracks that each listener has hidden; never a pair, never recommended.
        snapshot_digest: Digest from the manifest.
        times: When each pair was first heard, seconds since 1970, int64 (P,); None unless all are known.
        relations: What else is known of these listeners and tracks; None where nobody looked.
    """

    addresses: tuple[str, ...]
    track_ids: tuple[str, ...]
    listener_rows: Longs
    track_rows: Longs
    hidden: CsrRows
    snapshot_digest: Hash32
    times: Longs | None = None
    relations: Relations | None = None

    def __len__(self) -> int:
        return len(self.listener_rows)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of listeners and of tracks, (M, N)."""
        return len(self.addresses), len(self.track_ids)

    def part(self, keep: NDArray[np.bool_]) -> Self:
        """Return the same listeners and tracks with some of the pairs.

        Args:
            keep: bool (P,).
        """
        times = None if self.times is None else self.times[keep]
        return replace(
            self, listener_rows=self.listener_rows[keep], track_rows=self.track_rows[keep], times=times
        )

    def keys(self) -> Longs:
        """Return one number for each pair, ascending with listener and track, int64 (P,)."""
        return self.listener_rows << 32 | self.track_rows

    def heard(self) -> CsrRows:
        """Return the tracks of each listener."""
        return CsrRows.of_pairs(self.listener_rows, self.track_rows, len(self.addresses))

    def seen(self) -> CsrRows:
        """Return what must not be recommended: the tracks of each listener, and the hidden ones."""
        owners = np.concatenate([self.listener_rows, self.hidden.owners()])
        rows = np.concatenate([self.track_rows, self.hidden.indices.astype(np.int64)])
        return CsrRows.of_pairs(owners, rows, len(self.addresses))

    def matrix(self) -> sparse.csr_array:
        """Return ones at the pairs, float64 (M, N)."""
        ones = np.ones(len(self))
        return sparse.csr_array((ones, (self.listener_rows, self.track_rows)), shape=self.shape)


def load_interactions(snapshot: Path) -> Interactions:
    """Return the pairs of a snapshot directory, with what else it says of their listeners and tracks.

    Args:
        snapshot: What `graph_schema.snapshot.save_snapshot` wrote; every file is held against the manifest.

    Raises:
        DegenerateSnapshot: A pair is repeated or names an unknown track, a number of plays is negative, or
            there are fewer than two listeners or two tracks that were heard.
        SnapshotMissing, SnapshotMalformed, SnapshotTruncated, SnapshotAltered: The directory is not what
            was written; cut the snapshot again.
        WrongSchemaVersion: Another version of the schema wrote it.
    """
    loaded = load_snapshot(snapshot, check_digest=False)
    listened, hid = loaded.edges["LISTENED_TO"], loaded.edges["HID"]
    pairs = build_interactions(
        track_ids=loaded.nodes["Track"]["track_id"],
        listened=(listened["source"], listened["target"]),
        # A relationship without a number of plays is one without plays.
        plays=np.asarray(listened["plays"].fill_null(0).to_numpy(), np.float64),
        hid=(hid["source"], hid["target"]),
        snapshot_digest=loaded.digest,
        times=pc.floor(pc.divide(pc.coalesce(listened["first_at"], listened["last_at"]), _MICROSECONDS)),
    )
    return replace(pairs, relations=read_relations(loaded, pairs.addresses, pairs.track_ids))


class _Pairs(NamedTuple):
    owners: Longs
    rows: Longs

    def keys(self) -> Longs:
        return self.owners << 32 | self.rows


def build_interactions(
    *,
    track_ids: Texts,
    listened: tuple[Texts, Texts],
    plays: NDArray[np.float64],
    hid: tuple[Texts, Texts] = ((), ()),
    snapshot_digest: Hash32,
    times: Any = None,
) -> Interactions:
    """Return the pairs of columns, Arrow's or any sequences.

    Args:
        track_ids: All tracks, in any order.
        listened: Addresses and tracks of LISTENED_TO.
        plays: Number of plays of each; pairs without any play are left out.
        hid: Addresses and tracks of HID; a hidden pair is not something to learn from.
        snapshot_digest: Digest of the snapshot.
        times: Seconds since 1970 of each pair of `listened`, with nulls where unknown; None for none.

    Raises:
        DegenerateSnapshot: See `load_interactions`.
    """
    where = "LISTENED_TO"
    if not np.all(np.isfinite(plays)) or np.any(plays < 0):
        raise DegenerateSnapshot(where, "a play count is negative or not a number")
    tracks = _ordered_tracks(_array(track_ids))
    sources = _array(listened[0])
    listeners = pa.array(sorted(sources.filter(pa.array(plays > 0)).unique().to_pylist()), pa.string())
    pairs = _rows((sources, _array(listened[1])), listeners, tracks, where)
    _check_unique(pairs.keys()[pairs.owners >= 0], where)
    away = _rows((_array(hid[0]), _array(hid[1])), listeners, tracks, "HID")
    kept = np.flatnonzero((plays > 0) & ~np.isin(pairs.keys(), away.keys()))
    order = kept[np.lexsort((pairs.rows[kept], pairs.owners[kept]))]
    known = away.owners >= 0
    interactions = Interactions(
        addresses=tuple(listeners.to_pylist()),
        track_ids=tuple(tracks.to_pylist()),
        listener_rows=pairs.owners[order],
        track_rows=pairs.rows[order],
        hidden=CsrRows.of_pairs(away.owners[known], away.rows[known], len(listeners)),
        snapshot_digest=snapshot_digest,
        times=None if times is None else _known_times(_array(times, pa.int64()).take(pa.array(order))),
    )
    _check_learnable(interactions)
    return interactions


def _ordered_tracks(track_ids: pa.Array) -> pa.Array:
    ordered = sorted(track_ids.unique().to_pylist(), key=track_key)
    if len(ordered) != len(track_ids):
        raise DegenerateSnapshot("Track", "a track_id is repeated")
    return pa.array(ordered, pa.string())


def _known_times(times: pa.Array) -> Longs | None:
    return None if times.null_count else np.asarray(times.to_numpy(), np.int64)


def _check_learnable(interactions: Interactions) -> None:
    for what, rows in (("listener", interactions.listener_rows), ("track", interactions.track_rows)):
        found = len(np.unique(rows))
        if found < 2:
            raise DegenerateSnapshot(
                "LISTENED_TO", f"{found} {what}(s) with plays where at least 2 are needed"
            )
    if len(interactions) == len(np.unique(interactions.listener_rows)):
        raise DegenerateSnapshot("LISTENED_TO", "no listener has heard two tracks, so no taste can be seen")


def _check_unique(keys: Longs, where: str) -> None:
    if len(distinct(keys)) != len(keys):
        raise DegenerateSnapshot(where, "a pair of listener and track is repeated")


def _rows(pairs: tuple[pa.Array, pa.Array], listeners: pa.Array, tracks: pa.Array, where: str) -> _Pairs:
    """Return the rows of listeners, -1 for unknown ones, and of tracks."""
    owners, rows = pc.index_in(pairs[0], listeners), pc.index_in(pairs[1], tracks)
    if rows.null_count:
        unknown = pairs[1][pc.index(pc.is_null(rows), True).as_py()].as_py()
        raise DegenerateSnapshot(where, f"track {str(unknown)[:80]!r} is not among the Track nodes")
    return _Pairs(*(column.fill_null(-1).to_numpy().astype(np.int64) for column in (owners, rows)))


def _array(values: Any, kind: Any = None) -> pa.Array:
    """Return one Arrow array, of texts unless another type is named."""
    kind = kind or pa.string()
    if isinstance(values, pa.ChunkedArray):
        return pa.concat_arrays([pa.array([], values.type), *values.chunks]).cast(kind)
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(list(values), kind)
