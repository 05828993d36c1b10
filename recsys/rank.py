"""The one ranking: exact scores, better means higher score, then lower row.

Owns the order of scores. Refuses to know which tracks are excluded for what reason, and what the rows
stand for. The API, the epoch builder and the evaluation all call `rank_top_k`.

Tracks are taken a tile at a time and listeners a block at a time, so that the scores in work stay in the
processor's cache. Few of them are ever looked at singly: the columns of a tile are folded into groups, and
only a group whose best score can still enter a list is opened. docs/measurements.md says what that gives.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows, Int8Matrix, Rows, Scores
from recsys.errors import DimensionMismatch, MalformedRows
from recsys.quantise import check_components
from recsys.track_tile import NO_SCORE as NO_SCORE
from recsys.track_tile import WIDTH_STEP, ScoreBuffer, TrackTile

NO_ROW = 0xFFFFFFFF
"""Fills a list behind its length; behind it the score is `NO_SCORE`."""

_TILE_TRACKS = 20_480
_BLOCK_LISTENERS = 64
"""At most 2^7: owner, score and row share the 64 bits of a key."""
_PACKED_TRACKS = 262_144
_PATIENCE = 4
"""Candidates wait until they are this many times as many as the lists hold: each sorting has its price."""
_OWNER_SHIFT, _SCORE_SHIFT = np.uint64(57), np.uint64(32)
_SCORE_TOP = 2**24
_SCORE_MASK, _ROW_MASK = np.uint64(0x1FFFFFF), np.uint64(0xFFFFFFFF)


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


class _Lists(NamedTuple):
    """The best so far, which later tiles improve; filled as in `Ranking`."""

    rows: Rows
    scores: Scores

    def take(self, start: int, stop: int) -> "_Lists":
        return _Lists(self.rows[start:stop], self.scores[start:stop])


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
    # A sum is below 2^24, and so is every partial sum: float32 holds all of them exactly, in whatever order
    # BLAS adds, fused or not. For one listener this is faster than packing tracks that are used once.
    for start in range(0, len(tracks), _TILE_TRACKS):
        block = tracks[start : start + _TILE_TRACKS].astype(np.float32)
        scores[start : start + _TILE_TRACKS] = block @ listener.astype(np.float32)
    return scores


def rank_top_k(
    listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int, threads: int | None = None
) -> Ranking:
    """Rank the tracks that are not excluded for each listener, best first.

    The API, the epoch builder and the evaluation all call this, so a metric in a model card describes
    the lists that people are really shown.

    Args:
        listeners: int8 (B, D).
        tracks: int8 (N, D), in the row order of the table.
        excluded: Rows never to return, one sorted set for each listener.
        k: Length of each list, at least 1; a list is shorter when fewer tracks are left.
        threads: How many share the work, one for each processor by default; the lists do not depend on it.

    Returns:
        Rows and exact scores; equal scores keep row order.

    Raises:
        DimensionMismatch: The tables come from different models; reload both.
        MalformedVectors: A vector holds -128 or has a dimension that is not allowed.
        MalformedRows: Exclusions are unsorted, repeated, out of range or for other listeners; or k < 1.
    """
    _check_input(listeners, tracks, excluded, k)
    shape = (len(listeners), k)
    lists = _Lists(np.full(shape, NO_ROW, np.uint32), np.full(shape, NO_SCORE, np.int32))
    blocks = range(0, len(listeners), _BLOCK_LISTENERS)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        run: Callable[..., Any] = pool.map if len(blocks) > 1 else map
        for first_row in range(0, len(tracks), _PACKED_TRACKS):
            tiles = _pack_tiles(tracks, first_row)
            list(run(lambda start, tiles=tiles: _improve(start, listeners, tiles, excluded, lists), blocks))
    return Ranking(*lists, np.minimum(k, len(tracks) - excluded.counts()))


def _pack_tiles(tracks: Int8Matrix, first_row: int) -> list[TrackTile]:
    stop = min(first_row + _PACKED_TRACKS, len(tracks))
    starts = range(first_row, stop, _TILE_TRACKS)
    return [TrackTile.pack(tracks, start, min(start + _TILE_TRACKS, stop)) for start in starts]


def _check_input(listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> None:
    # The proofs that scores are exact rest on what is checked here: -128 or a longer vector would break them.
    check_components(listeners, "listener vectors")
    check_components(tracks, "track vectors")
    if listeners.shape[1] != tracks.shape[1]:
        raise DimensionMismatch(listeners.shape[1], tracks.shape[1])
    if k < 1:
        raise MalformedRows("list length", f"{k} is below 1")
    if len(excluded) != len(listeners):
        raise MalformedRows("exclusions", f"{len(excluded)} sets for {len(listeners)} listeners")
    excluded.check(len(tracks), "exclusions")


def _improve(
    start: int, listeners: Int8Matrix, tiles: list[TrackTile], excluded: CsrRows, lists: _Lists
) -> None:
    """Put the tracks of some tiles into the lists of a block of listeners, where they belong there."""
    stop = min(start + _BLOCK_LISTENERS, len(listeners))
    vectors = np.ascontiguousarray(listeners[start:stop])
    dropped = _Dropped.of(excluded.take(start, stop))
    block = lists.take(start, stop)
    buffer = ScoreBuffer(len(vectors), max(tile.width for tile in tiles))
    floor, waiting = block.scores[:, -1].copy(), [_keys_of_lists(block)]
    for tile in tiles:
        scores = buffer.score(vectors, tile)
        dropped.drop(scores, tile)
        waiting.append(_keys_of_better(scores, tile.first_row, floor, block.rows.shape[1]))
        if sum(map(len, waiting)) > _PATIENCE * block.rows.size:
            waiting = [_write_lists(np.concatenate(waiting), block)]
            np.maximum(floor, block.scores[:, -1], out=floor)
    _write_lists(np.concatenate(waiting), block)


class _Dropped(NamedTuple):
    """What a block of listeners is never shown, by row, so that each tile finds its own part."""

    owners: NDArray[np.int64]
    rows: Rows

    @classmethod
    def of(cls, excluded: CsrRows) -> "_Dropped":
        order = np.argsort(excluded.indices, kind="stable")
        return cls(excluded.owners()[order], excluded.indices[order])

    def drop(self, scores: Scores, tile: TrackTile) -> None:
        ends = np.array([tile.first_row, tile.first_row + tile.tracks], np.uint32)
        first, last = self.rows.searchsorted(ends)
        if first < last:
            scores[self.owners[first:last], self.rows[first:last] - ends[0]] = NO_SCORE


def _keys_of_better(scores: Scores, first_row: int, floor: Scores, k: int) -> NDArray[np.uint64]:
    """Return the keys of all scores above the floor; before that, raise it to what these scores allow."""
    width = scores.shape[1] // WIDTH_STEP
    # Column c is in group c % width: folding whole stretches of columns is the fastest way to a maximum.
    groups = scores.reshape(len(scores), WIDTH_STEP, width)
    best = groups.max(axis=1)
    if floor.min(initial=0) == NO_SCORE:
        _raise_floor(floor, best if k < width else scores, k)
    owners, columns = np.nonzero(best > floor[:, None])
    opened = groups[owners, :, columns]
    entries, stretches = np.nonzero(opened > floor[owners, None])
    rows = first_row + stretches * width + columns[entries]
    return _keys(owners[entries], opened[entries, stretches], rows)


def _raise_floor(floor: Scores, best: Scores, k: int) -> None:
    """Raise to just below the k-th best: k tracks are as good, so none that is worse can be in the list."""
    if k < best.shape[1]:
        kth = np.partition(best, best.shape[1] - k, axis=1)[:, best.shape[1] - k]
        np.maximum(floor, np.maximum(kth, NO_SCORE + 1) - 1, out=floor)


def _keys_of_lists(lists: _Lists) -> NDArray[np.uint64]:
    owners, places = np.nonzero(lists.rows != NO_ROW)
    return _keys(owners, lists.scores[owners, places], lists.rows[owners, places])


def _keys(owners: NDArray[Any], scores: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.uint64]:
    """Return numbers that ascend by owner, then score falling, then row."""
    places = (_SCORE_TOP - scores.astype(np.int64)).astype(np.uint64)
    keys: NDArray[np.uint64] = owners.astype(np.uint64) << _OWNER_SHIFT
    keys |= places << _SCORE_SHIFT
    keys |= rows.astype(np.uint64)
    return keys


def _write_lists(keys: NDArray[np.uint64], lists: _Lists) -> NDArray[np.uint64]:
    """Write the first k of each owner, and return the keys of what was written."""
    keys = np.sort(keys)
    owners = (keys >> _OWNER_SHIFT).astype(np.int64)
    counts = np.bincount(owners, minlength=len(lists.rows))
    places = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    kept = places < lists.rows.shape[1]
    owners, places = owners[kept], places[kept]
    best: NDArray[np.uint64] = keys[kept]
    lists.rows[owners, places] = (best & _ROW_MASK).astype(np.uint32)
    lists.scores[owners, places] = _SCORE_TOP - (best >> _SCORE_SHIFT & _SCORE_MASK).astype(np.int64)
    return best
