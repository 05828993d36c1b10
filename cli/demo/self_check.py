"""What the demonstration checks of itself before it says that it serves.

Owns the list: health, the page, and one listener's list verified from the API's answers and the chain
alone, as an outsider would.
"""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from cli.committed import fetch_committed
from cli.errors import StageFailed
from commitments.bundle import load_bundle
from commitments.opening import parse_opening
from commitments.verification import check_epoch, check_opening
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address, EpochId
from tunefi.service_client import ServiceUnreachable, fetch_from_service

_STAGE = "serve"
_PAUSE_SECONDS = 0.25
_PATIENCE = 240


async def check_service(
    url: str, rpc: JsonRpc, contract: Address, listener: Address, scratch: Path
) -> dict[str, Any]:
    """Check a running service and return what was checked.

    Args:
        url: Of the service.
        rpc: The node that is trusted.
        contract: RecommendationGraph.
        listener: Whose list is verified.
        scratch: Folder that the bundle is downloaded to.

    Raises:
        StageFailed: Something is false or missing; the message says what.
    """
    ready = await _wait_until_served(url)
    page = await fetch_from_service(url, "/")
    if b"<script" not in page:
        raise StageFailed(_STAGE, "the page is not there")
    answer = json.loads(await fetch_from_service(url, f"/v1/recommendations/{listener}"))
    if not answer["items"] or answer["opening"] is None:
        raise StageFailed(_STAGE, f"no recommendations with a proof for {listener}")
    epoch = EpochId(answer["epoch"]["epoch"])
    await _verify(url, rpc, contract, epoch, answer["opening"], scratch)
    return {"ready": ready, "listener": listener, "epoch": epoch, "items": len(answer["items"])}


async def _wait_until_served(url: str) -> dict[str, Any]:
    """Return what `/readyz` says once an epoch is in memory."""
    for _ in range(_PATIENCE):
        with suppress(ServiceUnreachable):
            ready: dict[str, Any] = json.loads(await fetch_from_service(url, "/readyz"))
            if ready["served_epoch"] is not None:
                return ready
        await asyncio.sleep(_PAUSE_SECONDS)
    raise StageFailed(_STAGE, "no epoch is served")


async def _verify(
    url: str, rpc: JsonRpc, contract: Address, epoch: EpochId, opening: dict[str, Any], scratch: Path
) -> None:
    detail = json.loads(await fetch_from_service(url, f"/v1/epochs/{epoch}"))
    folder = scratch / f"epoch-{epoch}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in detail["bundle"]["files"]:
        name = Path(file["name"]).name
        (folder / name).write_bytes(await fetch_from_service(url, f"/v1/epochs/{epoch}/bundle/{name}"))
    committed = await fetch_committed(rpc, contract, epoch)
    place = committed.commitment.place(committed.chain_id, committed.contract)
    bundle = load_bundle(folder)
    for report in (
        check_epoch(bundle, committed.commitment, place),
        check_opening(parse_opening(opening), bundle, committed.commitment, place, committed.other_roots),
    ):
        if report.first_fault is not None:
            raise StageFailed(_STAGE, report.first_fault.sentence)
    if committed.state != "final":
        raise StageFailed(_STAGE, f"epoch {epoch} is {committed.state}, not final")
