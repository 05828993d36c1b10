"""How good lists are, by which interval, for whom, and which of two models is better.

    full_ranking    real-valued scores -> lists, and a row of the accuracy table
    per_listener    each listener's metrics
    bootstrap       intervals of means and of differences of two models
    breakdown       by activity and popularity, exposure, novelty, loss by freezing
    results         each listener's metrics of a run on disk, with what they were measured on
    comparison      two results -> which is better

Owns measuring. Refuses to know models and baselines: it sees a function from listeners to scores. Integer
tables are ranked by `recsys.rank`, and metrics are defined in `recsys.metrics`.
"""

from training.evaluation.full_ranking import (
    LIST_LENGTH,
    Ranker,
    Scorer,
    dot_product_scorer,
    measure_ranking,
    rank_by_scores,
    rank_frozen,
)

__all__ = [
    "LIST_LENGTH",
    "Ranker",
    "Scorer",
    "dot_product_scorer",
    "measure_ranking",
    "rank_by_scores",
    "rank_frozen",
]
