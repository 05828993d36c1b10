"""The process that owns MLflow: messages of a run in, one JSON object a line; warnings out, one a line.

Owns what becomes of each message in MLflow, and what happens where that fails: what could not be stored waits
for the next try, and at the end it is said what is lost. Refuses to know training. Where the other side ends
without saying so, the run is marked as killed.
"""

import fcntl
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

_EXPERIMENT = "tunefi"
_EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}
"""Has MLflow's page open on the runs."""
_NEXT_TRY_SECONDS = 15.0
_NAMES = {"start": "the run", "measure": "points of curves", "end": "results", "file": "files"}


class MlflowRun:
    """One run in MLflow.

    Args:
        server: Address of a server, or empty.
        folder: Of the local store, where there is no server.
    """

    def __init__(self, server: str, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._client: Any = None
        self._run = ""

    def start(self, name: str, params: dict[str, str], tags: dict[str, str]) -> None:
        """Open the store and make the run."""
        from mlflow import MlflowClient
        from mlflow.entities import Param

        with _alone(self._folder, needed=not self._server):
            self._client = MlflowClient(self._server or f"sqlite:///{self._folder / 'mlflow.sqlite'}")
            number = self._find_experiment()
        self._run = self._client.create_run(number, run_name=name, tags=tags).info.run_id
        self._client.log_batch(self._run, params=[Param(key, value) for key, value in params.items()])

    def _find_experiment(self) -> str:
        found = self._client.get_experiment_by_name(_EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        where = None if self._server else (self._folder / "artifacts").as_uri()
        return str(self._client.create_experiment(_EXPERIMENT, where, _EXPERIMENT_TAGS))

    def measure(self, values: dict[str, float], step: int) -> None:
        """Store a point of curves."""
        from mlflow.entities import Metric

        now = time.time_ns() // 1_000_000
        points = [Metric(name, float(value), now, step) for name, value in values.items()]
        self._client.log_batch(self._run, metrics=points)

    def store_file(self, path: str) -> None:
        """Store a file."""
        self._client.log_artifact(self._run, path)

    def end(self, status: str, values: dict[str, float], tags: dict[str, str]) -> None:
        """Store what came out, and mark the run as ended."""
        from mlflow.entities import RunTag

        self.measure(values, 0)
        self._client.log_batch(self._run, tags=[RunTag(key, value) for key, value in tags.items()])
        self._client.set_terminated(self._run, status)


class Outbox:
    """Steps in their order; one that fails is tried again, and those behind it wait.

    Args:
        say: Gets a warning.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._waiting: deque[tuple[str, Callable[[], None]]] = deque()
        self._failed_at: float | None = None
        self._reason = ""

    def add(self, kind: str, step: Callable[[], None]) -> None:
        """Do a step, or keep it where the last try was only just in vain."""
        self._waiting.append((kind, step))
        if self._failed_at is None or time.monotonic() - self._failed_at > _NEXT_TRY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Do what waits, until a step fails."""
        while self._waiting:
            try:
                self._waiting[0][1]()
            except Exception as error:
                self._fail(error)
                return
            self._waiting.popleft()
            self._failed_at = None

    def say_what_is_lost(self) -> None:
        """Say what still waits, where anything does."""
        if self._waiting:
            kinds = Counter(_NAMES[kind] for kind, _ in self._waiting)
            lost = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in kinds.items())
            self._say(f"not stored: {lost}; {self._reason}")

    def _fail(self, error: Exception) -> None:
        self._reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        if self._failed_at is None:
            self._say(f"not reachable, the run goes on and it is tried again: {self._reason}")
        self._failed_at = time.monotonic()


def main(messages: IO[bytes], say: Callable[[str], None]) -> None:
    """Do what the messages say until there are no more.

    Args:
        messages: JSON objects, one a line: `start`, then any number of `measure`, then `end`.
        say: Gets warnings.
    """
    outbox = Outbox(say)
    run: MlflowRun | None = None
    ended = False
    for line in messages:
        message = json.loads(line)
        if "start" in message:
            start = message["start"]
            run = MlflowRun(start["server"], Path(start["folder"]))
            outbox.add("start", _bound(run.start, start["name"], start["params"], start["tags"]))
        elif run is not None and "measure" in message:
            outbox.add("measure", _bound(run.measure, message["measure"], message["step"]))
        elif run is not None:
            ended = True
            for kind, step in _last_steps(run, message["end"]):
                outbox.add(kind, step)
    if run is not None and not ended:
        outbox.add("end", _bound(run.end, "KILLED", {}, {}))
    outbox.flush()
    outbox.say_what_is_lost()


def _last_steps(run: MlflowRun, end: dict[str, Any]) -> Iterator[tuple[str, Callable[[], None]]]:
    for path in end["files"]:
        yield "file", _bound(run.store_file, path)
    yield "end", _bound(run.end, end["status"], end["measure"], end["tags"])


def _bound(step: Callable[..., None], *arguments: Any) -> Callable[[], None]:
    return lambda: step(*arguments)


@contextmanager
def _alone(folder: Path, *, needed: bool) -> Iterator[None]:
    """Keep a second run from making the same database at the same time."""
    if not needed:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    os.nice(5)  # Training is what this machine is for.
    # What libraries print is no warning of ours.
    warnings_out, sys.stdout = sys.stdout, sys.stderr
    main(sys.stdin.buffer, lambda text: print(text, file=warnings_out, flush=True))
