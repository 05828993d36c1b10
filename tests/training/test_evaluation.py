"""Full ranking and metrics against a computation written independently, one listener at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, recall_score

from recsys.arrays import CsrRows
from recsys.metrics import ndcg_of_each, recall_of_each
from recsys.rank import Ranking
from training.evaluation import dot_product_scorer, measure_ranking, rank_by_scores, rank_frozen
from training.evaluation.per_listener import METRICS, measure_listeners


def _rank_simply(scores: np.ndarray, excluded: set[int], k: int) -> list[int]:
    allowed = [row for row in range(len(scores)) if row not in excluded]
    return sorted(allowed, key=lambda row: (-scores[row], row))[:k]


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_ranking_and_metrics_agree_with_a_simple_computation(seed: int) -> None:
    generator = np.random.default_rng(seed)
    # Small integers, so that many scores are equal.
    scores = generator.integers(0, 4, (6, 40)).astype(np.float64)
    excluded = [
        set(generator.choice(40, generator.integers(0, 38), replace=False).tolist()) for _ in range(6)
    ]
    relevant = [set(generator.choice(40, generator.integers(0, 9), replace=False).tolist()) for _ in range(6)]
    ranking = rank_by_scores(lambda a, b: scores[a:b], CsrRows.of_sets(excluded), 40, 20)
    lists = [_rank_simply(scores[u], excluded[u], 20) for u in range(6)]
    assert [ranking.list_of(u)[0].tolist() for u in range(6)] == lists
    measured = measure_ranking(ranking, CsrRows.of_sets(relevant), 40)
    for k in (10, 20):
        recalls, gains = [], []
        for shown, wanted in zip(lists, relevant, strict=True):
            if wanted:
                hits = [row in wanted for row in shown[:k]]
                recalls.append(sum(hits) / len(wanted))
                ideal = sum(1 / np.log2(p + 2) for p in range(min(k, len(wanted))))
                gains.append(sum(1 / np.log2(p + 2) for p, hit in enumerate(hits) if hit) / ideal)
        np.testing.assert_allclose(measured[f"recall@{k}"], np.mean(recalls) if recalls else 0.0)
        np.testing.assert_allclose(measured[f"ndcg@{k}"], np.mean(gains) if gains else 0.0)


@given(st.integers(0, 10_000), st.integers(1, 20))
@settings(max_examples=12)
def test_ndcg_is_that_of_scikit_learn_and_ranking_that_of_argsort(seed: int, k: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.permutation(8 * 25).reshape(8, 25).astype(np.float64)
    wanted = generator.random((8, 25)) < 0.2
    wanted[:, 3] = True
    ranking = rank_by_scores(lambda a, b: scores[a:b], CsrRows.empty(8), 25, k)
    np.testing.assert_array_equal(ranking.rows, np.argsort(-scores, axis=1)[:, :k])
    relevant = CsrRows.of_sets([np.flatnonzero(each).tolist() for each in wanted])
    for listener, found in enumerate(ndcg_of_each(ranking, relevant, k)):
        expected = ndcg_score(wanted[[listener]], scores[[listener]], k=k, ignore_ties=True)
        np.testing.assert_allclose(found, expected)
    recalls = [recall_score(wanted[u], np.isin(np.arange(25), ranking.rows[u])) for u in range(len(wanted))]
    np.testing.assert_allclose(recall_of_each(ranking, relevant, k), recalls)


def test_metrics_of_each_listener_that_can_be_counted_by_hand() -> None:
    rows = np.array([[4, 7, 1], [0, 2, 5], [8, 9, 3], [1, 2, 3]], np.uint32)
    ranking = Ranking(rows, np.zeros(rows.shape, np.int32), np.full(4, 3))
    found = measure_listeners(ranking, CsrRows.of_sets([[7], [6], [8, 3, 1, 0], []]))
    assert list(found) == list(METRICS)
    np.testing.assert_allclose(found["hit@10"], [1, 0, 1])
    np.testing.assert_allclose(found["mrr@20"], [1 / 2, 0, 1])
    np.testing.assert_allclose(found["recall@10"], [1, 0, 2 / 4])
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    np.testing.assert_allclose(found["ndcg@20"], [1 / np.log2(3), 0, (1 + 1 / 2) / ideal])


def test_float_and_int8_ranking_agree_on_vectors_that_are_integers_already() -> None:
    generator = np.random.default_rng(0)
    listeners = generator.integers(-127, 128, (7, 32)).astype(np.float32)
    tracks = generator.integers(-127, 128, (50, 32)).astype(np.float32)
    listeners[:, 0] = tracks[0, 0] = 127
    excluded = CsrRows.of_sets([range(u) for u in range(7)])
    exact = rank_by_scores(dot_product_scorer(listeners, tracks), excluded, 50, 20)
    np.testing.assert_array_equal(exact.rows, rank_frozen(listeners, tracks, excluded, 20).rows)
