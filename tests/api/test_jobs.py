"""Only the operator runs jobs, one run of each at a time."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from api.jobs import JobDesk
from tests.api.conftest import World
from tunefi.errors import FinalError
from tunefi.progress import Progress

pytestmark = pytest.mark.evm

TOKEN = {"Authorization": "Bearer the-operator"}


async def count_steps(progress: Progress) -> Mapping[str, Any]:
    """A job of two steps."""
    progress.update(1, 2, "half")
    await asyncio.sleep(0.05)
    progress.update(2, 2)
    return {"outcome": "counted"}


async def fail(progress: Progress) -> Mapping[str, Any]:
    """A job that cannot be done."""
    raise FinalError("no")


async def run_to_the_end(world: World, job: str) -> dict[str, Any]:
    run: dict[str, Any] = (await world.client.post(f"/v1/operator/jobs/{job}", headers=TOKEN)).json()
    while run["state"] == "running":
        await asyncio.sleep(0.01)
        run = (await world.client.get(f"/v1/operator/runs/{run['id']}", headers=TOKEN)).json()
    return run


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guess"}, {"Authorization": "Bearer "}])
async def test_nobody_but_the_operator_runs_a_job(world: World, headers: dict[str, str]) -> None:
    world.services.desk = JobDesk({"count": count_steps}, "the-operator")
    answer = await world.client.post("/v1/operator/jobs/count", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-the-operator")


async def test_without_a_token_nobody_is_the_operator(world: World) -> None:
    answer = await world.client.post("/v1/operator/jobs/count", headers={"Authorization": "Bearer "})
    assert answer.status_code == 403


async def test_a_job_is_run_and_reports(world: World) -> None:
    world.services.desk = JobDesk({"count": count_steps}, "the-operator")
    run = await run_to_the_end(world, "count")
    assert (run["state"], run["done"], run["report"]) == ("done", 2, {"outcome": "counted"})


async def test_a_job_under_way_is_joined(world: World) -> None:
    world.services.desk = JobDesk({"count": count_steps}, "the-operator")
    runs = [await world.client.post("/v1/operator/jobs/count", headers=TOKEN) for _ in range(2)]
    assert runs[0].json()["id"] == runs[1].json()["id"]
    await run_to_the_end(world, "count")


async def test_a_job_that_fails_says_why(world: World) -> None:
    world.services.desk = JobDesk({"fail": fail}, "the-operator")
    run = await run_to_the_end(world, "fail")
    assert (run["state"], run["detail"]) == ("failed", "FinalError: no")


async def test_unknown_jobs_and_runs_are_404(world: World) -> None:
    world.services.desk = JobDesk({"count": count_steps}, "the-operator")
    job = await world.client.post("/v1/operator/jobs/other", headers=TOKEN)
    run = await world.client.get("/v1/operator/runs/99", headers=TOKEN)
    assert (job.status_code, run.status_code) == (404, 404)
    assert "count" in job.json()["detail"]
