"""Ray's workers find what one process finds, and go on when one of them is killed."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from benchmarks.listening_graph import draw_pairs
from tests.kit.listening import save_listening
from training.program import main

ROOT = Path(__file__).parents[3]
SETTINGS = ["--dimension=32", "--threads=1", "--epochs=6", "--json", "--no-track"]
COMPARED = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
TRACKS = 400


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pairs = np.stack(draw_pairs(16_000, TRACKS, seed=0), axis=1)
    return save_listening(tmp_path_factory.mktemp("data") / "snapshot", pairs, TRACKS)


@pytest.fixture(scope="module")
def alone(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("alone") / "run"
    assert main([f"--snapshot={snapshot}", f"--out={out}", *SETTINGS]) == 0
    return _metrics(out)


def _metrics(out: Path) -> dict[str, Any]:
    metrics: dict[str, Any] = json.loads((out / "metrics.json").read_text())
    return metrics


def _start(snapshot: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "training", f"--snapshot={snapshot}", f"--out={out}", *SETTINGS]
    return subprocess.Popen(
        [*command, "--engine=ray", "--workers=2"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


def _workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        below = psutil.Process(process.pid).children(recursive=True)
        return [child for child in below if "RayTrainWorker" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def _kill_a_worker_once_an_epoch_is_through(process: subprocess.Popen[str], out: Path) -> int:
    told = out.with_name(f".{out.name}.checkpoint") / "choose-ray" / "epochs.jsonl"
    while process.poll() is None:
        if told.exists() and len(told.read_text().splitlines()) >= 3 and (found := _workers_of(process)):
            found[-1].kill()
            return found[-1].pid
        time.sleep(0.02)
    raise AssertionError(f"it ended before a worker could be killed: {process.communicate()[1]}")


def test_two_workers_agree_with_one_process_though_one_of_them_is_killed(
    snapshot: Path, alone: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with _start(snapshot, out) as process:
        killed = _kill_a_worker_once_an_epoch_is_through(process, out)
        said = process.communicate()[1]
    assert process.returncode == 0, said
    assert not psutil.pid_exists(killed)
    found = _metrics(out)
    assert found["chosen_epoch"] == alone["chosen_epoch"]
    for theirs, ours in zip(found["models"], alone["models"], strict=True):
        for name in COMPARED:
            assert theirs[name] == pytest.approx(ours[name], rel=0.005), (theirs["key"], name)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
