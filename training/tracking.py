"""Telling MLflow about a run while it goes on, without ever waiting for it.

A child process (`training.tracking_process`) owns MLflow: loading it, making its database and talking to a
server take seconds there, while training goes on here, and whatever goes wrong with it is a warning. Owns
what is told of a run. Refuses to know MLflow.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Protocol

from recsys.table import MANIFEST
from training.accuracy import ACCURACY, SERVED
from training.config import TrainingConfig
from training.fit import EpochRecord
from training.phases import Phase
from training.run_files import CARD, CARD_MARKDOWN, CARD_PAGE, METRICS, SETTINGS

SERVER_VARIABLE = "MLFLOW_TRACKING_URI"

Status = Literal["FINISHED", "FAILED", "KILLED"]

_SERVER_SECONDS, _LOCAL_SECONDS = 45.0, 300.0
"""How long the end of a run waits: a server may hang, a local store is only ever slow."""
_FILES = (MANIFEST, METRICS, SETTINGS, CARD, CARD_MARKDOWN, CARD_PAGE)
_LIMITS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
"""MLflow by itself tries for many minutes; whoever sets these variables is obeyed."""
_SILENCE = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "GIT_PYTHON_REFRESH": "quiet"}


class Tracker(Protocol):
    """Hears of a run."""

    def on_epoch(self, phase: Phase, record: EpochRecord) -> None:
        """Tell a point of the curves, without waiting."""

    def finish(self, status: Status, metrics: dict[str, Any] | None = None, out: Path | None = None) -> None:
        """Tell how the run ended, and wait a while for what is not stored yet.

        Args:
            status: As MLflow has it.
            metrics: Content of `metrics.json`.
            out: The run's folder, whose card, pictures and manifests are kept.
        """


def open_tracker(
    folder: Path | None, config: TrainingConfig, tags: dict[str, str], say: Callable[[str], None]
) -> Tracker:
    """Return what hears of a run; where it cannot be had, that is said, and nothing hears of it.

    Args:
        folder: Of the SQLite file and the artefacts where MLFLOW_TRACKING_URI names no server; with neither,
            nothing is tracked.
        config: The run's parameters.
        tags: Digests, and whatever else is known at the start.
        say: Gets warnings.
    """
    if folder is None and not os.environ.get(SERVER_VARIABLE):
        return NoTracker()
    try:
        return MlflowTracker(folder or Path(), config, tags, say)
    except OSError as error:
        say(f"this run is not tracked: {error}")
        return NoTracker()


class NoTracker:
    """Hears of a run and keeps nothing."""

    def on_epoch(self, phase: Phase, record: EpochRecord) -> None:
        """Keep nothing."""

    def finish(self, status: Status, metrics: dict[str, Any] | None = None, out: Path | None = None) -> None:
        """Keep nothing."""


class MlflowTracker:
    """One run in MLflow; see `open_tracker` for the arguments.

    Raises:
        OSError: The child process cannot be started.
    """

    def __init__(
        self, folder: Path, config: TrainingConfig, tags: dict[str, str], say: Callable[[str], None]
    ) -> None:
        self._say = say
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._warnings: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "training.tracking_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Its own session, so that Ctrl-C ends the training and not what tells of it.
            start_new_session=True,
            env={**_LIMITS, **os.environ, **_SILENCE},
        )
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._hear)]
        for thread in self._threads:
            thread.start()
        server = os.environ.get(SERVER_VARIABLE, "")
        self._patience_seconds = _SERVER_SECONDS if server else _LOCAL_SECONDS
        place = {"server": server, "folder": str(folder.absolute())}
        self._messages.put(
            {"start": {**place, "name": config.model, "params": params_of(config), "tags": tags}}
        )

    def on_epoch(self, phase: Phase, record: EpochRecord) -> None:
        """Tell a point of the curves, without waiting."""
        values = {"loss": record.loss, "validation_ndcg_at_20": record.validation_ndcg}
        known = {f"{phase}/{name}": value for name, value in values.items() if value is not None}
        if known:
            self._messages.put({"measure": known, "step": record.epoch})
        self._say_warnings()

    def finish(self, status: Status, metrics: dict[str, Any] | None = None, out: Path | None = None) -> None:
        """Tell how the run ended, and wait a while for what is not stored yet."""
        end: dict[str, Any] = {"status": status, "measure": {}, "tags": {}, "files": []}
        if metrics is not None:
            end |= {"measure": results_of(metrics), "tags": tags_of(metrics)}
        if out is not None:
            known = [out / name for name in _FILES if (out / name).is_file()]
            end["files"] = [str(path.absolute()) for path in (*known, *sorted(out.glob("*.svg")))]
        self._messages.put({"end": end})
        self._messages.put(None)
        try:
            if code := self._child.wait(self._patience_seconds):
                self._say(f"its process ended with code {code}; what was not stored is lost")
        except subprocess.TimeoutExpired:
            self._say_warnings()
            self._say(f"not done after {self._patience_seconds:.0f} s; what was not stored is lost")
        finally:
            self._child.kill()
            self._child.wait()
        for thread in self._threads:
            thread.join(1.0)
        self._say_warnings()

    def _send(self) -> None:
        assert self._child.stdin is not None
        try:
            with self._child.stdin as pipe:
                while (message := self._messages.get()) is not None:
                    pipe.write(json.dumps(message).encode() + b"\n")
                    pipe.flush()
        except (BrokenPipeError, ValueError):
            return  # The child is gone: its exit code says so.

    def _hear(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as pipe:
            for line in pipe:
                self._warnings.put(line.decode(errors="replace").rstrip())

    def _say_warnings(self) -> None:
        while not self._warnings.empty():
            self._say(self._warnings.get())


def params_of(config: TrainingConfig) -> dict[str, str]:
    """Return the parameters of a run."""
    return {name: str(value) for name, value in config.model_dump().items()}


def tags_of(metrics: dict[str, Any]) -> dict[str, str]:
    """Return the tags of a run that ended: what it is, and the table that its page shows."""
    return {
        "tunefi.model_digest": metrics["model_digest"],
        "tunefi.snapshot_digest": metrics["snapshot_digest"],
        "tunefi.code_version": metrics["code_version"],
        "tunefi.interrupted": str(metrics["interrupted"]).lower(),
        "tunefi.dimension": str(metrics["dimension"]),
    }


def results_of(metrics: dict[str, Any]) -> dict[str, float]:
    """Return the final metrics: those of the served table by their own name, others below the model's."""
    found: dict[str, float] = {}
    for row in metrics["models"]:
        place = "" if row["key"] == SERVED else f"{row['key']}/"
        measured = (*ACCURACY, "coverage@20", "gini@20", "novelty@20")
        found |= {f"{place}{_name(name)}": row[name] for name in measured if name in row}
    found["quantisation_loss"] = metrics["quantisation"]["ndcg@20_lost"]
    found |= {name: metrics[name] for name in ("train_seconds", "total_seconds", "peak_mib", "chosen_epoch")}
    return found


def _name(name: str) -> str:
    """Return a name that MLflow allows."""
    return name.replace("@", "_at_")
