"""The demonstration's journal: what counts as done, and what a torn file does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.demo.journal import Journal, Record, digest_of
from cli.demo.meter import Cost, Meter


def test_a_stage_counts_only_for_the_same_inputs(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "stages.json")
    journal.add("model", Record(digest_of({"seed": 1}), {"digest": "0x01"}, Cost(2.0, 100.0)))
    assert journal.find("model", digest_of({"seed": 2})) is None
    assert journal.find("model", digest_of({"seed": 1})) is not None


def test_a_journal_outlives_the_process(tmp_path: Path) -> None:
    record = Record("inputs", {"digest": "0x01"}, Cost(2.0, 100.0))
    Journal(tmp_path / "stages.json").add("model", record)
    assert Journal(tmp_path / "stages.json").find("model", "inputs") == record


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model": 7}', '{"model": {"inputs": "x"}}'])
def test_a_torn_journal_means_that_nothing_is_done(tmp_path: Path, content: str) -> None:
    path = tmp_path / "stages.json"
    path.write_text(content)
    assert Journal(path).find("model", "x") is None


@given(st.dictionaries(st.text(max_size=5), st.integers()))
def test_the_digest_of_inputs_does_not_depend_on_their_order(inputs: dict[str, int]) -> None:
    assert digest_of(inputs) == digest_of(dict(reversed(inputs.items())))


def test_a_meter_sees_the_memory_that_is_used() -> None:
    with Meter() as small:
        pass
    with Meter() as large:
        block = bytearray(200 * 1024 * 1024)
        block[::4096] = b"x" * len(block[::4096])
    assert large.cost.peak_mib > small.cost.peak_mib + 150
