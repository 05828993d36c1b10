"""EASE: the linear model of tracks from tracks that fits best, in closed form.

Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019: with P = (X'X + ridge I)^-1, the weight
of track i for track j is -P_ij / P_jj, and 0 for i = j. Owns the baseline and what it costs in memory.
Refuses data that memory does not bear.

The matrix to invert has a row for each track. By the identity of Woodbury X P = (XX' + ridge I)^-1 X, so that
where listeners are fewer the inverse of their matrix gives the same scores.
"""

from dataclasses import dataclass

import numpy as np
import psutil
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from training.baselines.baseline import Baseline
from training.baselines.errors import DataTooLarge
from training.data.interactions import Interactions
from training.evaluation import Scorer

Floats = NDArray[np.float64]

_BLOCK = 512
_MATRICES = 3
"""Of the size of the inverse: itself, the sparse product it is made from, and blocks of scores."""


@dataclass(frozen=True)
class EaseChoice:
    """Ridge: how many listeners more a track would need for its weights to count as much."""

    ridge: float


class Ease(Baseline):
    """Scores a track by the weights of what a listener heard."""

    key = "ease"
    name = "EASE, tuned"
    settings = (EaseChoice(30.0), EaseChoice(100.0), EaseChoice(300.0), EaseChoice(1000.0))

    def fit(self, interactions: Interactions, settings: EaseChoice, threads: int = 1) -> Scorer:
        """Return the scorer (see `Baseline`).

        Raises:
            DataTooLarge: Neither the tracks' nor the listeners' matrix fits into free memory.
        """
        listeners, tracks = interactions.shape
        _check_memory(min(listeners, tracks))
        heard = interactions.matrix()
        if listeners < tracks:
            return _scorer_by_listeners(heard, settings.ridge)
        return _scorer_by_tracks(heard, settings.ridge)


def _scorer_by_tracks(heard: sparse.csr_array, ridge: float) -> Scorer:
    weights = _inverse(sparse.csr_array(heard.T @ heard), ridge)
    weights /= -np.diag(weights).copy()
    np.fill_diagonal(weights, 0.0)
    return lambda start, stop: heard[start:stop] @ weights


def _scorer_by_listeners(heard: sparse.csr_array, ridge: float) -> Scorer:
    inverse = _inverse(sparse.csr_array(heard @ heard.T), ridge)
    by_track = sparse.csr_array(heard.T)

    def _projected(start: int, stop: int) -> Floats:
        rows: Floats = (by_track @ inverse[:, start:stop]).T
        return rows

    explained = np.zeros(heard.shape[1])
    for start in range(0, heard.shape[0], _BLOCK):
        block = heard[start : start + _BLOCK]
        explained += block.multiply(_projected(start, start + _BLOCK)).sum(axis=0)

    def _scores(start: int, stop: int) -> Floats:
        scores: Floats = heard[start:stop].toarray() - ridge * _projected(start, stop) / (1.0 - explained)
        return scores

    return _scores


def _inverse(product: sparse.csr_array, ridge: float) -> Floats:
    """Return (product + ridge I)^-1, computed in the place of one dense matrix."""
    dense = product.toarray(order="F")
    dense[np.diag_indices_from(dense)] += ridge
    factor, failed = lapack.dpotrf(dense, lower=1, overwrite_a=1)
    inverse, singular = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed or singular:
        raise ValueError(f"a Gram matrix plus {ridge} is not positive definite")
    for start in range(0, len(inverse), _BLOCK):
        stop = start + _BLOCK
        corner = np.tril(inverse[start:stop, start:stop])
        inverse[start:stop, start:stop] = corner + np.tril(corner, -1).T
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
    return np.asarray(inverse)


def _check_memory(side: int) -> None:
    needed, free = _MATRICES * 8 * side * side, psutil.virtual_memory().available
    if needed > free:
        raise DataTooLarge("EASE", side, needed, free)
