"""Frozen vectors are those of exact arithmetic, stay in range, and keep the accuracy."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recsys.arrays import CsrRows
from recsys.errors import MalformedVectors
from recsys.metrics import ndcg_at_k
from recsys.quantise import check_components, quantise_listeners, quantise_tracks
from recsys.rank import Ranking, rank_top_k
from tests.kit.vectors import load_vectors, to_int8

FUNCTIONS = {"shared": quantise_tracks, "each_row": quantise_listeners}
FLOATS = st.floats(-1e6, 1e6, width=32)
MATRICES = arrays.arrays(np.float32, st.tuples(st.integers(1, 5), st.just(32)), elements=FLOATS)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(
    "case", load_vectors("quantisation")["cases"], ids=lambda case: f"{case['name']}, {case['scale']}"
)
def test_rounding_is_that_of_exact_arithmetic(case: dict[str, Any], kind: type) -> None:
    vectors = np.array(case["numerators"], kind) / kind(2.0 ** case["denominator_log2"])
    found = FUNCTIONS[case["scale"]](vectors)
    assert np.array_equal(found, to_int8(case["vectors"], case["dimension"]))


@given(MATRICES)
def test_components_stay_within_127_and_half_a_step(vectors: Any) -> None:
    for found, largest in (
        (quantise_tracks(vectors), np.abs(vectors).max()),
        (quantise_listeners(vectors), np.abs(vectors).max(axis=1, keepdims=True)),
    ):
        assert found.dtype == np.int8
        assert found.min() >= -127
        step = largest.astype(np.float64) / 127
        assert np.all(np.abs(found * step - vectors) <= step * 0.5000001)


@given(MATRICES, st.integers(-40, 40))
def test_a_scale_that_is_a_power_of_two_changes_nothing(vectors: Any, power: int) -> None:
    assert np.array_equal(quantise_tracks(vectors), quantise_tracks(vectors.astype(np.float64) * 2.0**power))


def test_zero_rows_stay_zero() -> None:
    vectors = np.zeros((3, 32))
    vectors[1, 0] = 2
    for function in FUNCTIONS.values():
        assert function(vectors)[[0, 2]].max() == 0
        assert not function(np.zeros((2, 32))).any()
        assert function(np.empty((0, 32))).shape == (0, 32)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.7e308])
@pytest.mark.parametrize("function", FUNCTIONS.values())
def test_what_is_not_finite_is_refused_with_its_row(function: Any, value: float) -> None:
    vectors = np.zeros((3, 32))
    vectors[2, 5] = value
    with pytest.raises(MalformedVectors, match="row 2"):
        function(vectors)


@pytest.mark.parametrize("dimension", [0, 1, 31, 33, 1056, 2048])
@pytest.mark.parametrize("function", FUNCTIONS.values())
def test_dimensions_that_no_contract_accepts_are_refused(function: Any, dimension: int) -> None:
    with pytest.raises(MalformedVectors, match="multiple of 32"):
        function(np.zeros((2, dimension)))


def test_the_byte_0x80_is_refused() -> None:
    vectors = np.zeros((2, 32), np.int8)
    check_components(vectors, "vectors")
    vectors[1, 1] = -128
    with pytest.raises(MalformedVectors, match="0x80"):
        check_components(vectors, "vectors")
    with pytest.raises(MalformedVectors, match="int8"):
        check_components(vectors.astype(np.int16), "vectors")
    with pytest.raises(MalformedVectors, match="matrix"):
        quantise_tracks(np.zeros(32))


def test_freezing_loses_at_most_half_a_percent_of_ndcg() -> None:
    random = np.random.default_rng(7)
    listeners = random.normal(size=(300, 64)).astype(np.float32)
    tracks = (random.normal(size=(2000, 64)) * random.lognormal(0, 0.4, (2000, 1))).astype(np.float32)
    scores = listeners @ tracks.T
    noisy = scores + random.normal(scale=scores.std(), size=scores.shape)
    relevant = CsrRows.of_sets(np.argsort(-noisy, axis=1)[:, :15].tolist())
    rows = np.argsort(-scores, axis=1, kind="stable")[:, :20].astype(np.uint32)
    exact = ndcg_at_k(Ranking(rows, np.zeros_like(rows, np.int32), np.full(300, 20)), relevant, 20)
    frozen = rank_top_k(quantise_listeners(listeners), quantise_tracks(tracks), CsrRows.empty(300), 20)
    assert 0.1 < exact < 0.9
    assert ndcg_at_k(frozen, relevant, 20) >= 0.995 * exact
