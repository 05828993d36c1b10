"""The benchmark of ranking compares lists that are the same, and says where they are not."""

import numpy as np

from benchmarks.ranking import build_vectors, measure_ranking


def test_all_three_find_the_same_scores_in_the_same_run() -> None:
    found = measure_ranking(((70, 900), (5, 3_000)), rounds=2, threads=1)
    assert found["threads"] == 1
    for name in ("70x900", "5x3000"):
        shape = found[name]
        assert shape["same_scores"] is True
        assert shape["lists_in_another_order_by_faiss"] <= shape["listeners"] // 5
        # Seconds are rounded, and these take a few milliseconds: the ratio is held where it can be.
        assert shape["times_as_fast_as_the_faster"] > 0


def test_the_made_up_vectors_are_those_of_the_seed_and_use_the_range_of_bytes() -> None:
    vectors = build_vectors(500, 1)
    assert np.array_equal(vectors, build_vectors(500, 1))
    assert vectors.dtype == np.int8
    assert vectors.min() >= -127
    assert vectors.max() > 60
