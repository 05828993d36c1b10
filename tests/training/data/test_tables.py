"""Tables of pandas, Polars and Arrow give the same pairs, and what makes no sense is named by row."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.listening import address, block_pairs, save_listening, track
from training.data.errors import MalformedTable
from training.data.interactions import Interactions, load_interactions
from training.data.tables import address_of, build_from_table
from training.data.text import load_text

FORMS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "arrow": pa.table,
    "chunks": lambda columns: pa.concat_tables([pa.table(columns).slice(0, 5), pa.table(columns).slice(5)]),
    "categories": lambda columns: pl.DataFrame(columns).with_columns(pl.col("track").cast(pl.Categorical)),
}


def _columns(rows: list[tuple[int, int]], **more: list[Any]) -> dict[str, list[Any]]:
    return {"listener": [address(u) for u, _ in rows], "track": [track(t) for _, t in rows], **more}


def _triples(found: Interactions) -> list[tuple[str, str, int | None]]:
    times = [None] * len(found) if found.times is None else found.times.tolist()
    rows = zip(found.listener_rows.tolist(), found.track_rows.tolist(), times, strict=True)
    return sorted((found.addresses[a], found.track_ids[b], time) for a, b, time in rows)


@pytest.mark.parametrize("form", FORMS)
def test_every_library_gives_the_same_pairs(form: str) -> None:
    rows = block_pairs()
    seconds = list(range(1_600_000_000, 1_600_000_000 + len(rows)))
    columns = _columns(rows, plays=[1 + n % 4 for n in range(len(rows))], time=seconds)
    found = build_from_table(FORMS[form](columns))
    expected = [(address(u), track(t), when) for (u, t), when in zip(rows, seconds, strict=True)]
    assert _triples(found) == sorted(expected)
    assert found.snapshot_digest == build_from_table(pa.table(columns)).snapshot_digest


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6), st.integers(0, 6), st.integers(0, 3), st.one_of(st.none(), st.integers(0, 99))
        ),
        max_size=30,
    )
)
@settings(max_examples=50)
def test_rows_of_one_pair_are_added_up_and_the_earliest_time_counts(
    more: list[tuple[int, int, int, int | None]],
) -> None:
    rows = [(u, t, 1, 50) for u in range(3) for t in range(3)] + more
    columns = _columns([(u, t) for u, t, _, _ in rows], plays=[r[2] for r in rows], time=[r[3] for r in rows])
    found = build_from_table(pa.table(columns))
    expected: dict[tuple[str, str], list[tuple[int, int | None]]] = {}
    for listener, number, plays, time in rows:
        expected.setdefault((address(listener), track(number)), []).append((plays, time))
    heard = {pair: each for pair, each in expected.items() if sum(plays for plays, _ in each)}
    times = {pair: [time for _, time in each if time is not None] for pair, each in heard.items()}
    known = all(times.values())
    assert _triples(found) == sorted((*pair, min(each) if known else None) for pair, each in times.items())


def test_a_table_of_numbers_is_the_same_data_as_text(tmp_path: Path) -> None:
    rows = block_pairs()
    (tmp_path / "train.txt").write_text("".join(f"{u} {t}\n" for u, t in rows[1:]))
    (tmp_path / "test.txt").write_text("{} {}\n".format(*rows[0]))
    columns = {"user": [u for u, _ in rows], "item": [t for _, t in rows]}
    found, text = build_from_table(pd.DataFrame(columns), listener="user", track="item"), load_text(tmp_path)
    assert found.addresses == text.train.addresses
    assert found.track_ids == text.train.track_ids
    assert set(found.keys().tolist()) == {*text.train.keys().tolist(), *text.test.keys().tolist()}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([datetime(2020, 1, 1, 0, 0, n, tzinfo=UTC) for n in range(4)], 1_577_836_800),
        ([date(2020, 1, 1 + n) for n in range(4)], 1_577_836_800),
        ([1_577_836_800.5 + n for n in range(4)], 1_577_836_800),
        (pd.Series(pd.date_range("2020-01-01", periods=4, tz="Europe/Berlin")), 1_577_833_200),
    ],
)
def test_times_are_read_as_seconds_whatever_they_are(times: Any, expected: int) -> None:
    columns = _columns([(0, 0), (0, 1), (1, 0), (1, 1)])
    found = build_from_table(pd.DataFrame({**columns, "time": times}))
    assert found.times is not None
    assert found.times.min() == expected


def test_names_that_are_no_addresses_get_one_and_addresses_keep_theirs() -> None:
    upper = "0x" + "AB" * 20
    columns = {"listener": ["ann", "ann", upper, upper.lower()], "track": ["a", "b", "a", "b"]}
    found = build_from_table(pa.table(columns))
    assert set(found.addresses) == {address_of("ann"), upper.lower()}
    assert address_of(255) == f"0x{255:040x}"
    assert len(address_of("ann")) == 42


GOOD = {"listener": ["a", "a", "b", "b"], "track": ["x", "y", "x", "y"]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"track": None}, r"column 'track': it is not there, only listener"),
        (
            {"track": ["x", None, "x", "y"]},
            r"column 'track' row 1 \(from 0\): the value is missing; drop the row",
        ),
        ({"listener": ["a", "a", "", "b"]}, r"column 'listener' row 2 \(from 0\): '' is empty"),
        ({"listener": [1, 2, -3, 1]}, r"column 'listener' row 2 \(from 0\): -3 is negative"),
        ({"track": [1.5, 2.0, 1.0, 1.0]}, r"column 'track': its type is double; give texts or whole numbers"),
        ({"plays": [1, 2, -1, 1]}, r"column 'plays' row 2 \(from 0\): -1.0 is no number of plays"),
        (
            {"plays": [1.0, float("nan"), 1.0, 1.0]},
            r"column 'plays' row 1 \(from 0\): nan is no number of plays",
        ),
        ({"plays": [1, None, 1, 1]}, r"column 'plays' row 1 \(from 0\): the value is no number of plays"),
        ({"plays": ["many"] * 4}, r"column 'plays': its type is string; give numbers"),
        (
            {"time": [1_600_000_000_000] * 4},
            r"column 'time' row 0 .* no time in seconds since 1970; give timestamps",
        ),
        ({"time": ["today"] * 4}, r"column 'time': its type is string; give timestamps"),
    ],
)
def test_what_makes_no_sense_is_named_by_column_and_row(changes: dict[str, Any], message: str) -> None:
    columns = {name: values for name, values in {**GOOD, **changes}.items() if values is not None}
    with pytest.raises(MalformedTable, match=message):
        build_from_table(pa.table(columns))


def test_what_is_no_table_says_what_is_one() -> None:
    with pytest.raises(MalformedTable, match=r"int is no table .* give a frame of pandas or Polars"):
        build_from_table(7)


def test_a_snapshot_carries_the_time_of_the_first_listen_only_where_all_are_known(tmp_path: Path) -> None:
    rows = block_pairs()
    first = [1_600_000_000_000_000 + n * 1_500_000 for n in range(len(rows))]
    timed = load_interactions(save_listening(tmp_path / "timed", rows, 30, first_at=first))
    expected = [(address(u), track(t), at // 1_000_000) for (u, t), at in zip(rows, first, strict=True)]
    assert _triples(timed) == sorted(expected)
    partly = save_listening(tmp_path / "partly", rows, 30, first_at=[None, *first[1:]])
    assert load_interactions(partly).times is None
    later = save_listening(
        tmp_path / "later", rows, 30, first_at=[None] * len(rows), last_at=[at + 5_000_000 for at in first]
    )
    found = load_interactions(later).times
    assert found is not None
    np.testing.assert_array_equal(np.sort(found), [at // 1_000_000 + 5 for at in first])
