"""Lists are those of a naive ranking, ties included."""

from collections.abc import Iterator
from typing import Any

import numkong
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recsys import rank
from recsys.arrays import CsrRows
from recsys.errors import DimensionMismatch, MalformedRows, MalformedVectors
from recsys.rank import NO_ROW, NO_SCORE, rank_top_k, score_tracks
from tests.kit.vectors import load_vectors, to_bytes, to_int8


def rank_naively(listener: Any, tracks: Any, excluded: set[int], k: int) -> list[tuple[int, int]]:
    scores = [sum(int(a) * int(b) for a, b in zip(listener, track, strict=True)) for track in tracks]
    allowed = [(-score, row) for row, score in enumerate(scores) if row not in excluded]
    return [(row, -score) for score, row in sorted(allowed)[:k]]


@pytest.mark.parametrize("case", load_vectors("ranking")["cases"], ids=lambda case: case["name"])
def test_lists_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    listener = to_int8(case["listener"], case["dimension"])
    tracks = to_int8(case["track_vectors"], case["dimension"])
    ranking = rank_top_k(listener, tracks, CsrRows.of_sets([case["excluded_rows"]]), case["k"])
    rows, scores = ranking.list_of(0)
    assert rows.tolist() == case["rows"]
    assert scores.tolist() == case["scores"]
    assert rows.astype(">u4").tobytes() == to_bytes(case["packed_rows"])
    assert scores.astype(">i4").tobytes() == to_bytes(case["packed_scores"])


def set_blocks(patch: pytest.MonkeyPatch, listeners: int, tile: int, packed: int) -> None:
    for name, size in (
        ("_BLOCK_LISTENERS", listeners),
        ("_TILE_TRACKS", tile),
        ("_PACKED_TRACKS", packed),
    ):
        patch.setattr(rank, name, size)


@pytest.mark.parametrize("blocks", [(64, 20_480, 262_144), (3, 2, 6), (1, 1, 1)])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_ranking_equals_a_naive_one(blocks: tuple[int, int, int], data: st.DataObject) -> None:
    # Few different components make many equal scores.
    reach = data.draw(st.sampled_from([0, 1, 2, 127]))
    components = st.integers(-reach, reach)
    count, listeners = data.draw(st.integers(1, 14)), data.draw(st.integers(1, 4))
    tracks = data.draw(arrays.arrays(np.int8, (count, 32), elements=components, fill=st.just(0)))
    vectors = data.draw(arrays.arrays(np.int8, (listeners, 32), elements=components, fill=st.just(1)))
    sets = data.draw(st.lists(st.sets(st.integers(0, count - 1)), min_size=listeners, max_size=listeners))
    k = data.draw(st.integers(1, 16))
    with pytest.MonkeyPatch.context() as patch:
        set_blocks(patch, *blocks)
        ranking = rank_top_k(vectors, tracks, CsrRows.of_sets(sets), k, threads=2)
    for listener in range(listeners):
        rows, scores = ranking.list_of(listener)
        expected = rank_naively(vectors[listener], tracks, sets[listener], k)
        assert list(zip(rows.tolist(), scores.tolist(), strict=True)) == expected
        assert ranking.lengths[listener] == min(k, count - len(sets[listener]))


@pytest.mark.parametrize("reach", [1, 127])
@pytest.mark.parametrize("k", [1, 20, 70, 2_000])
def test_many_tiles_and_blocks_give_what_sorting_everything_gives(reach: int, k: int) -> None:
    random = np.random.default_rng(k + reach)
    tracks = random.integers(-reach, reach + 1, (1_501, 64)).astype(np.int8)
    tracks[random.random(1_501) < 0.2] = 0
    vectors = random.integers(-reach, reach + 1, (37, 64)).astype(np.int8)
    excluded = [random.choice(1_501, random.integers(0, 1_502), replace=False).tolist() for _ in vectors]
    excluded[3] = list(range(1_501))
    expected = vectors.astype(np.int64) @ tracks.T.astype(np.int64)
    with pytest.MonkeyPatch.context() as patch:
        set_blocks(patch, 8, 100, 450)
        ranking = rank_top_k(vectors, tracks, CsrRows.of_sets(excluded), k)
    for listener, scores in enumerate(expected):
        allowed = np.setdiff1d(np.arange(1_501), excluded[listener])
        order = allowed[np.lexsort((allowed, -scores[allowed]))][:k]
        rows, found = ranking.list_of(listener)
        np.testing.assert_array_equal(rows, order)
        np.testing.assert_array_equal(found, scores[order])
        assert np.all(ranking.rows[listener, len(order) :] == NO_ROW)


