"""`tunefi compare` on what two runs left: a table for people, one object for programs, what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from training.evaluation.per_listener import METRICS
from training.evaluation.results import ListenerResults, save_results
from tunefi.ids import Hash32


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return the folders of two runs, of which the second is better by a tenth."""
    monkeypatch.setenv("TUNEFI_HOME", str(tmp_path / "home"))
    values = {name: np.random.default_rng(row).random(50) for row, name in enumerate(METRICS)}
    listeners = tuple(f"0x{number:040x}" for number in range(50))
    older = ListenerResults("older", Hash32(b"1" * 32), listeners, np.full(50, 3), values)
    newer = replace(older, model="newer", values={name: each + 0.1 for name, each in values.items()})
    folders = (tmp_path / "older", tmp_path / "newer")
    for folder, results in zip(folders, (older, newer), strict=True):
        folder.mkdir()
        save_results(results, folder)
    return folders


def test_the_verdict_is_a_sentence_and_every_metric_has_its_interval(runs: tuple[Path, Path]) -> None:
    result = CliRunner().invoke(app, ["compare", *map(str, runs)])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == list(METRICS)
    assert all("+0.1000 to +0.1000" in line and line.endswith("better") for line in lines[1:-1])
    assert lines[-1].startswith("newer is better than older: NDCG@20 ")


def test_the_object_says_the_same_and_equal_seeds_give_equal_ones(runs: tuple[Path, Path]) -> None:
    command = ["compare", str(runs[1]), str(runs[0]), "--json", "--seed", "4", "--draws", "500"]
    first, again = (CliRunner().invoke(app, command).stdout for _ in range(2))
    assert first == again
    found = json.loads(first)
    assert (found["a"], found["b"], found["resamples"], found["pairs"]) == ("newer", "older", 500, 150)
    assert found["metrics"]["ndcg@20"]["gain"] == pytest.approx(-0.1)
    assert found["verdict"].startswith("older is worse than newer")


def test_runs_that_were_tested_on_other_pairs_are_refused(runs: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    values = {name: np.zeros(50) for name in METRICS}
    listeners = tuple(f"0x{number:040x}" for number in range(50))
    save_results(ListenerResults("x", Hash32(b"2" * 32), listeners, np.full(50, 3), values), other)
    result = CliRunner().invoke(app, ["compare", str(runs[0]), str(other), "--json"])
    assert result.exit_code == ExitCode.REFUSED
    assert json.loads(result.stdout)["error"] == "IncomparableResults"
    missing = CliRunner().invoke(app, ["compare", str(runs[0]), str(tmp_path), "--json"])
    assert json.loads(missing.stdout)["error"] == "ResultsMissing"
