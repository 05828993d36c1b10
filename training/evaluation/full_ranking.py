"""Full ranking by real-valued scores, and the row of the accuracy table that a ranking earns.

Owns the measuring of models and baselines alike. Refuses to know them: it sees a function from listeners
to scores. Integer tables are ranked by `recsys.rank`, and all metrics come from `recsys.metrics`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows, Int8Matrix
from recsys.metrics import coverage_at_k, gini_at_k, ndcg_at_k, recall_at_k
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.rank import NO_ROW, NO_SCORE, Ranking, rank_top_k

Floats = NDArray[np.floating[Any]]
Scorer = Callable[[int, int], Floats]
"""Gives the scores of all tracks for the listeners from a row to before another, float (b, N)."""

Ranker = Callable[[Int8Matrix, Int8Matrix, CsrRows, int], Ranking]
"""`rank_top_k`, wherever it runs."""

LIST_LENGTH = 20
_BLOCK_LISTENERS = 256


def rank_by_scores(scorer: Scorer, excluded: CsrRows, tracks: int, k: int) -> Ranking:
    """Rank the tracks that are not excluded by real-valued scores, best first; ties go to the lower row.

    Args:
        scorer: Gives the scores.
        excluded: Rows never to return, one set for each listener.
        tracks: N.
        k: Length of each list, cut to N.

    Returns:
        A ranking whose integer scores are not filled: real numbers do not fit there.
    """
    k = min(k, tracks)
    rows = np.full((len(excluded), k), NO_ROW, np.uint32)
    for start in range(0, len(excluded), _BLOCK_LISTENERS):
        stop = min(start + _BLOCK_LISTENERS, len(excluded))
        scores = np.array(scorer(start, stop), dtype=np.float32)
        block = excluded.take(start, stop)
        scores[block.owners(), block.indices] = -np.inf
        rows[start:stop] = _best(scores, k)
    lengths = np.minimum(k, tracks - excluded.counts())
    return Ranking(rows, np.full(rows.shape, NO_SCORE, np.int32), lengths)


def _best(scores: NDArray[np.float32], k: int) -> NDArray[np.uint32]:
    """Return the rows of the k best of each line; a score of -inf leaves `NO_ROW`."""
    kth = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k]
    owners, rows = np.nonzero((scores >= kth[:, None]) & (scores > -np.inf))
    order = np.lexsort((rows, -scores[owners, rows], owners))
    owners, rows = owners[order], rows[order]
    counts = np.bincount(owners, minlength=len(scores))
    places = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    best = np.full((len(scores), k), NO_ROW, np.uint32)
    inside = places < k
    best[owners[inside], places[inside]] = rows[inside]
    return best


def dot_product_scorer(listeners: Floats, tracks: Floats) -> Scorer:
    """Return the scorer of two tables of vectors, (M, D) and (N, D)."""
    return lambda start, stop: listeners[start:stop] @ tracks.T


def rank_frozen(
    listeners: Floats, tracks: Floats, excluded: CsrRows, k: int, rank: Ranker = rank_top_k
) -> Ranking:
    """Rank by the int8 form of two tables, with the code that serves, here or where `rank` does it."""
    return rank(quantise_listeners(listeners), quantise_tracks(tracks), excluded, k)


def measure_ranking(ranking: Ranking, relevant: CsrRows, tracks: int) -> dict[str, float]:
    """Return the row of the accuracy table.

    Args:
        ranking: Lists of length 20, or as many tracks as there are.
        relevant: What each listener really heard and the model did not see.
        tracks: N.
    """
    length = ranking.rows.shape[1]
    row: dict[str, float] = {}
    for k in (10, LIST_LENGTH):
        row[f"recall@{k}"] = recall_at_k(ranking, relevant, min(k, length))
        row[f"ndcg@{k}"] = ndcg_at_k(ranking, relevant, min(k, length))
    row["coverage@20"] = coverage_at_k(ranking, tracks, length)
    row["gini@20"] = gini_at_k(ranking, tracks, length)
    return row
