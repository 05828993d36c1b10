"""`tunefi tune` from the command line: what it refuses, and that it finds settings and ends in time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from tests.kit.listening import block_pairs, save_listening

ROOT = Path(__file__).parents[2]


def test_a_home_without_a_snapshot_and_two_kinds_of_data_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path / "home"))
    for arguments in ([], ["--snapshot", str(tmp_path), "--data", str(tmp_path)]):
        result = CliRunner().invoke(app, ["tune", "--json", *arguments])
        assert result.exit_code == ExitCode.REFUSED
        assert json.loads(result.stdout)["error"] == "NothingToTune"


def test_the_study_and_its_best_settings_lie_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TUNEFI_DIMENSION", "32")
    snapshot = save_listening(tmp_path / "snapshot", block_pairs(), 30)
    words = ["tune", "--snapshot", str(snapshot), "--trials", "1", "--minutes", "5", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["study"] == str(tmp_path / "home" / "tuning" / "snapshot-32.sqlite")
    assert Path(found["settings_file"]).read_text().startswith("# validation NDCG@20")
