"""The metrics of each listener who was asked for something.

Owns which metrics a comparison looks at. Refuses to know models.
"""

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import CsrRows
from recsys.metrics import hit_of_each, ndcg_of_each, recall_of_each, reciprocal_rank_of_each
from recsys.rank import Ranking

Floats = NDArray[np.float64]

CUTS = (10, 20)
_METRICS = {
    "recall": recall_of_each,
    "ndcg": ndcg_of_each,
    "hit": hit_of_each,
    "mrr": reciprocal_rank_of_each,
}
METRICS = tuple(f"{name}@{k}" for k in CUTS for name in _METRICS)


def measure_listeners(ranking: Ranking, relevant: CsrRows) -> dict[str, Floats]:
    """Return by metric a value for each listener with a test set, float64 (tested,), in their order.

    Args:
        ranking: Lists of B listeners; where a list is shorter than a cut, all of it counts.
        relevant: What the same B listeners really heard.
    """
    length = ranking.rows.shape[1]
    return {
        f"{name}@{k}": metric(ranking, relevant, min(k, length))
        for k in CUTS
        for name, metric in _METRICS.items()
    }
