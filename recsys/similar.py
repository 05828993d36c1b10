"""Tracks that sound alike, by the angle between their vectors.

Owns the similarity. Refuses to know who asks. The cosine is a product of integers, exact, divided by a
square root of an exact integer: both steps round correctly in IEEE 754, so every machine finds the same
number, and equal numbers keep row order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import Int8Matrix, Rows
from recsys.errors import MalformedRows
from recsys.rank import score_tracks
from tunefi.ids import TrackRow


@dataclass(frozen=True)
class SimilarTracks:
    """Tracks by falling similarity.

    Attributes:
        rows: uint32 (k,).
        similarities: Cosine of each, float64 (k,), -1 to 1.
    """

    rows: Rows
    similarities: NDArray[np.float64]


def rank_similar(tracks: Int8Matrix, row: TrackRow, k: int) -> SimilarTracks:
    """Return the tracks whose vectors point most the same way as that of one track.

    Args:
        tracks: int8 (N, D).
        row: The track to compare with; it is not in the result.
        k: How many, at most N - 1 come back. Tracks without a direction (zero) are left out.

    Raises:
        MalformedRows: There is no such row, or k is below 1.
    """
    if not 0 <= row < len(tracks) or k < 1:
        raise MalformedRows("similar tracks", f"row {row} of {len(tracks)} tracks, {k} wanted")
    cosines = cosine_to(tracks, tracks[row])
    candidates = np.flatnonzero((np.arange(len(tracks)) != row) & np.any(tracks, axis=1))
    if not tracks[row].any():
        candidates = candidates[:0]
    order = candidates[np.lexsort((candidates, -cosines[candidates]))][:k]
    return SimilarTracks(order.astype(np.uint32), cosines[order])


def cosine_to(tracks: Int8Matrix, vector: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the cosine of each track with a vector, float64 (N,); 0 where one of both is zero.

    Args:
        tracks: int8 (N, D).
        vector: int8 (D,).
    """
    products = score_tracks(vector, tracks).astype(np.float64)
    squares = np.einsum("nd,nd->n", tracks, tracks, dtype=np.int64)
    own = int(np.einsum("d,d->", vector, vector, dtype=np.int64))
    # Both squares are below 2^24, so their product is exact in double.
    lengths = np.sqrt((squares * own).astype(np.float64))
    cosines: NDArray[np.float64] = np.divide(products, lengths, out=np.zeros(len(tracks)), where=lengths > 0)
    return cosines
