"""Baselines against their formulas, their fair tuning, and the processes that they are measured in."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.arrays import CsrRows
from recsys.metrics import recall_at_k
from tests.kit.listening import block_pairs, interactions_of
from training.baselines import BASELINES
from training.baselines.baseline import choose_settings
from training.baselines.ease import Ease, EaseChoice, _check_memory
from training.baselines.errors import DataTooLarge, LibraryMissing
from training.baselines.item_knn import ALL, ItemKnn, ItemKnnChoice
from training.baselines.measured import measure_baselines
from training.baselines.popularity import Popularity
from training.data.parts import build_split
from training.evaluation import Scorer, rank_by_scores

BLOCKS = interactions_of(block_pairs(), 30)


@pytest.mark.parametrize("key", BASELINES)
def test_scores_come_by_blocks_of_listeners_and_do_not_depend_on_them(key: str) -> None:
    scorer = BASELINES[key].fit(BLOCKS, BASELINES[key].settings[0])
    whole = scorer(0, 36)
    assert whole.shape == (36, 30)
    np.testing.assert_allclose(np.concatenate([scorer(0, 7), scorer(7, 36)]), whole, rtol=1e-5, atol=1e-6)
    assert np.all(np.isfinite(whole))


@pytest.mark.parametrize("key", BASELINES)
def test_the_same_settings_give_the_same_scores_on_one_thread(key: str) -> None:
    settings = BASELINES[key].settings[0]
    first, again = (BASELINES[key].fit(BLOCKS, settings)(0, 36) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("key", [key for key in BASELINES if key != "popularity"])
def test_a_baseline_that_knows_who_asks_finds_the_block_of_each_listener(key: str) -> None:
    split = build_split(BLOCKS, "random", test_share=0.3)
    relevant = split.validation.heard()

    def _validate(scorer: Scorer) -> float:
        return recall_at_k(rank_by_scores(scorer, split.learn.seen(), 30, 5), relevant, 5)

    chosen = choose_settings(BASELINES[key], split.learn, _validate)[0]
    scorer = BASELINES[key].fit(split.train, chosen)
    ranking = rank_by_scores(scorer, split.train.seen(), 30, 5)
    by_all = rank_by_scores(Popularity().fit(split.train), split.train.seen(), 30, 5)
    found, known = (recall_at_k(lists, split.test.heard(), 5) for lists in (ranking, by_all))
    assert found > 0.75 > known


@given(seed=st.integers(0, 10_000), listeners=st.integers(6, 14), ridge=st.floats(0.5, 50))
@settings(max_examples=30)
def test_ease_is_the_closed_form_whichever_side_is_smaller(seed: int, listeners: int, ridge: float) -> None:
    generator = np.random.default_rng(seed)
    dense = (generator.random((listeners, 10)) < 0.4).astype(float)
    dense[:, :2] = 1
    owners, rows = np.nonzero(dense)
    whole = interactions_of(list(zip(owners.tolist(), rows.tolist(), strict=True)), 10)
    heard = whole.matrix().toarray()
    inverse = np.linalg.inv(heard.T @ heard + ridge * np.eye(10))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    scores = Ease().fit(whole, EaseChoice(ridge))(0, listeners)
    np.testing.assert_allclose(scores, heard @ weights, atol=1e-9)


def test_ease_refuses_what_memory_does_not_bear_and_says_how_much_it_takes() -> None:
    with pytest.raises(DataTooLarge, match=r"1,000,000 by 1,000,000, which takes 22,888,183 MiB where"):
        _check_memory(1_000_000)


def test_a_library_that_is_missing_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu", None)
    with pytest.raises(LibraryMissing, match=r"needs implicit: pip install 'tunefi\[baselines\]'"):
        BASELINES["als"].fit(BLOCKS, BASELINES["als"].settings[0])


def test_the_best_settings_on_validation_are_chosen_and_what_each_reached_is_told() -> None:
    asked: list[float] = []

    def _validate(scorer: object) -> float:
        asked.append(float(len(asked) % 3))
        return asked[-1]

    chosen, tried = choose_settings(ItemKnn(), BLOCKS, _validate)
    assert chosen == ItemKnn.settings[2]
    assert tried == list(zip(ItemKnn.settings, asked, strict=True))
    assert choose_settings(Popularity(), BLOCKS, _validate)[1] == []


def test_baselines_are_measured_in_processes_of_their_own_with_time_and_memory() -> None:
    split = build_split(BLOCKS, "random", test_share=0.3)
    popularity, ease = measure_baselines(split, ("popularity", "ease"))
    here = rank_by_scores(Popularity().fit(split.train), split.train.seen(), 30, 20)
    assert popularity.ranking is not None
    np.testing.assert_array_equal(popularity.ranking.rows, here.rows)
    assert [row["ridge"] for row in ease.tried] == [choice.ridge for choice in Ease.settings]
    assert ease.settings["ridge"] == max(ease.tried, key=lambda row: row["validation_ndcg@20"])["ridge"]
    for each in (popularity, ease):
        assert each.refused == ""
        assert each.peak_mib > 20
        assert min(each.tune_seconds, each.fit_seconds, each.rank_seconds) >= 0


def test_item_knn_sums_the_shrunk_cosines_to_what_was_heard() -> None:
    whole = interactions_of([(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 0)], 5)
    heard = whole.matrix().toarray()
    common, degrees = heard.T @ heard, heard.sum(0)
    cosine = common / (np.sqrt(np.outer(degrees, degrees)) + 2.0)
    np.fill_diagonal(cosine, 0)
    scorer = ItemKnn().fit(whole, ItemKnnChoice(0.5, 2.0, ALL))
    np.testing.assert_allclose(scorer(0, 4), heard @ cosine)


def test_item_knn_keeps_the_nearest_of_each_track() -> None:
    whole = interactions_of([(u, t) for u in range(6) for t in range(8) if (u * t + t) % 3 != 1], 8)
    full = ItemKnn().fit(whole, ItemKnnChoice(0.5, 0.0, ALL))(0, 6)
    one = ItemKnn().fit(whole, ItemKnnChoice(0.5, 0.0, 1))(0, 6)
    assert np.all(one <= full + 1e-12)
    assert one.sum() < full.sum()


def test_popularity_orders_by_number_of_listeners() -> None:
    whole = interactions_of([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 2)], 4)
    ranking = rank_by_scores(Popularity().fit(whole), CsrRows.empty(3), 4, 4)
    counts = np.bincount(whole.track_rows, minlength=4)
    assert np.all(np.diff(counts[ranking.rows[0]]) <= 0)
