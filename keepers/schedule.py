"""Keeper jobs on a clock, and what each tells `/readyz`.

Owns APScheduler. Refuses to know what a job does: a failed run is written to the log and to the health
register, and the next one comes at its time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from keepers.context import KeeperContext
from keepers.epoch_cycle import run_demand_cycle, run_epoch_cycle, run_reward_cycle
from keepers.report import JobReport, Outcome
from tunefi.errors import RetryableError, TuneFiError
from tunefi.health import Health
from tunefi.progress import Progress

_LOG = logging.getLogger(__name__)

Cycle = Callable[[KeeperContext, Progress], Awaitable[list[JobReport]]]

CYCLES: dict[str, Cycle] = {
    "epochs": run_epoch_cycle,
    "rewards": run_reward_cycle,
    "demands": run_demand_cycle,
}
_AT_ONCE = {"demands"}
"""Cycles that need neither the graph nor their turn, because their time is short."""
_SILENCE = 3
"""A cycle that did not succeed in three intervals, and its own longest run, counts as stuck."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often each cycle looks for work; `longest_run_seconds` is what one may take, training included."""

    epochs_seconds: float = 3_600.0
    rewards_seconds: float = 30.0
    demands_seconds: float = 15.0
    longest_run_seconds: float = 600.0

    def of(self, name: str) -> float:
        """Return the interval of a cycle."""
        seconds: float = getattr(self, f"{name}_seconds")
        return seconds


class LogProgress:
    """Writes what is new about a step to the log, not each update."""

    def __init__(self) -> None:
        self._said = ""

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Write a line where the detail changed."""
        if detail and detail != self._said:
            self._said = detail
            _LOG.info("%s", detail)


@dataclass
class KeeperSchedule:
    """Runs the cycles in the event loop of the program, one at a time but for answers to demands.

    A cycle waits for the other before it catches up, not after, so that it never works on an old graph.

    Args:
        context: What jobs work with.
        pace: How often.
        health: Told of every run as `keeper:<cycle>`.
        catch_up: Called before each cycle, so that jobs see the chain and the log as they are now.
    """

    context: KeeperContext
    pace: Pace
    health: Health
    catch_up: Callable[[], Awaitable[object]]
    _scheduler: AsyncIOScheduler = field(init=False, repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _running: "set[asyncio.Task[None]]" = field(default_factory=set, repr=False)

    def start(self) -> None:
        """Start the clock; each cycle runs at once and then at its pace."""
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        for name in CYCLES:
            seconds = self.pace.of(name)
            self.health.expect(f"keeper:{name}", _SILENCE * seconds + self.pace.longest_run_seconds)
            self._scheduler.add_job(
                self._run_tracked,
                "interval",
                args=[name],
                seconds=seconds,
                id=name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop the clock and the jobs that run; what they did so far is kept."""
        self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run_tracked(self, name: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await self.run_cycle(name)
        except asyncio.CancelledError:
            _LOG.info("keeper %s stopped in the middle; it goes on at the next start", name)
        finally:
            self._running.discard(task)

    async def run_cycle(self, name: str) -> list[JobReport]:
        """Run one cycle now; return no reports where it failed."""
        try:
            reports = await (self._run_now(name) if name in _AT_ONCE else self._run_in_turn(name))
        except TuneFiError as error:
            level = logging.WARNING if isinstance(error, RetryableError) else logging.ERROR
            _LOG.log(level, "keeper %s: %s", name, error)
            self.health.report_failure(f"keeper:{name}", str(error))
            return []
        except Exception as error:
            _LOG.exception("keeper %s failed", name)
            self.health.report_failure(f"keeper:{name}", f"{type(error).__name__}: {error}")
            return []
        for report in reports:
            level = logging.INFO if report.outcome is Outcome.DONE else logging.DEBUG
            _LOG.log(level, "keeper %s: %s, %s", report.job, report.outcome, report.detail)
        self.health.report_success(f"keeper:{name}", reports[-1].detail if reports else "")
        return reports

    async def _run_in_turn(self, name: str) -> list[JobReport]:
        async with self._turn:
            await self.catch_up()
            return await self._run_now(name)

    async def _run_now(self, name: str) -> list[JobReport]:
        return await CYCLES[name](self.context, LogProgress())
