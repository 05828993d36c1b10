"""How far tables of two models lie apart, once the one is turned as the other.

Owns the measures. Refuses to know which of the two is better: `tunefi compare` says that. Two trainings of
the same data may give the same geometry with other axes, because a rotation of all vectors changes no score;
so the second table is turned onto the first by the rotation that fits best over the tracks of both
(orthogonal Procrustes; Schönemann 1966), and only what is left counts as drift.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes

from recsys.arrays import CsrRows, Int8Matrix
from recsys.rank import NO_ROW, rank_top_k
from recsys.table import EmbeddingTable
from training.errors import NothingInCommon

Floats = NDArray[np.float64]

LIST_LENGTH = 20
_PATIENCE = 0.9
"""Of rank-biased overlap: each place counts nine tenths of the one before (Webber et al., 2010)."""
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Membership:
    """How many rows two tables share, and how many only the first (gone) or the second (new) has."""

    common: int
    new: int
    gone: int

    def as_dict(self) -> dict[str, float]:
        """Return counts and shares of their own table."""
        return {
            "common": self.common,
            "new": self.new,
            "gone": self.gone,
            "new_share": round(self.new / max(1, self.common + self.new), 6),
            "gone_share": round(self.gone / max(1, self.common + self.gone), 6),
        }


@dataclass(frozen=True, eq=False)
class Drift:
    """What moved between two tables.

    Attributes:
        tracks: Of both tables, by their identity.
        listeners: Of both tables, by their address.
        cosines: Of each track of both tables with itself, after the turn; tracks without a vector in one of
            the two are left out. 1: it points where it pointed.
        jaccard: Of the lists of each listener of both tables, each as a set.
        overlap: Rank-biased overlap of the same lists: the first places count most. 1: the same list.
    """

    tracks: Membership
    listeners: Membership
    cosines: Floats
    jaccard: Floats
    overlap: Floats

    def as_dict(self) -> dict[str, Any]:
        """Return the figures; drift is one less the mean cosine."""
        return {
            "drift": round(1.0 - float(self.cosines.mean()), 6),
            "tracks": self.tracks.as_dict(),
            "listeners": self.listeners.as_dict(),
            "cosine": {f"{q:.0%}": round(float(np.quantile(self.cosines, q)), 6) for q in _QUANTILES},
            "measured_tracks": len(self.cosines),
            "list_length": LIST_LENGTH,
            "list_jaccard": round(float(self.jaccard.mean()), 6),
            "list_overlap": round(float(self.overlap.mean()), 6),
        }


def measure_drift(before: EmbeddingTable, after: EmbeddingTable) -> Drift:
    """Return what moved between the tables of two models.

    Lists are those that each table gives when nothing is excluded, over the tracks of both tables.

    Raises:
        NothingInCommon: They share no track with a vector, or no listener.
    """
    tracks, rows, later_rows = _match(before.track_ids, after.track_ids)
    listeners, owners, later_owners = _match(before.listener_addresses, after.listener_addresses)
    cosines = aligned_cosines(before.track_vectors[rows], after.track_vectors[later_rows])
    if not len(cosines):
        raise NothingInCommon("track with a vector")
    if not len(owners):
        raise NothingInCommon("listener")
    first = _lists(before.listener_vectors[owners], before.track_vectors[rows])
    second = _lists(after.listener_vectors[later_owners], after.track_vectors[later_rows])
    return Drift(tracks, listeners, cosines, *list_overlap(first, second))


def aligned_cosines(before: NDArray[Any], after: NDArray[Any]) -> Floats:
    """Return the cosine of each row with itself once the second matrix is turned onto the first.

    Args:
        before: (C, D).
        after: (C, E); the narrower of the two is filled with zeros.

    Returns:
        One for each row that is zero in neither.
    """
    width = max(before.shape[1], after.shape[1])
    present = np.any(before, axis=1) & np.any(after, axis=1)
    first, second = (_unit_rows(matrix[present], width) for matrix in (before, after))
    if not len(first):
        return np.empty(0)
    turn = orthogonal_procrustes(second, first)[0]
    cosines: Floats = np.clip(np.einsum("nd,nd->n", second @ turn, first), -1.0, 1.0)
    return cosines


def list_overlap(first: NDArray[Any], second: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the Jaccard index and the rank-biased overlap of two lists of each listener.

    Args:
        first: Rows (B, k), best first; `NO_ROW` behind the end of a list.
        second: The same of another model, of the same rows.

    Returns:
        Both (B,), from 0 to 1. The overlap is divided by that of a list with itself, so that equal lists
        of k places have 1.
    """
    same = (first[:, :, None] == second[:, None, :]) & (first != NO_ROW)[:, :, None]
    shared = same.sum(axis=(1, 2))
    sizes = (first != NO_ROW).sum(axis=1), (second != NO_ROW).sum(axis=1)
    jaccard = shared / np.maximum(sizes[0] + sizes[1] - shared, 1)
    depths = np.arange(1, first.shape[1] + 1)
    agreed = same.cumsum(axis=1, dtype=np.int16).cumsum(axis=2, dtype=np.int16)[:, depths - 1, depths - 1]
    possible = np.minimum(np.maximum(*sizes)[:, None], depths)
    weights = _PATIENCE**depths
    overlap = (agreed / np.maximum(possible, 1)) @ weights / weights.sum()
    return jaccard, overlap


def _lists(listeners: Int8Matrix, tracks: Int8Matrix) -> NDArray[np.uint32]:
    count = min(LIST_LENGTH, len(tracks))
    return rank_top_k(listeners, tracks, CsrRows.empty(len(listeners)), count).rows


def _match(
    before: Sequence[str], after: Sequence[str]
) -> tuple[Membership, NDArray[np.int64], NDArray[np.int64]]:
    """Return how many are in both, and the rows of those in each, in the order of the first."""
    later = {identity: row for row, identity in enumerate(after)}
    pairs = [(row, later[identity]) for row, identity in enumerate(before) if identity in later]
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    membership = Membership(len(rows), len(after) - len(rows), len(before) - len(rows))
    return membership, rows[:, 0], rows[:, 1]


def _unit_rows(matrix: NDArray[Any], width: int) -> Floats:
    floats = np.pad(matrix.astype(np.float64), ((0, 0), (0, width - matrix.shape[1])))
    lengths: Floats = np.linalg.norm(floats, axis=1, keepdims=True)
    units: Floats = floats / lengths
    return units
