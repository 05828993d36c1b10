"""The desk at which an operator asks this process to run a keeper job.

Owns who may ask, one run at a time, and how the newest runs stand. Refuses to know what a job does: a
program hands in the runners.
"""

import asyncio
import hmac
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from api.refusals import NoSuchJob, NoSuchRun, NotTheOperator
from tunefi.errors import TuneFiError
from tunefi.progress import Progress

Runner = Callable[[Progress], Awaitable[Mapping[str, Any]]]
_KEPT_RUNS = 50


@dataclass
class Run:
    """One run of a job; also its progress."""

    id: int
    job: str
    state: Literal["running", "done", "failed"] = "running"
    done: float = 0.0
    total: float | None = None
    detail: str = ""
    report: Mapping[str, Any] | None = None

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Take in a step (see `tunefi.progress.Progress`)."""
        self.done, self.total, self.detail = done, total, detail


@dataclass
class JobDesk:
    """Takes requests for jobs.

    Args:
        runners: What can be run, by name; empty where this process keeps no keys.
        token: What the operator shows.
        reader_token: What whoever only reads metrics shows; empty where the operator alone may.
    """

    runners: Mapping[str, Runner] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    reader_token: str = field(default="", repr=False)
    _runs: dict[int, Run] = field(default_factory=dict, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1), repr=False)

    def check_operator(self, authorization: str) -> None:
        """Check the header of a request for a job.

        Raises:
            NotTheOperator: It does not hold the token, or there is none.
        """
        if not _shows(authorization, self.token):
            raise NotTheOperator

    def check_reader(self, authorization: str) -> None:
        """Check the header of a request for metrics.

        Raises:
            NotTheOperator: It holds neither token.
        """
        if not (_shows(authorization, self.reader_token) or _shows(authorization, self.token)):
            raise NotTheOperator

    def start(self, job: str) -> Run:
        """Start a job, or return the run of it that is under way.

        Raises:
            NoSuchJob: This process has no job of that name.
        """
        if job not in self.runners:
            raise NoSuchJob(job, list(self.runners))
        for run in self._runs.values():
            if run.job == job and run.state == "running":
                return run
        run = Run(next(self._ids), job)
        self._runs[run.id] = run
        for old in list(self._runs)[:-_KEPT_RUNS]:
            del self._runs[old]
        task = asyncio.create_task(self._run(run), name=f"api.jobs.{job}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    def find(self, run_id: int) -> Run:
        """Return a run by its number.

        Raises:
            NoSuchRun: It is unknown, or too long ago.
        """
        if run_id not in self._runs:
            raise NoSuchRun(run_id)
        return self._runs[run_id]

    async def _run(self, run: Run) -> None:
        try:
            run.report = await self.runners[run.job](run)
            run.state = "done"
        except TuneFiError as error:
            run.state, run.detail = "failed", f"{type(error).__name__}: {error}"
        except Exception as error:
            run.state, run.detail = "failed", f"unexpected {type(error).__name__}"
            raise


def _shows(authorization: str, token: str) -> bool:
    shown = authorization.removeprefix("Bearer ").encode()
    return bool(token) and hmac.compare_digest(shown, token.encode())
