"""A ledger on disk is the one that was computed, or it is refused."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from engagement.errors import BadParameters, DamagedLedger
from engagement.history import History
from engagement.ledger import RewardLedger
from engagement.ledger_files import load_ledger, load_ledger_manifest, load_ledger_row, save_ledger
from engagement.parameters import RewardParameters
from engagement.rewards import compute_rewards
from tests.engagement.histories import account, artist, controls, drawn_histories, heard, history, stake
from tests.engagement.snapshot_rows import tables_of


@pytest.fixture
def ledger() -> RewardLedger:
    past = history(
        stakes=[stake(1, 10**40), stake(2, 10**39)],
        listening=[heard(1, 1, 500), heard(2, 1, 700)],
        controls=[controls(9, 1)],
    )
    return compute_rewards(past, None, None, 2**255, RewardParameters())


@given(drawn_histories())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_every_ledger_comes_back_as_it_was_saved(tmp_path: Path, past: History) -> None:
    ledger = compute_rewards(past, None, None, 2**200, RewardParameters())
    save_ledger(ledger, tmp_path / "rewards")
    assert load_ledger(tmp_path / "rewards") == ledger


@given(drawn_histories())
def test_a_history_goes_through_the_tables_of_a_snapshot_unchanged(past: History) -> None:
    rule = RewardParameters()
    assert compute_rewards(tables_of(past), None, None, 9, rule).digest == (
        compute_rewards(past, None, None, 9, rule).digest
    )


def test_one_row_is_read_without_the_rest(tmp_path: Path, ledger: RewardLedger) -> None:
    save_ledger(ledger, tmp_path)
    found = load_ledger_row(tmp_path, account(9))
    assert found is not None
    assert found[0] == ledger.by_account[account(9)]
    assert [earning.artist_id for earning in found[1]] == [artist(1)]
    assert load_ledger_row(tmp_path, account(77)) is None
    assert load_ledger_manifest(tmp_path)["total_cumulative_wei"] == str(ledger.total_cumulative_wei)


@pytest.mark.parametrize("name", ["accounts.parquet", "artists.parquet", "ledger.json"])
def test_a_file_cut_short_is_refused(tmp_path: Path, ledger: RewardLedger, name: str) -> None:
    save_ledger(ledger, tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedLedger):
        load_ledger(tmp_path)


def test_an_altered_budget_is_refused(tmp_path: Path, ledger: RewardLedger) -> None:
    path = save_ledger(ledger, tmp_path)
    path.write_text(path.read_text().replace(str(2**255), str(2**255 + 1)))
    with pytest.raises(DamagedLedger):
        load_ledger(tmp_path)


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(BadParameters):
        RewardParameters(fan_share=1_000_001)
    with pytest.raises(BadParameters):
        RewardParameters(ether_factor=-1)
