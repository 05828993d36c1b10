"""Whether the process lives, and whether to send requests to it."""

from fastapi import APIRouter, Response

from api.schemas.health import Alive, Component, Readiness
from api.services import ServicesDep
from tunefi.errors import TuneFiError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def read_health() -> Alive:
    """Say that the process is alive; restart it when this fails."""
    return Alive(alive=True)


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready, with the reasons."}})
async def read_readiness(services: ServicesDep, response: Response) -> Readiness:
    """Say whether ingestion, keeper jobs and the graph work; do not send requests here when this is 503.

    A service without a final epoch is ready: it serves the fallback and says so.
    """
    components = [
        Component(name=part.name, ok=part.ok, detail=part.detail, last_success_at=part.last_success_at)
        for part in services.health.read_all()
    ]
    reasons = [f"{part.name}: {part.detail}" for part in components if not part.ok]
    if not await _graph_answers(services):
        reasons.append("graph: the store does not answer")
    if reasons:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    served = services.served.current
    return Readiness(
        ready=not reasons,
        reasons=reasons,
        served_epoch=served.epoch_id if served else None,
        components=components,
    )


async def _graph_answers(services: ServicesDep) -> bool:
    try:
        await services.store.read_cursor("log")
    except TuneFiError:
        return False
    return True
