"""A search over settings: it goes on where it was, ends in time, and sees nothing of the test part."""

import sqlite3
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.kit.listening import block_pairs, interactions_of, save_listening
from tests.training.settings import small_config
from training.config import TrainingConfig
from training.errors import StudyInUse, StudyOfOthers
from training.phases import cut
from training.program import main as train_main
from training.search_space import searched_settings, within_bounds
from training.stop import StopRequest
from training.tune_program import main as tune_main
from training.tuning import Tuning, TuningLimits, TuningParts
from tunefi.progress import SilentProgress

QUICK = ["--dimension=32", "--threads=1", "--minutes=5"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_listening(tmp_path_factory.mktemp("data") / "snapshot", block_pairs(), 30)


@pytest.fixture(scope="module")
def parts() -> TuningParts:
    cuts = cut(interactions_of(block_pairs(), 30), small_config())
    return TuningParts(cuts.learn, cuts.validation)


def _tuning(parts: TuningParts, study: Path, progress: Any = None, **changes: Any) -> Tuning:
    config = small_config(**{"epochs": 2, **changes})
    stop = StopRequest()
    if progress is not None:
        progress.stop = stop
    return Tuning(parts, config, study, progress or SilentProgress(), stop)


class _StopAt:
    """Asks to stop at a trial, as Ctrl-C does."""

    def __init__(self, trial: int) -> None:
        self.stop = StopRequest()
        self._trial = trial

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        assert total is not None
        assert 0 <= done <= total
        if detail.startswith(f"trial {self._trial}:"):
            self.stop.interrupt()


def _states(study: Path) -> list[str]:
    connection = sqlite3.connect(study)
    try:
        return [state for (state,) in connection.execute("SELECT state FROM trials ORDER BY number")]
    finally:
        connection.close()


def test_the_best_settings_are_never_worse_than_the_first_and_training_takes_them(
    snapshot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "studies" / "one.sqlite"
    assert tune_main([f"--snapshot={snapshot}", f"--study={study}", "--trials=3", *QUICK]) == 0
    assert "validation NDCG@20" in capsys.readouterr().out
    found = tomllib.loads(study.with_suffix(".toml").read_text())
    assert TrainingConfig(**found).dimension == 32
    arguments = [
        f"--snapshot={snapshot}",
        f"--out={tmp_path / 'run'}",
        f"--settings={study.with_suffix('.toml')}",
    ]
    assert train_main([*arguments, "--allowed-quantisation-loss=0.5"]) == 0


def test_a_search_goes_on_in_its_study_and_finds_no_less(parts: TuningParts, tmp_path: Path) -> None:
    study = tmp_path / "study.sqlite"
    first = _tuning(parts, study).run(TuningLimits(300, trials=3))
    second = _tuning(parts, study).run(TuningLimits(300, trials=2))
    assert sum(first["trials"].values()) == 3
    assert sum(second["trials"].values()) == 5
    assert second["first_validation_ndcg@20"] == first["first_validation_ndcg@20"]
    assert second["best_validation_ndcg@20"] >= first["best_validation_ndcg@20"]
    assert first["best_validation_ndcg@20"] >= first["first_validation_ndcg@20"]
    connection = sqlite3.connect(study)
    rows = connection.execute("SELECT param_value FROM trial_params WHERE param_name = 'learning_rate'")
    values = [value for (value,) in rows]
    connection.close()
    assert len(set(values)) == 5


def test_ctrl_c_keeps_the_study_and_the_next_search_begins_with_what_was_cut_off(
    parts: TuningParts, tmp_path: Path
) -> None:
    study = tmp_path / "study.sqlite"
    found = _tuning(parts, study, _StopAt(1)).run(TuningLimits(300))
    assert found["interrupted"]
    assert found["trials"] == {"complete": 1, "pruned": 0}
    assert _states(study) == ["COMPLETE", "FAIL", "WAITING"]
    again = _tuning(parts, study).run(TuningLimits(300, trials=1))
    assert _states(study)[:3] in (["COMPLETE", "FAIL", "COMPLETE"], ["COMPLETE", "FAIL", "PRUNED"])
    assert sum(again["trials"].values()) == 2


def test_a_search_that_was_killed_leaves_nothing_in_the_way(parts: TuningParts, tmp_path: Path) -> None:
    study = tmp_path / "study.sqlite"
    _tuning(parts, study).run(TuningLimits(300, trials=1))
    connection = sqlite3.connect(study)
    connection.execute("UPDATE trials SET state = 'RUNNING'")
    connection.commit()
    connection.close()
    _tuning(parts, study).run(TuningLimits(300, trials=1))
    assert _states(study) == ["FAIL", "COMPLETE"]


def test_the_time_ends_a_search_in_the_middle_of_a_trial(parts: TuningParts, tmp_path: Path) -> None:
    endless = _tuning(parts, tmp_path / "study.sqlite", epochs=10_000, patience=10_000, evaluate_every=1_000)
    started = time.monotonic()
    found = endless.run(TuningLimits(0.5))
    assert time.monotonic() - started < 60
    assert found["best_settings"] is None
    assert not found["interrupted"]


def test_a_study_of_other_data_or_settings_is_refused_and_so_is_one_in_use(
    parts: TuningParts, tmp_path: Path
) -> None:
    study = tmp_path / "study.sqlite"
    _tuning(parts, study).run(TuningLimits(300, trials=1))
    with pytest.raises(StudyOfOthers, match="dimension is 32 there, 64 here"):
        _tuning(parts, study, dimension=64).run(TuningLimits(300, trials=1))
    other = interactions_of(block_pairs(seed=1), 30)
    moved = type(other)(**{**vars(other), "snapshot_digest": bytes(32)})
    with pytest.raises(StudyOfOthers, match="other data"):
        _tuning(TuningParts(moved, moved), study).run(TuningLimits(300, trials=1))

    class _Second(_StopAt):
        def update(self, done: float, total: float | None, detail: str = "") -> None:
            with pytest.raises(StudyInUse):
                _tuning(parts, study).run(TuningLimits(300, trials=1))
            self.stop.interrupt()

    _tuning(parts, study, _Second(0)).run(TuningLimits(300, trials=1))


def test_what_is_in_the_test_file_changes_nothing_of_what_a_search_finds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = "".join(
        f"{user} {' '.join(str((user + step) % 20) for step in range(6))}\n" for user in range(20)
    )
    scores = []
    for name, shift in (("near", 6), ("far", 11)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "train.txt").write_text(train)
        (folder / "test.txt").write_text("".join(f"{user} {(user + shift) % 20}\n" for user in range(20)))
        study = f"--study={tmp_path / name}.sqlite"
        assert tune_main([f"--data={folder}", study, "--trials=2", *QUICK]) == 0
        scores.append([line for line in capsys.readouterr().out.splitlines() if "NDCG@20" in line])
    assert scores[0] == scores[1]


def test_every_searched_setting_is_one_and_the_defaults_lie_within_its_bounds() -> None:
    searched = searched_settings()
    assert len(searched) >= 4
    defaults = TrainingConfig()
    assert within_bounds(defaults) == {name: getattr(defaults, name) for name in searched}
    for bound in ("low", "high"):
        TrainingConfig(
            **{name: type(getattr(defaults, name))(getattr(b, bound)) for name, b in searched.items()}
        )
