"""The program from a snapshot directory to an output directory, as people and keepers run it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from recsys.table import load_table
from tests.kit.listening import block_pairs, save_listening
from training.config import TrainingConfig
from training.digest import configuration_of, model_digest
from training.evaluation.comparison import compare_results
from training.evaluation.results import load_results
from training.program import main
from training.registry import latest_run, list_runs

ROOT = Path(__file__).parents[2]
SMALL = [
    "--dimension=32", "--threads=1", "--epochs=3", "--evaluate-every=1", "--batch-listeners=16",
    "--cut=random", "--allowed-quantisation-loss=0.05",
]  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_listening(tmp_path_factory.mktemp("data") / "snapshot", block_pairs(), 30)


@pytest.fixture(scope="module")
def out(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    assert main([f"--snapshot={snapshot}", f"--out={folder}", *SMALL]) == 0
    return folder


def _json_of(output: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(output.splitlines()[-1])
    return value


def test_a_run_leaves_table_metrics_card_and_pictures(out: Path, snapshot: Path) -> None:
    table = load_table(out)
    metrics = json.loads((out / "metrics.json").read_text())
    manifest = json.loads((snapshot / "manifest.json").read_text())
    assert (len(table.track_ids), len(table.listener_addresses), table.dimension) == (30, 36, 32)
    assert "0x" + table.snapshot_digest.hex() == metrics["snapshot_digest"] == manifest["digest"]
    assert "0x" + table.model_digest.hex() == metrics["model_digest"]
    assert [row["key"] for row in metrics["models"]] == [
        "float", "int8", "start", "item_knn", "popularity",
    ]  # fmt: skip
    card = (out / "model_card.md").read_text()
    for row in metrics["models"]:
        assert f"| {row['name']} |" in card
        assert f"{row['ndcg@20']:.4f}" in card
    for picture in ("accuracy", "by_activity", "by_popularity", "spread", "quantisation", "learning"):
        assert f"({picture}.svg)" in card
        assert "<svg" in (out / f"{picture}.svg").read_text()
    assert sorted(path.name for path in out.parent.iterdir()) == ["first"]


def test_a_run_leaves_each_listeners_metrics_of_the_served_table(out: Path) -> None:
    served = json.loads((out / "metrics.json").read_text())["models"][1]
    results = load_results(out)
    for name in ("recall@10", "recall@20", "ndcg@10", "ndcg@20"):
        assert results.values[name].mean() == pytest.approx(served[name], abs=1e-5)
    assert compare_results(results, load_results(out), ("a", "b")).differences["ndcg@20"].gain == 0


def test_the_model_digest_can_be_recomputed_from_what_was_written(out: Path) -> None:
    table, metrics = load_table(out), json.loads((out / "metrics.json").read_text())
    configuration = configuration_of(metrics)
    settings = TrainingConfig(**metrics["settings"]).identity()
    assert configuration == {
        **settings,
        "trained_epochs": metrics["chosen_epoch"],
        "popularity_weight": metrics["popularity_weight"],
    }
    bare = type(table)(**{**vars(table), "model_digest": bytes(32)})
    assert model_digest(bare, configuration, metrics["code_version"]) == table.model_digest
    assert model_digest(bare, configuration, "other code") != table.model_digest
    assert model_digest(bare, {**configuration, "seed": 1}, metrics["code_version"]) != table.model_digest


def test_json_is_one_object_and_the_registry_finds_the_run(
    snapshot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"--snapshot={snapshot}", f"--out={tmp_path / 'run'}", "--json", *SMALL]) == 0
    metrics = _json_of(capsys.readouterr().out)
    latest = latest_run(tmp_path)
    assert latest is not None
    assert latest.metrics == metrics
    assert [run.path for run in list_runs(tmp_path)] == [tmp_path / "run"]


def test_a_broken_snapshot_leaves_the_older_run_untouched(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = save_listening(tmp_path / "snapshot", block_pairs(), 30, [0] * len(block_pairs()))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert main([f"--snapshot={broken}", f"--out={out}", "--json", *SMALL]) == 1
    assert _json_of(capsys.readouterr().out)["error"] == "DegenerateSnapshot"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in out.parent.iterdir()) == ["first"]


def test_a_file_cut_short_is_named(
    snapshot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = save_listening(tmp_path / "snapshot", block_pairs(), 30)
    edges = damaged / "edges" / "LISTENED_TO.parquet"
    edges.write_bytes(edges.read_bytes()[:-9])
    assert main([f"--snapshot={damaged}", f"--out={tmp_path / 'out'}", *SMALL]) == 1
    assert "LISTENED_TO.parquet" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_run_is_never_replaced(
    snapshot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert main([f"--snapshot={snapshot}", f"--out={tmp_path}", *SMALL]) == 1
    assert "choose another --out" in capsys.readouterr().err
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("argument", ["--dimension=33", "--epochs=-1", "--cut=sideways", "--seed=x"])
def test_a_setting_out_of_range_is_refused(
    snapshot: Path, tmp_path: Path, argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"--snapshot={snapshot}", f"--out={tmp_path / 'out'}", argument]) == 1
    assert argument[2:].partition("=")[0] in capsys.readouterr().err


def test_every_setting_has_a_sentence_and_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for name, field in TrainingConfig.model_fields.items():
        assert f"--{name.replace('_', '-')}" in text
        assert field.description is not None
        assert field.description.endswith(".")


def test_ctrl_c_keeps_the_best_and_the_same_command_continues(snapshot: Path, tmp_path: Path) -> None:
    arguments = [f"--snapshot={snapshot}", f"--out={tmp_path / 'run'}", "--json", *SMALL]
    endless = ["--epochs=10000", "--patience=10000", "--evaluate-every=20"]
    command = [sys.executable, "-m", "training", *arguments, *endless]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    checkpoint = tmp_path / ".run.checkpoint" / "choose.pt"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    metrics = _json_of(output)
    assert metrics["interrupted"]
    assert "Interrupted" in (tmp_path / "run" / "model_card.md").read_text()
    assert load_table(tmp_path / "run").dimension == 32
    assert checkpoint.exists()


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_settings_come_from_a_file_and_arguments_go_before_them(
    out: Path, snapshot: Path, tmp_path: Path, ending: str
) -> None:
    settings = json.loads((out / "settings.json").read_text())
    file = tmp_path / f"settings.{ending}"
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items() if value is not None]
    file.write_text("\n".join(lines) if ending == "toml" else json.dumps(settings))
    again = tmp_path / "again"
    assert main([f"--snapshot={snapshot}", f"--out={again}", f"--settings={file}", "--epochs=0"]) == 0
    assert json.loads((again / "settings.json").read_text()) == {**settings, "epochs": 0}


@pytest.mark.parametrize("content", [None, "{", "[1]", '{"dimenson": 32}'])
def test_a_file_that_holds_no_settings_is_refused_and_named(
    snapshot: Path, tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.json"
    if content is not None:
        file.write_text(content)
    assert main([f"--snapshot={snapshot}", f"--out={tmp_path / 'out'}", f"--settings={file}"]) == 1
    assert ("dimenson" if content and "dimenson" in content else "settings.json") in capsys.readouterr().err
