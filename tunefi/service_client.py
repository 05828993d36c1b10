"""The way from a command to the service that owns the graph: where it is, and asking it to run a job.

Owns the file `service.json` and the operator's requests. Refuses to know what a job does. The file holds a
token that only its owner can read; whoever reads it could run jobs, and nothing else.
"""

import asyncio
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tunefi.errors import FinalError, RetryableError
from tunefi.progress import Progress
from tunefi.whole_file import save_whole


class ServiceUnreachable(RetryableError):
    """The service that owns the graph does not answer."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(f"the service at {url} does not answer ({reason}); wait until it is up, or stop it")


class ServiceRefused(FinalError):
    """The service that owns the graph refused or failed a job."""

    def __init__(self, job: str, detail: str) -> None:
        self.job, self.detail = job, detail
        super().__init__(f"job {job}: {detail}")


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a running service is."""

    pid: int
    url: str
    rpc_url: str
    token: str = field(repr=False)


def save_service_address(path: Path, address: ServiceAddress) -> None:
    """Write where the service is, readable by its owner only."""
    save_whole(path, json.dumps(asdict(address)), mode=0o600)


def load_service_address(path: Path) -> ServiceAddress | None:
    """Return where the running service is, or None where there is none: a dead one's file is ignored."""
    try:
        address = ServiceAddress(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return address if psutil.pid_exists(address.pid) else None


async def fetch_job_result(address: ServiceAddress, job: str, progress: Progress) -> dict[str, Any]:
    """Have the service run a job and return its report when it has ended.

    Raises:
        ServiceUnreachable: It does not answer.
        ServiceRefused: There is no such job, or it failed; the message says why.
    """
    headers = {"Authorization": f"Bearer {address.token}"}
    async with httpx.AsyncClient(
        base_url=address.url, headers=headers, timeout=30.0, trust_env=False
    ) as http:
        run = await _request(http, job, "POST", f"/v1/operator/jobs/{job}")
        while run["state"] == "running":
            await asyncio.sleep(0.5)
            run = await _request(http, job, "GET", f"/v1/operator/runs/{run['id']}")
            progress.update(run["done"], run["total"], run["detail"])
    if run["state"] != "done":
        raise ServiceRefused(job, run["detail"])
    report: dict[str, Any] = run["report"]
    return report


async def _request(http: httpx.AsyncClient, job: str, method: str, path: str) -> dict[str, Any]:
    try:
        response = await http.request(method, path)
    except httpx.HTTPError as error:
        raise ServiceUnreachable(str(http.base_url), type(error).__name__) from error
    body: dict[str, Any] = response.json()
    if response.is_error:
        raise ServiceRefused(job, str(body.get("detail", response.status_code)))
    return body


async def fetch_from_service(url: str, path: str) -> bytes:
    """Return the body of a GET request to a service.

    Raises:
        ServiceUnreachable: It does not answer, or with an error.
    """
    async with httpx.AsyncClient(base_url=url, timeout=30.0, trust_env=False) as http:
        try:
            response = await http.get(path)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise ServiceUnreachable(url, f"{path}: {error}") from error
        return response.content
