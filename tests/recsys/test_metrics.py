"""Accuracy is what its definition says, computed here a second time without numpy."""

from math import log2
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.arrays import CsrRows
from recsys.errors import MalformedRows
from recsys.metrics import coverage_at_k, gini_at_k, ndcg_at_k, recall_at_k
from recsys.rank import NO_ROW, Ranking

TRACKS = 12
LISTS = st.lists(st.lists(st.integers(0, TRACKS - 1), unique=True, max_size=8), min_size=1, max_size=6)


def ranking_of(lists: list[list[int]], k: int = 8) -> Ranking:
    rows = np.full((len(lists), k), NO_ROW, np.uint32)
    for i, each in enumerate(lists):
        rows[i, : len(each)] = each
    return Ranking(rows, np.zeros(rows.shape, np.int32), np.array([len(each) for each in lists]))


@given(LISTS, st.data(), st.integers(1, 8))
def test_recall_and_ndcg_are_those_of_their_definitions(
    lists: list[list[int]], data: st.DataObject, k: int
) -> None:
    sets = [data.draw(st.sets(st.integers(0, TRACKS - 1))) for _ in lists]
    recalls, gains = [], []
    for each, relevant in zip(lists, sets, strict=True):
        if relevant:
            recalls.append(len(relevant & set(each[:k])) / len(relevant))
            gain = sum(1 / log2(place + 2) for place, row in enumerate(each[:k]) if row in relevant)
            gains.append(gain / sum(1 / log2(place + 2) for place in range(min(k, len(relevant)))))
    expected = [sum(values) / len(values) if values else 0.0 for values in (recalls, gains)]
    ranking, relevant_rows = ranking_of(lists), CsrRows.of_sets(sets)
    found = [recall_at_k(ranking, relevant_rows, k), ndcg_at_k(ranking, relevant_rows, k)]
    assert found == pytest.approx(expected)


def test_known_answers() -> None:
    ranking = ranking_of([[3, 1, 2], [5, 6, 7]], 3)
    relevant = CsrRows.of_sets([[1, 9], []])
    assert recall_at_k(ranking, relevant, 3) == 0.5
    assert ndcg_at_k(ranking, relevant, 3) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))
    assert recall_at_k(ranking, CsrRows.empty(2), 3) == 0.0


def test_a_perfect_list_scores_one() -> None:
    ranking = ranking_of([[0, 1, 2, 3]], 4)
    relevant = CsrRows.of_sets([[0, 1, 2, 3, 4, 5]])
    assert ndcg_at_k(ranking, relevant, 4) == pytest.approx(1.0)
    assert recall_at_k(ranking, relevant, 4) == pytest.approx(4 / 6)


def test_coverage_and_gini_tell_equal_from_unequal() -> None:
    equal = ranking_of([[0, 1], [2, 3]], 2)
    assert coverage_at_k(equal, 4, 2) == 1.0
    assert gini_at_k(equal, 4, 2) == pytest.approx(0.0)
    same = ranking_of([[0], [0]], 1)
    assert coverage_at_k(same, 4, 1) == 0.25
    assert gini_at_k(same, 4, 1) == pytest.approx(0.75)
    assert gini_at_k(ranking_of([[]], 1), 4, 1) == 0.0


@pytest.mark.parametrize("metric", [recall_at_k, ndcg_at_k])
def test_lists_that_do_not_fit_are_refused(metric: Any) -> None:
    with pytest.raises(MalformedRows, match="2 sets for 1 lists"):
        metric(ranking_of([[0]]), CsrRows.empty(2), 1)
    with pytest.raises(MalformedRows, match="outside 1 to 8"):
        metric(ranking_of([[0]]), CsrRows.empty(1), 9)
