"""Item-kNN: a track scores the sum of its similarities to the tracks that a listener heard.

Sarwar et al., Item-based collaborative filtering, WWW 2001, with the shrinkage of Koren's and Bell's
neighbourhood models. Owns the baseline. Refuses to know the network and the test part.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from training.baselines.baseline import Baseline
from training.baselines.similarity import build_similarity
from training.data.interactions import Interactions
from training.evaluation import Scorer

ALL = 0
"""Number of neighbours that means no limit."""
_POWERS_AND_SHRINKS = ((0.5, 0.0), (0.5, 2.0), (0.5, 10.0), (0.4, 2.0))
_NEIGHBOURS = (500, ALL)


@dataclass(frozen=True)
class ItemKnnChoice:
    """Settings of item-kNN: see `build_similarity`, and the most neighbours each track listens to."""

    power: float
    shrink: float
    neighbours: int


class ItemKnn(Baseline):
    """Scores a track by its similarity to what a listener heard."""

    key = "item_knn"
    name = "item-kNN, tuned"
    settings = tuple(
        ItemKnnChoice(power, shrink, neighbours)
        for power, shrink in _POWERS_AND_SHRINKS
        for neighbours in _NEIGHBOURS
    )

    def fit(self, interactions: Interactions, settings: ItemKnnChoice, threads: int = 1) -> Scorer:
        """Return the scorer (see `Baseline`)."""
        similarity = build_similarity(interactions, settings.shrink, settings.power)
        return _scorer(interactions, _keep_nearest(similarity, settings.neighbours))


def _scorer(interactions: Interactions, similarity: sparse.csr_array) -> Scorer:
    heard, towards = interactions.matrix(), sparse.csr_array(similarity.T)
    return lambda start, stop: (heard[start:stop] @ towards).toarray()


def _keep_nearest(similarity: sparse.csr_array, neighbours: int) -> sparse.csr_array:
    """Return the largest entries of each line, ties to the lower column."""
    if neighbours == ALL:
        return similarity
    matrix = sparse.coo_array(similarity)
    order = np.lexsort((matrix.col, -matrix.data, matrix.row))
    counts = np.bincount(matrix.row, minlength=matrix.shape[0])
    places = np.arange(len(order)) - (np.cumsum(counts) - counts)[matrix.row[order]]
    kept = order[places < neighbours]
    return sparse.csr_array((matrix.data[kept], (matrix.row[kept], matrix.col[kept])), shape=matrix.shape)
