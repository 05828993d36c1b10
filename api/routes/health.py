"""Whether the process lives, and whether to send requests to it."""

import asyncio

from fastapi import APIRouter, Response

from api.schemas.health import Alive, Component, FaultItem, Readiness
from api.services import ServicesDep
from tunefi.errors import TuneFiError
from tunefi.health import Fault, FaultCode

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def read_health() -> Alive:
    """Say that the process is alive; restart it when this fails."""
    return Alive(alive=True)


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready, with the reasons."}})
async def read_readiness(services: ServicesDep, response: Response) -> Readiness:
    """Say whether ingestion, keeper jobs and the graph work; do not send requests here when this is 503.

    It is 503 while something is stuck: halted, failing, silent, or too far behind chain or log, and the body
    says what, and what to do. A service without a final epoch is ready: it serves the fallback and says so.
    """
    parts = await asyncio.to_thread(services.health.read_all)
    faults = [_show(part.name, fault) for part in parts for fault in part.faults]
    if (fault := await _fault_of_graph(services)) is not None:
        faults.append(_show("graph", fault))
    if faults:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    served = services.served.current
    return Readiness(
        ready=not faults,
        reasons=[f"{fault.component}: {fault.detail}" for fault in faults],
        faults=faults,
        served_epoch=served.epoch_id if served else None,
        components=[
            Component(name=part.name, ok=part.ok, detail=part.detail, last_success_at=part.last_success_at)
            for part in parts
        ],
    )


def _show(component: str, fault: Fault) -> FaultItem:
    return FaultItem(component=component, code=fault.code, detail=fault.detail, action=fault.action)


async def _fault_of_graph(services: ServicesDep) -> Fault | None:
    try:
        await services.store.read_cursor("log")
    except TuneFiError:
        detail = "the store does not answer"
        action = "start the graph's database, or mend its address; the service's log says more"
        return Fault(FaultCode.NO_ANSWER, detail, action)
    return None
