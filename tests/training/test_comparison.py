"""Intervals and verdicts: what the bootstrap must promise, and which model is said to be better."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.rank import NO_SCORE, Ranking
from tests.kit.listening import block_pairs, interactions_of
from training.data.splits import split_random
from training.evaluation.bootstrap import mean_intervals, paired_differences
from training.evaluation.comparison import compare_results
from training.evaluation.errors import IncomparableResults, ResultsMissing
from training.evaluation.per_listener import METRICS
from training.evaluation.results import ListenerResults, build_results, load_results, save_results
from training.run_files import PER_LISTENER

TEST = split_random(interactions_of(block_pairs(), 30), 0.4, 0)[1]


def _results(found: Sequence[float], name: str = "some", seed: int = 1) -> ListenerResults:
    """Return results of lists that hold each held-out track with some chance, by listener in turn."""
    generator = np.random.default_rng(seed)
    heard = TEST.heard()
    rows = np.empty((len(heard), 20), np.uint32)
    for listener in range(len(heard)):
        wanted = heard.row(listener)
        others = np.setdiff1d(np.arange(30), wanted)
        taken = wanted[generator.random(len(wanted)) < found[listener % len(found)]]
        rows[listener] = np.concatenate([taken, others])[:20]
    lists = Ranking(rows, np.full(rows.shape, NO_SCORE, np.int32), np.full(len(rows), 20))
    return build_results(lists, TEST, name)


@given(seed=st.integers(0, 2**32 - 1), listeners=st.integers(1, 30), columns=st.integers(1, 3))
@settings(max_examples=30)
def test_equal_seeds_give_equal_intervals_that_shift_and_scale_with_the_values(
    seed: int, listeners: int, columns: int
) -> None:
    values = np.random.default_rng(seed).random((listeners, columns))
    found = np.array(mean_intervals(values, seed, 200))
    np.testing.assert_array_equal(found, mean_intervals(values, seed, 200))
    np.testing.assert_allclose(np.array(mean_intervals(3 * values + 1, seed, 200)), 3 * found + 1)
    assert np.all(found[:, 0] <= found[:, 1])
    assert np.all(values.min(axis=0) <= found[:, 0] + 1e-12)
    assert np.all(found[:, 1] <= values.max(axis=0) + 1e-12)


def test_the_interval_is_that_of_a_simple_bootstrap() -> None:
    values = np.random.default_rng(3).random((40, 1))
    generator = np.random.default_rng(5)
    means = [values[generator.integers(0, 40, 40), 0].mean() for _ in range(300)]
    low, high = mean_intervals(values, 5, 300)[0]
    assert (low, high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])))


def test_many_blocks_of_draws_are_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).random((40, 2))
    whole = mean_intervals(values, 5, 300)
    monkeypatch.setattr("training.evaluation.bootstrap._BLOCK_DRAWS", 40 * 7)
    np.testing.assert_allclose(mean_intervals(values, 5, 300), whole)


def test_about_95_of_100_intervals_hold_the_true_mean() -> None:
    generator = np.random.default_rng(11)
    inside = 0
    for seed in range(200):
        low, high = mean_intervals(generator.exponential(1.0, (80, 1)), seed, 300)[0]
        inside += low <= 1.0 <= high
    assert 0.88 * 200 <= inside <= 0.99 * 200


def test_a_paired_difference_sees_what_two_intervals_do_not() -> None:
    generator = np.random.default_rng(2)
    before = generator.random((200, 1))
    after = before + 0.02 + generator.normal(0, 0.02, before.shape)
    apart = [mean_intervals(each)[0] for each in (before, after)]
    assert apart[0][1] > apart[1][0]
    found = paired_differences(before, after)[0]
    assert found.clear
    assert found.low < found.gain < found.high
    assert found.chance == 0.0
    assert not paired_differences(before, before)[0].clear
    assert paired_differences(before, before)[0].chance == 1.0


def test_nobody_asked_gives_no_interval() -> None:
    assert mean_intervals(np.empty((0, 2))) == [(0.0, 0.0)] * 2
    assert paired_differences(np.empty((0, 1)), np.empty((0, 1)))[0].chance == 1.0


def test_the_better_model_is_named_with_its_gain_and_the_other_way_round_it_is_worse() -> None:
    weak, strong = _results([0.3]), _results([0.9])
    forwards = compare_results(weak, strong, ("weak", "strong"))
    backwards = compare_results(strong, weak, ("strong", "weak"))
    assert forwards.verdict().startswith("strong is better than weak: NDCG@20 ")
    assert backwards.verdict().startswith("weak is worse than strong: NDCG@20 ")
    for name in METRICS:
        one, other = forwards.differences[name], backwards.differences[name]
        assert (
            one.gain
            == pytest.approx(-other.gain)
            == pytest.approx(strong.values[name].mean() - weak.values[name].mean())
        )
    assert f"{forwards.differences['ndcg@20'].after:.4f}" in forwards.verdict()
    assert "36 listeners" in forwards.verdict()


def test_no_difference_is_claimed_where_chance_explains_it() -> None:
    found = compare_results(_results([0.5], seed=1), _results([0.5], seed=2), ("a", "b"))
    assert found.verdict().startswith("No difference between a and b can be told: ")
    assert found.differences["ndcg@20"].chance > 0.05


def test_a_metric_that_says_something_else_is_named() -> None:
    one = _results([0.5])
    values = {name: each.copy() for name, each in one.values.items()}
    values["ndcg@20"] += 0.01
    values["recall@10"] -= 0.01
    verdict = compare_results(one, replace(one, values=values), ("a", "b")).verdict()
    assert verdict.startswith("b is better than a")
    assert verdict.endswith("Not so on recall@10.")


def test_models_that_were_asked_for_other_pairs_are_not_compared() -> None:
    other = split_random(interactions_of(block_pairs(), 30), 0.4, 1)[1]
    lists = Ranking(np.zeros((36, 20), np.uint32), np.zeros((36, 20), np.int32), np.full(36, 20))
    with pytest.raises(IncomparableResults, match=r"a and b were asked for different things .* same cut"):
        compare_results(_results([0.5]), build_results(lists, other, "x"), ("a", "b"))


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    written = _results([0.4, 0.8], "a model")
    save_results(written, tmp_path)
    read = load_results(tmp_path)
    assert (read.model, read.test_digest, read.listeners) == (
        "a model",
        written.test_digest,
        written.listeners,
    )
    np.testing.assert_array_equal(read.pairs, written.pairs)
    np.testing.assert_array_equal(read.matrix(), written.matrix())


def test_a_folder_without_results_says_so(tmp_path: Path) -> None:
    with pytest.raises(ResultsMissing, match=r"it holds no per_listener\.parquet"):
        load_results(tmp_path)
    pq.write_table(pa.table({"listener": ["x"]}), tmp_path / PER_LISTENER)
    with pytest.raises(ResultsMissing, match="not in the form"):
        load_results(tmp_path)
    (tmp_path / PER_LISTENER).write_bytes(b"PAR1 and no more")
    with pytest.raises(ResultsMissing, match="cannot be read"):
        load_results(tmp_path)
