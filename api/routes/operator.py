"""What the operator asks of the process that owns the graph: to run a keeper job."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Path

from api.jobs import Run
from api.schemas.jobs import JobRun
from api.services import ServicesDep

router = APIRouter(prefix="/v1/operator", tags=["operator"])

Authorization = Annotated[str, Header(description="`Bearer` and the token of `service.json`.")]


@router.post("/jobs/{job}", status_code=202)
async def start_job(
    services: ServicesDep,
    job: Annotated[str, Path(max_length=64, examples=["snapshot"])],
    authorization: Authorization = "",
) -> JobRun:
    """Start a keeper job, or join the run of it that is under way; look at the run until it has ended."""
    services.desk.check_operator(authorization)
    return _show(services.desk.start(job))


@router.get("/runs/{run_id}")
async def read_run(
    services: ServicesDep, run_id: Annotated[int, Path(ge=1, examples=[1])], authorization: Authorization = ""
) -> JobRun:
    """Return how a run of a job stands."""
    services.desk.check_operator(authorization)
    return _show(services.desk.find(run_id))


def _show(run: Run) -> JobRun:
    return JobRun.model_validate(asdict(run))
