"""Hidden tracks are excluded first, then those heard most recently, and never more than fit."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import MalformedRows
from recsys.exclusions import EXCLUDED_MAX, TimedRows, build_exclusions

LISTENERS, TRACKS = 3, 9
TIMES = st.one_of(st.none(), st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 3))
ENTRIES = st.lists(
    st.tuples(st.integers(0, LISTENERS - 1), st.integers(0, TRACKS - 1), TIMES),
    max_size=25,
    unique_by=lambda entry: entry[:2],
)


def rows_of(entries: list[tuple[int, int, int | None]]) -> TimedRows:
    columns: list[Any] = [list(column) for column in zip(*entries, strict=True)] or [[], [], []]
    return TimedRows.of_arrays(columns[0], columns[1], pa.array(columns[2], pa.int64()))


def exclude_naively(hidden: list[Any], heard: list[Any], listener: int, limit: int) -> list[int]:
    chosen: list[int] = []
    for entries in (hidden, heard):
        oldest = -(2**63)
        mine = [(-(oldest if at is None else at), row) for owner, row, at in entries if owner == listener]
        chosen += [row for _, row in sorted(mine) if row not in chosen]
    return sorted(chosen[:limit])


@given(ENTRIES, ENTRIES, st.integers(0, 10))
def test_exclusions_equal_a_naive_choice(hidden: list[Any], heard: list[Any], limit: int) -> None:
    found = build_exclusions(rows_of(hidden), rows_of(heard), LISTENERS, TRACKS, limit)
    found.check(TRACKS, "exclusions")
    for listener in range(LISTENERS):
        assert found.row(listener).tolist() == exclude_naively(hidden, heard, listener, limit)


@given(st.permutations([(0, 1, 5), (0, 2, 5), (1, 1, None), (2, 8, 3), (0, 7, 1)]))
def test_the_order_of_the_input_changes_nothing(heard: list[Any]) -> None:
    found = build_exclusions(TimedRows.empty(), rows_of(heard), LISTENERS, TRACKS, 2)
    assert [found.row(listener).tolist() for listener in range(3)] == [[1, 2], [1], [8]]


def test_at_most_4096_tracks_are_excluded_and_the_oldest_listen_gives_way() -> None:
    count = EXCLUDED_MAX + 10
    tracks = np.arange(count)
    heard = TimedRows.of_arrays(np.zeros(count), tracks, tracks[::-1].copy())
    hidden = TimedRows.of_arrays([0], [count - 1], [1])
    found = build_exclusions(hidden, heard, 1, count)
    assert found.indices.tolist() == [*range(EXCLUDED_MAX - 1), count - 1]


def test_columns_of_a_snapshot_are_taken_as_they_are() -> None:
    at = pa.chunked_array([[3], [None]], pa.int64())
    rows = TimedRows.of_arrays(pa.array([0, 0]), pa.array([4, 2], pa.uint32()), at)
    assert build_exclusions(TimedRows.empty(), rows, 1, 5, 1).indices.tolist() == [4]


@pytest.mark.parametrize("entry", [(3, 0, 1), (0, 9, 1), (-1, 0, 1), (0, -1, 1)])
def test_rows_out_of_range_are_refused(entry: tuple[int, int, int]) -> None:
    with pytest.raises(MalformedRows, match="outside"):
        build_exclusions(rows_of([entry]), TimedRows.empty(), LISTENERS, TRACKS)
