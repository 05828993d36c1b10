"""What Prometheus reads of this process."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Response
from prometheus_client.exposition import choose_encoder

from api.services import ServicesDep

router = APIRouter(tags=["operator"])

_EXAMPLE = (
    "# HELP tunefi_ingest_lag_blocks …\n# TYPE tunefi_ingest_lag_blocks gauge\ntunefi_ingest_lag_blocks 0.0\n"
)
_TEXT = {"text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE}}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "All metrics.", "content": _TEXT}},
)
async def read_metrics(
    services: ServicesDep,
    authorization: Annotated[
        str, Header(description="`Bearer` and `TUNEFI_METRICS_TOKEN`, or the token of `service.json`.")
    ] = "",
    accept: Annotated[str, Header(description="The text format, or OpenMetrics.")] = "",
) -> Response:
    """Return all metrics of this process, for Prometheus; for the operator only."""
    services.desk.check_reader(authorization)
    encode, content_type = choose_encoder(accept)
    # Reading the log's head waits for its database, so the loop does not.
    body = await asyncio.to_thread(encode, services.metrics.registry)
    return Response(body, media_type=content_type, headers={"Cache-Control": "no-store"})
