"""Who made which track, for those who ask how attention is shared among artists.

Owns reading it from a snapshot. Refuses to know what it is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph_schema.snapshot_files import load_snapshot


@dataclass(frozen=True, eq=False)
class TrackArtists:
    """The artist of each track.

    Attributes:
        names: Of A artists, their identity where no name is known.
        rows: Artist of each track, int64 (N,); -1 where nobody is known to have made it.
    """

    names: tuple[str, ...]
    rows: NDArray[np.int64]


def load_track_artists(snapshot: Path, track_ids: Sequence[str]) -> TrackArtists:
    """Return who made the tracks, as the relationship CREATED says.

    Args:
        snapshot: Directory of the snapshot that the tracks are from.
        track_ids: N tracks, in the order of the table.

    Raises:
        SnapshotMissing, SnapshotMalformed, SnapshotTruncated, SnapshotAltered: It is not what was written.
    """
    loaded = load_snapshot(snapshot, check_digest=False)
    artists, created = loaded.nodes["Artist"], loaded.edges["CREATED"]
    identities = artists["artist_id"].to_pylist()
    names = [name or identity for name, identity in zip(artists["name"].to_pylist(), identities, strict=True)]
    track_row = {track_id: row for row, track_id in enumerate(track_ids)}
    artist_row = {identity: row for row, identity in enumerate(identities)}
    made, makers = _rows(created["target"], track_row), _rows(created["source"], artist_row)
    known = made >= 0
    rows = np.full(len(track_ids), -1, np.int64)
    rows[made[known]] = makers[known]
    return TrackArtists(tuple(names), rows)


def _rows(column: pa.ChunkedArray, row_of: dict[str, int]) -> NDArray[np.int64]:
    return np.array([row_of.get(text, -1) for text in column.to_pylist()], np.int64)
