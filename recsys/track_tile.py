"""A run of track rows packed for the processor, and the exact scores of listeners against it.

Owns NumKong: its int8 kernels add products in int32, in whatever order suits the processor that it finds
when the program runs, so every machine gets the same integers. A product is at most 127 * 127 and a sum of
D <= 1,024 of them is below 2^24, far inside int32. Refuses to know which score is the better one.
"""

from dataclasses import dataclass
from typing import Self, cast

import numkong
import numpy as np

from recsys.arrays import Int8Matrix, Scores

NO_SCORE = -(2**31)
"""Below every score: of a row that is never returned, and behind the end of a list."""
WIDTH_STEP = 16
"""The width of a tile is a multiple of this, so that its scores fold into groups of equal size."""


@dataclass(frozen=True)
class TrackTile:
    """Some consecutive tracks, and zero vectors behind them up to a multiple of `WIDTH_STEP`.

    Attributes:
        first_row: Row of the first one.
        tracks: How many, without the zero vectors.
        width: How many with them.
        packed: The vectors in the processor's order.
    """

    first_row: int
    tracks: int
    width: int
    packed: numkong.PackedMatrix

    @classmethod
    def pack(cls, tracks: Int8Matrix, first_row: int, stop_row: int) -> Self:
        """Return the tile of the rows from one to before another; `tracks` is int8 (N, D) without -128."""
        vectors = np.ascontiguousarray(tracks[first_row:stop_row])
        count, missing = len(vectors), -len(vectors) % WIDTH_STEP
        if missing:
            vectors = np.pad(vectors, ((0, missing), (0, 0)))
        return cls(first_row, count, count + missing, numkong.dots_pack(vectors, dtype="int8"))


class ScoreBuffer:
    """The memory in which scores are computed: fresh memory for each tile would take a fifth of the time.

    Args:
        listeners: Most listeners of one call.
        width: Widest tile.
    """

    def __init__(self, listeners: int, width: int) -> None:
        self._flat = numkong.empty((listeners * width,), dtype="int32")

    def score(self, listeners: Int8Matrix, tile: TrackTile) -> Scores:
        """Return the score of each track of a tile for each listener, until the next call.

        Args:
            listeners: int8 (B, D).
            tile: Of the same D.

        Returns:
            int32 (B, width), to be written to; `NO_SCORE` behind the last track.
        """
        shape = (len(listeners), tile.width)
        out = cast("numkong.Tensor", self._flat[: shape[0] * shape[1]]).reshape(*shape)
        scores: Scores = np.asarray(numkong.dots_packed(listeners, tile.packed, out=out))
        scores[:, tile.tracks :] = NO_SCORE
        return scores
