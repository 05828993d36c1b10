"""Who heard what, as arrays: the only form of the data that models and baselines see.

Owns reading it from a snapshot directory and refusing data from which nothing can be learned. Refuses to
know the graph store.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph_schema.snapshot import load_snapshot
from recsys.arrays import CsrRows
from recsys.table_rows import track_key
from training.errors import DegenerateSnapshot
from tunefi.ids import Hash32

Longs = NDArray[np.int64]


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
    """

    addresses: tuple[str, ...]
    track_ids: tuple[str, ...]
    listener_rows: Longs
    track_rows: Longs
    hidden: CsrRows
    snapshot_digest: Hash32

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
        return replace(self, listener_rows=self.listener_rows[keep], track_rows=self.track_rows[keep])

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
    """Return the pairs of a snapshot directory.

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
    return build_interactions(
        track_ids=_texts(loaded.nodes["Track"]["track_id"]),
        listened=(_texts(listened["source"]), _texts(listened["target"])),
        # A relationship without a number of plays is one without plays.
        plays=_numbers(listened["plays"]),
        hid=(_texts(hid["source"]), _texts(hid["target"])),
        snapshot_digest=loaded.digest,
    )


def build_interactions(
    *,
    track_ids: list[str],
    listened: tuple[list[str], list[str]],
    plays: NDArray[np.float64],
    hid: tuple[list[str], list[str]] = ([], []),
    snapshot_digest: Hash32,
) -> Interactions:
    """Return the pairs of columns.

    Args:
        track_ids: All tracks, in any order.
        listened: Addresses and tracks of LISTENED_TO.
        plays: Number of plays of each; pairs without any play are left out.
        hid: Addresses and tracks of HID; a hidden pair is not something to learn from.
        snapshot_digest: Digest of the snapshot.

    Raises:
        DegenerateSnapshot: See `load_interactions`.
    """
    where = "LISTENED_TO"
    if not np.all(np.isfinite(plays)) or np.any(plays < 0):
        raise DegenerateSnapshot(where, "a play count is negative or not a number")
    ordered = sorted(set(track_ids), key=track_key)
    if len(ordered) != len(track_ids):
        raise DegenerateSnapshot("Track", "a track_id is repeated")
    track_row = {track_id: row for row, track_id in enumerate(ordered)}
    addresses = sorted({address for address, count in zip(listened[0], plays, strict=True) if count > 0})
    listener_row = {address: row for row, address in enumerate(addresses)}
    owners, rows = _rows(listened, listener_row, track_row, where)
    _check_unique(owners[owners >= 0] << 32 | rows[owners >= 0], where)
    hid_owners, hid_rows = _rows(hid, listener_row, track_row, "HID")
    hidden_pairs = hid_owners << 32 | hid_rows
    keep = (plays > 0) & ~np.isin(owners << 32 | rows, hidden_pairs)
    order = np.lexsort((rows[keep], owners[keep]))
    known = hid_owners >= 0
    interactions = Interactions(
        addresses=tuple(addresses),
        track_ids=tuple(ordered),
        listener_rows=owners[keep][order],
        track_rows=rows[keep][order],
        hidden=CsrRows.of_pairs(hid_owners[known], hid_rows[known], len(addresses)),
        snapshot_digest=snapshot_digest,
    )
    _check_learnable(interactions)
    return interactions


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
    if len(np.unique(keys)) != len(keys):
        raise DegenerateSnapshot(where, "a pair of listener and track is repeated")


def _rows(
    pairs: tuple[list[str], list[str]], listener_row: dict[str, int], track_row: dict[str, int], where: str
) -> tuple[Longs, Longs]:
    unknown = next((track_id for track_id in pairs[1] if track_id not in track_row), None)
    if unknown is not None:
        raise DegenerateSnapshot(where, f"track {str(unknown)[:80]!r} is not among the Track nodes")
    owners = np.array([listener_row.get(address, -1) for address in pairs[0]], np.int64)
    return owners, np.array([track_row[track_id] for track_id in pairs[1]], np.int64)


def _texts(column: Any) -> list[str]:
    texts: list[str] = column.to_pylist()
    return texts


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.fill_null(0).to_numpy(), np.float64)
