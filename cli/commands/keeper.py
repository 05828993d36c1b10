"""`tunefi keeper`: run by hand what the schedule runs."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli.compose import keeper_context, now_at, open_installation
from cli.ingestion import Ingestion
from cli.output import print_json, print_result, results
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from keepers.registry import JOBS, UnknownJob, run_job
from tunefi.health import Health
from tunefi.service_client import fetch_job_result, load_service_address
from tunefi.settings import Settings

app = typer.Typer(help="Run the jobs of a keeper by hand.", no_args_is_help=True)


@app.command("list")
def list_jobs(*, as_json: AsJson = False) -> None:
    """List the jobs in the order in which an epoch needs them."""
    if as_json:
        print_json({"jobs": list(JOBS)})
    else:
        for name in JOBS:
            results.print(name, markup=False)


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="Name of the job; see `tunefi keeper list`.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Run one job. Safe to repeat: what is done already is not done again.

    Where a service of this home is running, that service runs the job.
    """
    run_job_command(job, as_json=as_json)


def run_job_command(job: str, *, as_json: bool) -> None:
    """Run a keeper job as a command: in this process, or in the service that owns the graph."""
    run_command(_run(job, as_json), as_json=as_json)


async def _run(job: str, as_json: bool) -> None:
    if job not in JOBS:
        raise UnknownJob(job)
    settings = load_settings()
    service = load_service_address(settings.paths.service)
    with ConsoleProgress(job) as progress:
        if service is not None:
            report = await fetch_job_result(service, job, progress)
        else:
            report = await _run_here(settings, job, progress)
    print_result(report, as_json=as_json)


async def _run_here(settings: Settings, job: str, progress: ConsoleProgress) -> dict[str, Any]:
    async with open_installation(settings) as installation:
        context = keeper_context(installation)
        await Ingestion(installation, Health(now_at)).catch_up()
        return asdict(await run_job(job, context, progress))
