"""The table of accuracy: the network as floats and as served, beside its start and the baselines.

Owns which rows stand in the table and what is compared with what. Refuses to know how the network learned.
"""

import math
import time
from dataclasses import dataclass
from typing import Any

from recsys.arrays import CsrRows
from recsys.metrics import ndcg_at_k
from recsys.rank import Ranking, rank_top_k
from training.baselines.baseline import choose_settings
from training.baselines.item_knn import ItemKnn, ItemKnnChoice
from training.baselines.popularity import Popularity
from training.data.parts import Split
from training.engine.job import Vectors
from training.errors import QuantisationLoss
from training.evaluation import (
    LIST_LENGTH,
    Ranker,
    Scorer,
    dot_product_scorer,
    measure_ranking,
    rank_by_scores,
    rank_frozen,
)
from training.evaluation.per_listener import measure_listeners

ACCURACY = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
EXACT, SERVED = "float", "int8"
"""The rows of the model before and after it was frozen."""


@dataclass(frozen=True)
class Accuracy:
    """Measured on the test part.

    Attributes:
        rows: One for each model, with `key`, `name`, metrics and `rank_seconds`.
        item_knn: The settings that validation chose.
        item_knn_tried: What each setting reached on validation.
        quantisation_loss: Share of NDCG@20 lost by freezing; below 0 when int8 is better.
        quantisation_loss_surely: What is lost at least, with 95 % confidence over listeners: of few listeners
            chance alone moves NDCG by more than the limit.
        rankings: The lists of each row, by its key, for all listeners.
    """

    rows: tuple[dict[str, Any], ...]
    item_knn: ItemKnnChoice
    item_knn_tried: tuple[tuple[ItemKnnChoice, float], ...]
    quantisation_loss: float
    quantisation_loss_surely: float
    rankings: dict[str, Ranking]

    def row(self, key: str) -> dict[str, Any]:
        """Return the row of a model."""
        return next(row for row in self.rows if row["key"] == key)

    def against(self, other: str) -> dict[str, float]:
        """Return how much better the served table is than another row, relative, by metric."""
        served, rival = self.row(SERVED), self.row(other)
        return {name: served[name] / rival[name] - 1 if rival[name] else 0.0 for name in ACCURACY}


def measure_accuracy(
    cuts: Split,
    start: Vectors,
    trained: Vectors,
    title: str,
    allowed_loss: float,
    rank: Ranker = rank_top_k,
) -> Accuracy:
    """Return the table; the test part is read here and nowhere else.

    Args:
        cuts: The baselines learn from the same pairs as the network, and are tuned on the same validation.
        start: Vectors before training.
        trained: Vectors after it.
        title: What people call the model.
        allowed_loss: Share of NDCG@20 that freezing may cost.
        rank: Ranks the served table.

    Raises:
        QuantisationLoss: It costs more.
    """
    choice, tried = choose_settings(ItemKnn(), cuts.learn, _validation(cuts))
    table = _Table(cuts)
    table.add_scores(EXACT, f"{title}, float32", dot_product_scorer(*trained))
    table.add(SERVED, f"{title}, int8 as served", lambda k: rank_frozen(*trained, table.seen, k, rank))
    table.add_scores("start", "its start, not trained", dot_product_scorer(*start))
    table.add_scores("item_knn", "item-kNN, tuned", ItemKnn().fit(cuts.train, choice))
    table.add_scores("popularity", "popularity", Popularity().fit(cuts.train))
    exact, frozen = table.rows[0]["ndcg@20"], table.rows[1]["ndcg@20"]
    loss = 1 - frozen / exact if exact else 0.0
    surely = loss - _chance(table.rankings, cuts.test.heard()) / exact if exact else 0.0
    if surely > allowed_loss:
        raise QuantisationLoss(exact, frozen, allowed_loss)
    return Accuracy(tuple(table.rows), choice, tuple(tried), loss, surely, table.rankings)


def _chance(rankings: dict[str, Ranking], relevant: CsrRows) -> float:
    """Return how far below its mean the loss of NDCG@20 may truly be, one-sided, with 95 % confidence."""
    of_floats, of_served = (measure_listeners(rankings[key], relevant)["ndcg@20"] for key in (EXACT, SERVED))
    differences = of_floats - of_served
    return 1.645 * float(differences.std()) / math.sqrt(max(1, len(differences)))


def _validation(cuts: Split) -> Any:
    seen, relevant, tracks = cuts.learn.seen(), cuts.validation.heard(), cuts.learn.shape[1]

    def _ndcg(scorer: Scorer) -> float:
        ranking = rank_by_scores(scorer, seen, tracks, LIST_LENGTH)
        return ndcg_at_k(ranking, relevant, ranking.rows.shape[1])

    return _ndcg


class _Table:
    def __init__(self, cuts: Split) -> None:
        self.seen: CsrRows = cuts.train.seen()
        self.rows: list[dict[str, Any]] = []
        self.rankings: dict[str, Ranking] = {}
        self._relevant, self._tracks = cuts.test.heard(), cuts.train.shape[1]

    def add_scores(self, key: str, name: str, scorer: Scorer) -> None:
        self.add(key, name, lambda k: rank_by_scores(scorer, self.seen, self._tracks, k))

    def add(self, key: str, name: str, rank: Any) -> None:
        started = time.monotonic()
        ranking: Ranking = rank(min(LIST_LENGTH, self._tracks))
        seconds = time.monotonic() - started
        self.rankings[key] = ranking
        metrics = measure_ranking(ranking, self._relevant, self._tracks)
        self.rows.append({"key": key, "name": name, **metrics, "rank_seconds": round(seconds, 3)})
