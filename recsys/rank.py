"""The one ranking: exact scores, better means higher score, then lower row.

Owns scores and their order. Refuses to know which tracks are excluded for what reason, and what the rows
stand for. The API, the epoch builder and the evaluation all call `rank_top_k`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows, Int8Matrix, Rows, Scores
from recsys.errors import DimensionMismatch, MalformedRows
from recsys.quantise import check_components

NO_ROW = 0xFFFFFFFF
"""Fills a list behind its length."""
NO_SCORE = -(2**31)

_BLOCK_SCORES = 4_000_000
_BLOCK_TRACKS = 262_144

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Ranking:
    """Lists of B listeners, best first.

    Attributes:
        rows: uint32 (B, k); behind the length of a list stands `NO_ROW`.
        scores: int32 (B, k); behind the length of a list stands `NO_SCORE`.
        lengths: int64 (B,), min(k, tracks - excluded) each.
    """

    rows: Rows
    scores: Scores
    lengths: NDArray[np.int64]

    def list_of(self, listener: int) -> tuple[Rows, Scores]:
        """Return the rows and scores of one listener, without filling."""
        length = int(self.lengths[listener])
        return self.rows[listener, :length], self.scores[listener, :length]


class _Candidates(NamedTuple):
    """Tracks that may be in a list: owner, row and score of each, all (C,)."""

    owners: NDArray[np.int64]
    rows: NDArray[np.int64]
    scores: NDArray[np.int64]


def score_tracks(listener: NDArray[np.int8], tracks: Int8Matrix) -> Scores:
    """Return the exact score of every track for one listener, int32 (N,).

    Args:
        listener: int8 (D,).
        tracks: int8 (N, D).

    Raises:
        DimensionMismatch: The vectors come from different models.
    """
    if listener.shape[0] != tracks.shape[1]:
        raise DimensionMismatch(listener.shape[0], tracks.shape[1])
    scores = np.empty(len(tracks), np.int32)
    for start in range(0, len(tracks), _BLOCK_TRACKS):
        block = tracks[start : start + _BLOCK_TRACKS].astype(np.float32)
        scores[start : start + _BLOCK_TRACKS] = block @ listener.astype(np.float32)
    return scores


def rank_top_k(listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> Ranking:
    """Rank the tracks that are not excluded for each listener, best first.

    The API, the epoch builder and the evaluation all call this, so a metric in a model card describes
    the lists that people are really shown.

    Args:
        listeners: int8 (B, D).
        tracks: int8 (N, D), in the row order of the table.
        excluded: Rows never to return, one sorted set for each listener.
        k: Length of each list, at least 1; a list is shorter when fewer tracks are left.

    Returns:
        Rows and exact scores; equal scores keep row order.

    Raises:
        DimensionMismatch: The tables come from different models; reload both.
        MalformedVectors: A vector holds -128 or has a dimension that is not allowed.
        MalformedRows: Exclusions are unsorted, repeated, out of range or for other listeners; or k < 1.
    """
    _check_input(listeners, tracks, excluded, k)
    parts: list[_Candidates] = []
    for start in range(0, len(tracks), _BLOCK_TRACKS):
        block = tracks[start : start + _BLOCK_TRACKS].astype(np.float32)
        parts.extend(_rank_block(listeners, block, start, excluded, k))
    best = _cut(_joined(parts), len(listeners), k)
    return _ranking(best, len(listeners), k)


def _check_input(listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> None:
    # A product is at most 127 * 127 and a sum of D <= 1,024 of them at most 16,516,096 < 2^24, and so is
    # every partial sum: float32 holds all of them exactly, in whatever order BLAS adds, fused or not.
    # The checks below are the proof's premises: -128 or a longer vector would break it.
    check_components(listeners, "listener vectors")
    check_components(tracks, "track vectors")
    if listeners.shape[1] != tracks.shape[1]:
        raise DimensionMismatch(listeners.shape[1], tracks.shape[1])
    if k < 1:
        raise MalformedRows("list length", f"{k} is below 1")
    if len(excluded) != len(listeners):
        raise MalformedRows("exclusions", f"{len(excluded)} sets for {len(listeners)} listeners")
    excluded.check(len(tracks), "exclusions")


def _rank_block(
    listeners: Int8Matrix, tracks: Floats, first_row: int, excluded: CsrRows, k: int
) -> Iterator[_Candidates]:
    step = max(1, _BLOCK_SCORES // max(1, len(tracks)))
    for start in range(0, len(listeners), step):
        block = listeners[start : start + step].astype(np.float32)
        scores = block @ tracks.T
        _drop_excluded(scores, excluded.take(start, start + len(block)), first_row)
        found = _cut(_above_threshold(scores, k), len(block), k)
        yield _Candidates(found.owners + start, found.rows + first_row, found.scores)


def _drop_excluded(scores: Floats, excluded: CsrRows, first_row: int) -> None:
    columns = excluded.indices.astype(np.int64) - first_row
    inside = (columns >= 0) & (columns < scores.shape[1])
    scores[excluded.owners()[inside], columns[inside]] = -np.inf


def _above_threshold(scores: Floats, k: int) -> _Candidates:
    """Return every track whose score is at least the k-th best of its listener, ties included."""
    tracks = scores.shape[1]
    lowest = np.float32(np.finfo(np.float32).min)
    if k < tracks:
        kth = np.partition(scores, tracks - k, axis=1)[:, tracks - k]
        thresholds = np.maximum(kth, lowest)
    else:
        thresholds = np.full(len(scores), lowest, np.float32)
    owners, rows = np.nonzero(scores >= thresholds[:, None])
    return _Candidates(owners, rows, scores[owners, rows].astype(np.int64))


def _joined(parts: list[_Candidates]) -> _Candidates:
    if not parts:
        nothing = np.empty(0, np.int64)
        return _Candidates(nothing, nothing, nothing)
    return _Candidates(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _cut(candidates: _Candidates, listeners: int, k: int) -> _Candidates:
    """Return the best k candidates of each listener, by owner, then score falling, then row."""
    order = np.lexsort((candidates.rows, -candidates.scores, candidates.owners))
    owners = candidates.owners[order]
    keep = order[_places(owners, listeners) < k]
    return _Candidates(candidates.owners[keep], candidates.rows[keep], candidates.scores[keep])


def _places(owners: NDArray[Any], listeners: int) -> NDArray[np.int64]:
    """Return the position of each entry among those of its owner; owners ascend."""
    counts = np.bincount(owners, minlength=listeners)
    starts = np.cumsum(counts) - counts
    places: NDArray[np.int64] = np.arange(len(owners), dtype=np.int64) - starts[owners]
    return places


def _ranking(best: _Candidates, listeners: int, k: int) -> Ranking:
    rows = np.full((listeners, k), NO_ROW, np.uint32)
    scores = np.full((listeners, k), NO_SCORE, np.int32)
    places = _places(best.owners, listeners)
    rows[best.owners, places] = best.rows
    scores[best.owners, places] = best.scores
    return Ranking(rows, scores, np.bincount(best.owners, minlength=listeners))
