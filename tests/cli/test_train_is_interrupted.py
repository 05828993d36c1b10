"""`tunefi train` takes its child with it, however it is told to stop."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.kit.listening import block_pairs, save_listening

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


@contextmanager
def running_train(snapshot: Path, out: Path, said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `tunefi train` for the length of a `with` block."""
    words = ["train", "--snapshot", str(snapshot), "--out", str(out), "--no-track"]
    with said.open("w") as file:
        command = subprocess.Popen([sys.executable, "-m", "cli", *words], cwd=ROOT, stderr=file)
    try:
        yield command
    finally:
        command.kill()
        command.wait()


def wait_for_training(command: int) -> psutil.Process:
    """Return the training program that a command has started."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for child in psutil.Process(command).children():
            with suppress(psutil.NoSuchProcess):  # the command looks about with short-lived ones too
                if "training" in child.cmdline():
                    return child
        time.sleep(0.02)
    raise AssertionError("no training was started")


@pytest.mark.parametrize(
    ("told", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_the_training_program_ends_with_the_command(
    tmp_path: Path, told: signal.Signals, status: int
) -> None:
    """The signal goes to the command alone: in a terminal, too, the program hears of Ctrl-C through it."""
    snapshot = save_listening(tmp_path / "snapshot", block_pairs(), 30)
    out, said = tmp_path / "out", tmp_path / "said.txt"
    with running_train(snapshot, out, said) as command:
        training = wait_for_training(command.pid)
        command.send_signal(told)
        assert command.wait(timeout=120) == status, said.read_text()
    if told is signal.SIGKILL:
        training.wait(timeout=60)
    else:
        assert "interrupted; what was done is kept" in said.read_text()
    assert not training.is_running()
    assert not _was_finished(out)


def _was_finished(out: Path) -> bool:
    """Return whether training came to its end, as it does when nobody tells it to stop."""
    metrics = out / "metrics.json"
    return metrics.exists() and not json.loads(metrics.read_text())["interrupted"]
