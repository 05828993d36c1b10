"""What MLflow is told of a run, in a real store, and that no trouble with it is one of the run."""

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recsys.table import MANIFEST
from tests.kit.listening import block_pairs, save_listening
from training.program import main
from training.run_files import CARD_PAGE
from training.tracking_process import Outbox

ROOT = Path(__file__).parents[2]
SMALL = [
    "--dimension=32", "--threads=1", "--epochs=2", "--evaluate-every=1", "--allowed-quantisation-loss=0.5",
]  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_listening(tmp_path_factory.mktemp("data") / "snapshot", block_pairs(), 30)


@pytest.fixture(scope="module")
def tracked(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run and the folder in which MLflow keeps it."""
    folder = tmp_path_factory.mktemp("tracked")
    arguments = [f"--snapshot={snapshot}", f"--out={folder / 'run'}", f"--track={folder / 'store'}"]
    assert main([*arguments, *SMALL]) == 0
    return folder / "run", folder / "store"


def _query(store: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(store / "mlflow.sqlite")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_parameters_results_digests_and_curves_are_kept(tracked: tuple[Path, Path]) -> None:
    run, store = tracked
    metrics = json.loads((run / "metrics.json").read_text())
    params = dict(_query(store, "SELECT key, value FROM params"))
    assert params == {name: str(value) for name, value in metrics["settings"].items()}
    latest = dict(_query(store, "SELECT key, value FROM latest_metrics"))
    served = next(row for row in metrics["models"] if row["key"] == "int8")
    assert latest["ndcg_at_20"] == served["ndcg@20"]
    assert latest["item_knn/recall_at_10"] == metrics["models"][3]["recall@10"]
    tags = dict(_query(store, "SELECT key, value FROM tags"))
    for name in ("model_digest", "snapshot_digest", "code_version"):
        assert tags[f"tunefi.{name}"] == metrics[name]
    curve = _query(
        store, "SELECT step, value FROM metrics WHERE key = 'choose/validation_ndcg_at_20' ORDER BY step"
    )
    points = [(point["epoch"], point["validation_ndcg@20"]) for point in metrics["curve"]]
    assert curve == [(step, pytest.approx(value)) for step, value in points if value is not None]
    assert _query(store, "SELECT status FROM runs") == [("FINISHED",)]


def test_card_pictures_and_manifest_are_kept(tracked: tuple[Path, Path]) -> None:
    run, store = tracked
    ((where,),) = _query(store, "SELECT artifact_uri FROM runs")
    kept = Path(where.removeprefix("file://"))
    for name in (CARD_PAGE, MANIFEST, "metrics.json", "settings.json", "learning.svg"):
        assert (kept / name).read_bytes() == (run / name).read_bytes()
    assert not list(kept.glob("*.npy"))


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine on which nobody listens, and nobody can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_server_that_is_gone_is_a_warning_and_what_it_lacks_is_said(
    snapshot: Path,
    tmp_path: Path,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    assert main([f"--snapshot={snapshot}", f"--out={tmp_path / 'run'}", *SMALL]) == 0
    said = capsys.readouterr().err
    assert "tracking: not reachable" in said
    assert "tracking: not stored: the run, points of curves" in said
    assert (tmp_path / "run" / "metrics.json").is_file()


def test_no_track_tells_nothing_whatever_is_set(
    snapshot: Path,
    tmp_path: Path,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port}")
    arguments = [f"--snapshot={snapshot}", f"--out={tmp_path / 'run'}", f"--track={tmp_path / 'store'}"]
    assert main([*arguments, "--no-track", *SMALL]) == 0
    assert "tracking" not in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_a_training_that_was_killed_leaves_a_run_that_says_so(tracked: tuple[Path, Path]) -> None:
    _, store = tracked
    start = {"server": "", "folder": str(store), "name": "killed", "params": {}, "tags": {}}
    lines = [{"start": start}, {"measure": {"choose/loss": 1.5}, "step": 1}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    command = [sys.executable, "-m", "training.tracking_process"]
    done = subprocess.run(command, input=text, text=True, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == ""
    assert _query(store, "SELECT status FROM runs WHERE name = 'killed'") == [("KILLED",)]


def test_what_failed_is_done_later_in_order_and_warned_of_once() -> None:
    done: list[int] = []
    said: list[str] = []
    reachable = False

    def step(number: int) -> None:
        if not reachable:
            raise ConnectionError("refused")
        done.append(number)

    outbox = Outbox(said.append)
    for number in range(4):
        outbox.add("measure", lambda number=number: step(number))
    outbox.flush()
    assert len(said) == 1
    outbox.say_what_is_lost()
    assert "points of curves (4); ConnectionError: refused" in said[-1]
    reachable = True
    outbox.flush()
    outbox.say_what_is_lost()
    assert (done, len(said)) == ([0, 1, 2, 3], 2)
