"""The jobs of one epoch, in their order.

Owns the order and where it stops. Refuses to know what a job does.
"""

from keepers.context import KeeperContext
from keepers.registry import run_job
from keepers.report import JobReport, Outcome
from tunefi.progress import Progress

EPOCH_JOBS = ("snapshot", "train", "build_epoch", "commit_epoch")
"""From what is final to a commitment."""
REWARD_JOBS = ("post_rewards", "pay_rewards", "erase_deleted")
"""From a final epoch to payment, and to what is then erased; each waits for the chain's own time."""


async def run_epoch_cycle(context: KeeperContext, progress: Progress) -> list[JobReport]:
    """Run the jobs up to the commitment and return how each ended.

    A job that waits ends the cycle, because the next one builds on it; an error ends it too and is raised.
    """
    return await _run_in_turn(EPOCH_JOBS, context, progress)


async def run_reward_cycle(context: KeeperContext, progress: Progress) -> list[JobReport]:
    """Run the jobs after an epoch is final; paying does not wait for posting, older roots are paid too."""
    return [await run_job(name, context, progress) for name in REWARD_JOBS]


async def run_demand_cycle(context: KeeperContext, progress: Progress) -> list[JobReport]:
    """Answer what is demanded of the pending epoch."""
    return [await run_job("answer_demands", context, progress)]


async def _run_in_turn(names: tuple[str, ...], context: KeeperContext, progress: Progress) -> list[JobReport]:
    reports: list[JobReport] = []
    for name in names:
        reports.append(await run_job(name, context, progress))
        if reports[-1].outcome is Outcome.WAITING:
            break
    return reports
