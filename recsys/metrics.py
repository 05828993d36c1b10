"""Accuracy and spread of lists against what listeners really heard.

Owns the definitions that the model cards print. Refuses to know the model behind a list. Relevance is
binary; averages run over the listeners that have a non-empty test set.
"""

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows
from recsys.errors import MalformedRows
from recsys.rank import NO_ROW, Ranking

Floats = NDArray[np.float64]


def hits_at_k(ranking: Ranking, relevant: CsrRows, k: int) -> NDArray[np.bool_]:
    """Return which of the first k places of each list hold a test track, bool (B, k).

    Raises:
        MalformedRows: The two are for different listeners, or the lists are shorter than k.
    """
    if len(relevant) != len(ranking.rows):
        raise MalformedRows("test tracks", f"{len(relevant)} sets for {len(ranking.rows)} lists")
    if not 1 <= k <= ranking.rows.shape[1]:
        raise MalformedRows("cut", f"{k} is outside 1 to {ranking.rows.shape[1]}, the length of the lists")
    owners = np.arange(len(relevant), dtype=np.int64)[:, None]
    shown = owners << 32 | ranking.rows[:, :k].astype(np.int64)
    wanted = relevant.owners() << 32 | relevant.indices.astype(np.int64)
    if not len(wanted):
        return np.zeros(shown.shape, np.bool_)
    # `wanted` ascends, so a binary search is cheaper than hashing both sides.
    places = np.minimum(np.searchsorted(wanted, shown), len(wanted) - 1)
    found: NDArray[np.bool_] = wanted[places] == shown
    return found


def recall_at_k(ranking: Ranking, relevant: CsrRows, k: int) -> float:
    """Return the mean share of each listener's test tracks that are in the first k of the list.

    The divisor is the size of the test set, as in the LightGCN paper (He et al., SIGIR 2020).

    Args:
        ranking: Lists of B listeners, at least k long where enough tracks are left.
        relevant: Test tracks of the same B listeners.
        k: Cut of the list.

    Raises:
        MalformedRows: The two are for different listeners, or the lists are shorter than k.
    """
    return _mean(recall_of_each(ranking, relevant, k))


def ndcg_at_k(ranking: Ranking, relevant: CsrRows, k: int) -> float:
    """Return the mean normalised discounted cumulative gain of the first k.

    A hit at position p (from 1) gains 1 / log2(p + 1); the ideal list has min(k, test tracks) hits first.

    Args:
        ranking: Lists of B listeners, at least k long where enough tracks are left.
        relevant: Test tracks of the same B listeners.
        k: Cut of the list.

    Raises:
        MalformedRows: The two are for different listeners, or the lists are shorter than k.
    """
    return _mean(ndcg_of_each(ranking, relevant, k))


def recall_of_each(ranking: Ranking, relevant: CsrRows, k: int) -> Floats:
    """Return what `recall_at_k` averages, for each listener with a test set, float64 (tested,)."""
    sizes = relevant.counts()
    tested = sizes > 0
    recalls: Floats = hits_at_k(ranking, relevant, k)[tested].sum(axis=1) / sizes[tested]
    return recalls


def ndcg_of_each(ranking: Ranking, relevant: CsrRows, k: int) -> Floats:
    """Return what `ndcg_at_k` averages, for each listener with a test set, float64 (tested,)."""
    sizes = relevant.counts()
    tested = sizes > 0
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discounts)[np.minimum(sizes[tested], k) - 1]
    gains: Floats = hits_at_k(ranking, relevant, k)[tested] @ discounts / ideal
    return gains


def hit_of_each(ranking: Ranking, relevant: CsrRows, k: int) -> Floats:
    """Return 1 for each listener with a test track among the first k, 0 for others with a test set."""
    hits = hits_at_k(ranking, relevant, k)[relevant.counts() > 0]
    return np.asarray(hits.any(axis=1), np.float64)


def reciprocal_rank_of_each(ranking: Ranking, relevant: CsrRows, k: int) -> Floats:
    """Return 1 / position of the first test track among the first k, 0 without one, float64 (tested,)."""
    hits = hits_at_k(ranking, relevant, k)[relevant.counts() > 0]
    ranks: Floats = hits.any(axis=1) / (hits.argmax(axis=1) + 1.0)
    return ranks


def coverage_at_k(ranking: Ranking, tracks: int, k: int) -> float:
    """Return the share of all tracks that are in the first k of any list."""
    return float(np.count_nonzero(_exposures(ranking, tracks, k))) / tracks


def gini_at_k(ranking: Ranking, tracks: int, k: int) -> float:
    """Return how unequally the first k places are shared among tracks: 0 equal, near 1 all to one."""
    shown = np.sort(_exposures(ranking, tracks, k)).astype(np.float64)
    if not shown.sum():
        return 0.0
    positions = np.arange(1, tracks + 1)
    return float((2 * positions - tracks - 1) @ shown / (tracks * shown.sum()))


def _exposures(ranking: Ranking, tracks: int, k: int) -> NDArray[np.int64]:
    rows = ranking.rows[:, :k]
    return np.bincount(rows[rows != NO_ROW].astype(np.int64), minlength=tracks)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
