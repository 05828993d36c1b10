"""Drift is what a rotation does not explain; lists are compared by what is in them and in which order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from recsys.table import EmbeddingTable, build_table
from training.card.drift_plot import draw_drift
from training.drift import aligned_cosines, list_overlap, measure_drift
from training.errors import NothingInCommon
from tunefi.ids import Hash32


def table_of(seed: int = 0, tracks: int = 60, listeners: int = 25, dimension: int = 32) -> EmbeddingTable:
    """Return random vectors."""
    random = np.random.default_rng(seed)
    return build_table(
        [f"t{number}" for number in range(tracks)],
        random.integers(-127, 128, (tracks, dimension)).astype(np.int8),
        [f"0x{number:040x}" for number in range(listeners)],
        random.integers(-127, 128, (listeners, dimension)).astype(np.int8),
        snapshot_digest=Hash32(bytes(32)),
        model_digest=Hash32(bytes(32)),
        model_name="random",
    )


@given(st.integers(0, 10_000), st.floats(0.01, 100))
@settings(max_examples=25, deadline=None)
def test_a_turned_and_stretched_copy_has_no_drift(seed: int, stretch: float) -> None:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((40, 8))
    turned = stretch * vectors @ ortho_group.rvs(8, random_state=seed)
    np.testing.assert_allclose(aligned_cosines(vectors, turned), 1.0, atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_table_with_its_axes_exchanged_and_mirrored_has_no_drift_and_the_same_lists(seed: int) -> None:
    table, random = table_of(seed), np.random.default_rng(seed)
    order, signs = random.permutation(32), random.choice([-1, 1], 32).astype(np.int8)
    turned = replace(
        table,
        track_vectors=table.track_vectors[:, order] * signs,
        listener_vectors=table.listener_vectors[:, order] * signs,
    )
    found = measure_drift(table, turned).as_dict()
    assert found["drift"] == pytest.approx(0.0, abs=1e-9)
    assert (found["list_jaccard"], found["list_overlap"]) == (1.0, 1.0)
    assert found["tracks"] == {"common": 60, "new": 0, "gone": 0, "new_share": 0.0, "gone_share": 0.0}


def test_another_model_drifts_and_a_slightly_changed_one_a_little() -> None:
    table = table_of(0)
    noise = np.random.default_rng(5).integers(-8, 9, table.track_vectors.shape)
    near = replace(table, track_vectors=np.clip(table.track_vectors + noise, -127, 127).astype(np.int8))
    little, far = (measure_drift(table, other).as_dict() for other in (near, table_of(1)))
    assert 0 < little["drift"] < 0.02
    assert little["list_jaccard"] > 0.7
    assert far["drift"] > 0.2
    assert far["list_overlap"] < little["list_overlap"]


def test_tracks_and_listeners_that_came_and_went_are_counted() -> None:
    found = measure_drift(table_of(0, 60, 25), table_of(0, 80, 20, 64)).as_dict()
    assert found["tracks"] == {"common": 60, "new": 20, "gone": 0, "new_share": 0.25, "gone_share": 0.0}
    assert found["listeners"] == {"common": 20, "new": 0, "gone": 5, "new_share": 0.0, "gone_share": 0.2}


def test_a_track_without_a_vector_is_not_measured() -> None:
    table = table_of()
    vectors = np.array(table.track_vectors)
    vectors[3] = 0
    assert len(measure_drift(table, replace(table, track_vectors=vectors)).cosines) == 59


def test_tables_that_share_nothing_are_refused() -> None:
    table = table_of()
    strangers = replace(table, track_ids=tuple(f"other{row}" for row in range(60)))
    with pytest.raises(NothingInCommon, match="track"):
        measure_drift(table, strangers)
    others = replace(table, listener_addresses=tuple(f"0x{row + 900:040x}" for row in range(25)))
    with pytest.raises(NothingInCommon, match="listener"):
        measure_drift(table, others)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_overlap_of_lists_is_that_of_their_definitions(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = (np.array([random.permutation(9)[:6] for _ in range(4)]) for _ in range(2))
    jaccard, overlap = list_overlap(first, second)
    for a, b, sets, ranks in zip(first.tolist(), second.tolist(), jaccard, overlap, strict=True):
        assert sets == pytest.approx(len({*a} & {*b}) / len({*a} | {*b}))
        terms = [0.9**depth * len({*a[:depth]} & {*b[:depth]}) / depth for depth in range(1, 7)]
        assert ranks == pytest.approx(sum(terms) / sum(0.9**depth for depth in range(1, 7)))


def test_the_picture_is_the_same_each_time_and_says_what_it_shows() -> None:
    drift = measure_drift(table_of(0), table_of(1))
    assert draw_drift(drift) == draw_drift(drift)
    assert "Jaccard index of lists" in draw_drift(drift)