@pytest.fixture(params=["all", "turin", "genoa", "icelake", "skylake", "alder", "haswell"])
def kernels(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the processor's abilities away one after the other; the last case is plain C."""
    known = [name for name, there in numkong.get_capabilities().items() if there and name != "serial"]
    order = ["turin", "genoa", "icelake", "skylake", "alder", "haswell"]
    taken = order[: order.index(request.param) + 1] if request.param in order else []
    for name in taken:
        numkong.disable_capability(name)
    yield
    for name in known:
        numkong.enable_capability(name)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("dimension", [32, 96, 1024])
def test_every_kernel_of_this_processor_gives_the_same_exact_scores(dimension: int) -> None:
    random = np.random.default_rng(dimension)
    extremes = random.choice([-127, 127], (40, dimension)).astype(np.int8)
    extremes[0], extremes[1] = 127, -127
    tracks = np.concatenate([extremes, random.integers(-127, 128, (37, dimension)).astype(np.int8)])
    expected = tracks.astype(np.int64) @ tracks.T.astype(np.int64)
    ranking = rank_top_k(tracks, tracks, CsrRows.empty(len(tracks)), len(tracks))
    for scores, rows, found in zip(expected, ranking.rows, ranking.scores, strict=True):
        np.testing.assert_array_equal(rows, np.lexsort((np.arange(len(tracks)), -scores)))
        np.testing.assert_array_equal(found, scores[rows])


def test_equal_scores_keep_row_order() -> None:
    tracks = np.ones((50, 32), np.int8)
    ranking = rank_top_k(np.ones((2, 32), np.int8), tracks, CsrRows.of_sets([[0, 3], []]), 5)
    assert ranking.rows.tolist() == [[1, 2, 4, 5, 6], [0, 1, 2, 3, 4]]


def test_the_largest_scores_are_exact() -> None:
    tracks = np.full((3, 1024), 127, np.int8)
    tracks[1, 0], tracks[2, :] = 126, -127
    ranking = rank_top_k(tracks[:1], tracks, CsrRows.empty(1), 3)
    assert ranking.scores.tolist() == [[127 * 127 * 1024, 127 * 127 * 1024 - 127, -127 * 127 * 1024]]


def test_a_short_list_is_filled_behind_its_length() -> None:
    tracks = np.ones((2, 32), np.int8)
    ranking = rank_top_k(np.ones((2, 32), np.int8), tracks, CsrRows.of_sets([[0], [0, 1]]), 3)
    assert ranking.lengths.tolist() == [1, 0]
    assert ranking.rows.tolist() == [[1, NO_ROW, NO_ROW], [NO_ROW] * 3]
    assert ranking.scores[1].tolist() == [NO_SCORE] * 3


def test_nothing_to_rank_gives_empty_lists() -> None:
    nobody = rank_top_k(np.empty((0, 32), np.int8), np.ones((2, 32), np.int8), CsrRows.empty(0), 2)
    assert nobody.rows.shape == (0, 2)
    nothing = rank_top_k(np.ones((1, 32), np.int8), np.empty((0, 32), np.int8), CsrRows.empty(1), 2)
    assert nothing.lengths.tolist() == [0]


def test_every_row_is_scored_exactly() -> None:
    random = np.random.default_rng(5)
    tracks = random.integers(-127, 128, (500, 128)).astype(np.int8)
    expected = tracks.astype(np.int64) @ tracks[7].astype(np.int64)
    assert np.array_equal(score_tracks(tracks[7], tracks), expected)
    with pytest.raises(DimensionMismatch):
        score_tracks(tracks[7, :64], tracks)


def test_input_that_would_rank_wrongly_is_refused() -> None:
    ones = np.ones((2, 32), np.int8)
    low = ones.copy()
    low[0, 0] = -128
    none = CsrRows.empty(2)
    with pytest.raises(MalformedVectors, match="0x80"):
        rank_top_k(low, ones, none, 1)
    with pytest.raises(MalformedVectors, match="0x80"):
        rank_top_k(ones, low, none, 1)
    with pytest.raises(DimensionMismatch, match="different models"):
        rank_top_k(ones, np.ones((2, 64), np.int8), none, 1)
    with pytest.raises(MalformedRows, match="below 1"):
        rank_top_k(ones, ones, none, 0)
    with pytest.raises(MalformedRows, match="1 sets for 2 listeners"):
        rank_top_k(ones, ones, CsrRows.empty(1), 1)


@pytest.mark.parametrize(
    ("indptr", "indices", "problem"),
    [
        ([0, 1], [2], "out of range"),
        ([0, 2], [1, 0], "ascending"),
        ([0, 2], [1, 1], "ascending"),
        ([0, 2], [1], "pointers"),
        ([1, 1], [1], "pointers"),
    ],
)
def test_exclusions_that_are_no_set_are_refused(indptr: list[int], indices: list[int], problem: str) -> None:
    ones = np.ones((2, 32), np.int8)
    excluded = CsrRows(np.array(indptr, np.int64), np.array(indices, np.uint32))
    with pytest.raises(MalformedRows, match=problem):
        rank_top_k(ones[:1], ones, excluded, 1)
