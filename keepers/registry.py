"""All keeper jobs by name, and the one way to run one.

Owns the list. Refuses to decide when a job is due.
"""

import time
from collections.abc import Awaitable, Callable, Mapping

from keepers.context import KeeperContext
from keepers.jobs import (
    answer_demands,
    build_epoch,
    commit_epoch,
    erase_deleted,
    pay_rewards,
    post_rewards,
    snapshot,
    train,
)
from keepers.report import JobReport
from tunefi.errors import FinalError
from tunefi.progress import Progress

Job = Callable[[KeeperContext, Progress], Awaitable[JobReport]]

_MODULES = (snapshot, train, build_epoch, commit_epoch, post_rewards, pay_rewards, erase_deleted)


def _in_turn(job: Job) -> Job:
    """Return the job so that it waits for another one that runs with the same context."""

    async def run(context: KeeperContext, progress: Progress) -> JobReport:
        async with context.turn:
            return await job(context, progress)

    return run


def _measured(name: str, job: Job) -> Job:
    """Return the job so that the context's telemetry learns how it ended; one that was stopped, not."""

    async def run(context: KeeperContext, progress: Progress) -> JobReport:
        started = time.perf_counter()
        try:
            report = await job(context, progress)
        except Exception:
            context.telemetry.ended_job(name, "failed", time.perf_counter() - started)
            raise
        context.telemetry.ended_job(name, report.outcome.value, time.perf_counter() - started)
        return report

    return run


JOBS: Mapping[str, Job] = {
    **{module.NAME: _in_turn(_measured(module.NAME, module.run)) for module in _MODULES},
    answer_demands.NAME: _measured(answer_demands.NAME, answer_demands.run),
}
"""In the order in which one epoch needs them; answers wait for no other job."""


class UnknownJob(FinalError):
    """No job has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no job {name!r}; jobs are {', '.join(JOBS)}")


async def run_job(name: str, context: KeeperContext, progress: Progress) -> JobReport:
    """Run one job now and return how it ended.

    Raises:
        UnknownJob: No job has this name.
        TuneFiError: Whatever the job raises; see its module.
    """
    if name not in JOBS:
        raise UnknownJob(name)
    return await JOBS[name](context, progress)
