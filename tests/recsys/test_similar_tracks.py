"""Similar tracks, reasons, popularity and folded-in vectors, each against a plain computation."""

from math import isqrt, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recsys.arrays import CsrRows, Int8Matrix
from recsys.errors import MalformedRows
from recsys.explain import Reason, explain_track
from recsys.fallback import rank_popular
from recsys.fold_in import fold_in
from recsys.similar import rank_similar
from tunefi.ids import TrackRow

TABLES = arrays.arrays(np.int8, st.tuples(st.integers(2, 9), st.just(32)), elements=st.integers(-3, 3))
NONE = np.empty(0, np.uint32)


def axis(place: int, length: int = 100) -> list[int]:
    return [length if i == place else 0 for i in range(32)]


def cosine(a: list[int], b: list[int]) -> float:
    product = sum(x * y for x, y in zip(a, b, strict=True))
    return product / sqrt(sum(x * x for x in a) * sum(y * y for y in b))


@given(TABLES, st.data())
def test_similar_tracks_equal_a_naive_order(tracks: Int8Matrix, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(tracks) - 1))
    found = rank_similar(tracks, TrackRow(row), 5)
    vectors = tracks.astype(int).tolist()
    others = [i for i in range(len(tracks)) if i != row and any(vectors[i]) and any(vectors[row])]
    expected = sorted((-cosine(vectors[i], vectors[row]), i) for i in others)[:5]
    assert found.rows.tolist() == [i for _, i in expected]
    assert found.similarities.tolist() == [-similarity for similarity, _ in expected]


def test_a_row_that_is_none_is_refused() -> None:
    tracks = np.ones((3, 32), np.int8)
    for row, k in ((3, 1), (-1, 1), (0, 0)):
        with pytest.raises(MalformedRows):
            rank_similar(tracks, TrackRow(row), k)


def test_reasons_are_own_tracks_that_point_the_same_way() -> None:
    near = axis(0)
    near[1] = 50
    tracks = np.array([axis(0), axis(1), axis(0, -100), near, axis(0, 9)], np.int8)
    own = np.array([4, 1, 2, 3, 3, 0], np.uint32)
    reasons = explain_track(tracks, TrackRow(0), own, 5)
    assert reasons == [Reason(TrackRow(4), 1.0), Reason(TrackRow(3), cosine(near, axis(0)))]
    assert explain_track(tracks, TrackRow(0), own, 1) == reasons[:1]
    assert explain_track(tracks, TrackRow(0), NONE) == []
    with pytest.raises(MalformedRows):
        explain_track(tracks, TrackRow(0), np.array([5], np.uint32))


def test_the_fallback_counts_listeners_and_keeps_row_order() -> None:
    counts = np.array([1, 5, 5, 0, 9], np.uint8)
    assert rank_popular(counts, NONE, 9).tolist() == [4, 1, 2, 0]
    assert rank_popular(counts, np.array([1, 4], np.uint32), 1).tolist() == [2]
    with pytest.raises(MalformedRows):
        rank_popular(counts, np.array([5], np.uint32), 1)
    with pytest.raises(MalformedRows):
        rank_popular(counts, NONE, 0)


@given(TABLES, st.data())
def test_a_folded_in_vector_is_the_weighted_sum_of_heard_tracks(
    tracks: Int8Matrix, data: st.DataObject
) -> None:
    rows = st.sets(st.integers(0, len(tracks) - 1))
    sets = data.draw(st.lists(rows, min_size=1, max_size=3))
    counts = data.draw(arrays.arrays(np.int64, len(tracks), elements=st.integers(0, 2000)))
    found = fold_in(tracks, CsrRows.of_sets(sets), counts)
    for vector, heard in zip(found.astype(int).tolist(), sets, strict=True):
        weights = {row: isqrt(2**40 // max(1, int(counts[row]))) for row in heard}
        sums = [sum(weights[row] * int(tracks[row, i]) for row in heard) for i in range(32)]
        largest = max(map(abs, sums))
        # Python rounds halves of exact fractions to even, as the rule asks.
        assert vector == [round(127 * value / largest) if largest else 0 for value in sums]


def test_a_listener_who_heard_one_track_points_its_way() -> None:
    tracks = np.array([axis(0, 50), axis(1, 7)], np.int8)
    vectors = fold_in(tracks, CsrRows.of_sets([[0], [1], []]), np.array([3, 1]))
    assert vectors.tolist() == [axis(0, 127), axis(1, 127), axis(0, 0)]


def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(MalformedRows):
        fold_in(np.ones((2, 32), np.int8), CsrRows.empty(1), np.array([1]))
