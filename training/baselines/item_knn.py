"""Item-kNN: a track scores the sum of its similarities to the tracks that a listener heard.

Sarwar et al., Item-based collaborative filtering, WWW 2001, with the shrinkage of Koren's and Bell's
neighbourhood models. Owns the baseline and its fair tuning. Refuses to know the network and the test part.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from training.data.interactions import Interactions
from training.evaluation import Scorer
from training.similarity import build_similarity

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


def build_item_knn(interactions: Interactions, choice: ItemKnnChoice) -> Scorer:
    """Return a scorer by similarity to what a listener heard."""
    similarity = build_similarity(interactions, choice.shrink, choice.power)
    return _scorer(interactions, _keep_nearest(similarity, choice.neighbours))


def choose_item_knn(
    interactions: Interactions, validate: Callable[[Scorer], float]
) -> tuple[ItemKnnChoice, list[tuple[ItemKnnChoice, float]]]:
    """Return the best settings on validation, and what each setting reached.

    Args:
        interactions: What to learn from; the validation part is not in it.
        validate: Gives the validation NDCG@20 of a scorer.
    """
    tried = [(choice, validate(scorer)) for choice, scorer in _all_choices(interactions)]
    return max(tried, key=lambda pair: pair[1])[0], tried


def _all_choices(interactions: Interactions) -> Iterator[tuple[ItemKnnChoice, Scorer]]:
    for power, shrink in _POWERS_AND_SHRINKS:
        similarity = build_similarity(interactions, shrink, power)
        for neighbours in _NEIGHBOURS:
            scorer = _scorer(interactions, _keep_nearest(similarity, neighbours))
            yield ItemKnnChoice(power, shrink, neighbours), scorer


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
