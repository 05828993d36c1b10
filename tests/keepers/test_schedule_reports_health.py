"""Cycles run on a clock, and the health register says how they are."""

import asyncio
from dataclasses import replace

import pytest

from keepers.report import Outcome
from keepers.schedule import KeeperSchedule, Pace
from tests.keepers.world import World, new_health
from tunefi.chain.rpc import JsonRpc
from tunefi.health import Health
from tunefi.telemetry import SilentTelemetry

pytestmark = pytest.mark.evm


class ToldOutcomes(SilentTelemetry):
    """Keeps how jobs ended."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, str]] = []

    def ended_job(self, job: str, outcome: str, seconds: float) -> None:
        self.outcomes.append((job, outcome))


async def _up_to_date() -> None:
    """The graph of these tests is brought up to date by hand."""


async def wait_for_health(health: Health, name: str) -> bool:
    for _ in range(300):
        found = {item.name: item for item in health.read_all()}[name]
        if found.last_success_at is not None or not found.ok:
            return found.ok
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} never reported")


async def test_the_clock_runs_each_cycle_at_once_and_reports_success(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    health = new_health()
    schedule = KeeperSchedule(
        world.context, Pace(epochs_seconds=3_600, rewards_seconds=3_600), health, _up_to_date
    )
    schedule.start()
    try:
        assert await wait_for_health(health, "keeper:epochs")
        assert await wait_for_health(health, "keeper:rewards")
    finally:
        await schedule.stop()
    commitment = world.context.library.load_commitment(world.context.library.list_committed()[0])
    assert commitment is not None
    assert commitment.transaction_hash is not None


async def test_a_failed_cycle_is_unhealthy_until_the_next_success(world: World) -> None:
    health = new_health()
    async with JsonRpc("http://127.0.0.1:1", attempts=1) as gone:
        told = ToldOutcomes()
        context = replace(world.context, rpc=gone, telemetry=told)
        broken = KeeperSchedule(context, Pace(), health, _up_to_date)
        assert await broken.run_cycle("rewards") == []
    assert told.outcomes == [("post_rewards", "failed")]
    (failed,) = health.read_all()
    assert not failed.ok
    assert "no usable answer" in failed.detail
    mended = KeeperSchedule(world.context, Pace(), health, _up_to_date)
    reports = await mended.run_cycle("rewards")
    assert [report.outcome for report in reports] == [Outcome.WAITING, Outcome.WAITING, Outcome.NOTHING]
    assert health.read_all()[0].ok
