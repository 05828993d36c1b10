"""What each of Ray Train's workers runs, and the folder through which it and the driver talk.

Owns the files of a fit. Refuses to know how workers are started and started again.

    FOLDER/job.pickle      the fit, written by the driver
    FOLDER/epochs.jsonl    one line for each epoch, written by the first worker
    FOLDER/stop            the driver asks to stop
    FOLDER/fitted.pickle   what came out, or why nothing did
    FOLDER/fit/            Ray's own: a checkpoint for each epoch

All workers must see the folder: one machine, or a file system that they share.
"""

import json
import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import ray.train
import torch

from training.engine.job import FitEars, FitJob, Fitted, State, run_fit
from training.engine.workers import ProcessGroup
from training.fit import EpochRecord
from tunefi.errors import FinalError

_STATE = "state.pt"


@dataclass(frozen=True)
class FitFolder:
    """The folder of one fit."""

    path: Path

    def begin(self, job: FitJob) -> None:
        """Write the job and forget what an earlier attempt said; its checkpoints stay."""
        for name in ("epochs.jsonl", "stop", "fitted.pickle"):
            (self.path / name).unlink(missing_ok=True)
        (self.path / "job.pickle").write_bytes(pickle.dumps(job))

    def job(self) -> FitJob:
        """Return the job."""
        job: FitJob = pickle.loads((self.path / "job.pickle").read_bytes())  # noqa: S301 - our own file
        return job

    def ask_to_stop(self) -> None:
        """Have the workers stop at their next step."""
        (self.path / "stop").touch()

    @property
    def requested(self) -> bool:
        """True once asked to stop."""
        return (self.path / "stop").exists()

    def tell(self, record: EpochRecord) -> None:
        """Add an epoch."""
        with (self.path / "epochs.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(astuple(record)) + "\n")

    def told(self) -> Iterator[EpochRecord]:
        """Yield the epochs, each once: those after the last checkpoint come again when a worker died."""
        try:
            text = (self.path / "epochs.jsonl").read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        latest = -1
        for line in text[: text.rfind("\n") + 1].splitlines():
            record = EpochRecord(*json.loads(line))
            if record.epoch > latest:
                latest = record.epoch
                yield record

    def finish(self, result: Fitted | str) -> None:
        """Leave what came out, or why nothing did."""
        waiting = self.path / "fitted.part"
        waiting.write_bytes(pickle.dumps(result))
        waiting.replace(self.path / "fitted.pickle")

    def result(self) -> Fitted | str:
        """Return what came out, or why nothing did."""
        result: Fitted | str = pickle.loads((self.path / "fitted.pickle").read_bytes())  # noqa: S301
        return result


def work(options: dict[str, Any]) -> None:
    """Run this worker's share of a fit.

    Args:
        options: `folder`, the path of a `FitFolder`.
    """
    folder = FitFolder(Path(options["folder"]))
    job, first = folder.job(), ray.train.get_context().get_world_rank() == 0
    torch.set_num_threads(job.config.threads)
    ears = FitEars(folder.tell if first else lambda record: None, _report if first else _report_nothing)
    try:
        result: Fitted | str = run_fit(job, _last_state(), ears, folder, ProcessGroup())
    except FinalError as error:  # it would come again; every worker has it
        result = str(error)
    if first:
        folder.finish(result)


def _last_state() -> State | None:
    checkpoint = ray.train.get_checkpoint()
    if checkpoint is None:
        return None
    with checkpoint.as_directory() as directory:
        state: State = torch.load(Path(directory) / _STATE, weights_only=True)
    return state


def _report(state: State) -> None:
    with tempfile.TemporaryDirectory() as directory:
        torch.save(state, Path(directory) / _STATE)
        ray.train.report(
            {"epoch": state["counters"]["epoch"]}, ray.train.Checkpoint.from_directory(directory)
        )


def _report_nothing(state: State) -> None:
    """Meet the first worker, which reports for all."""
    ray.train.report({"epoch": state["counters"]["epoch"]})
