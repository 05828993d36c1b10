"""What was committed, where it stands, and the files of the public bundles."""

import asyncio
import json
import mimetypes
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response

from api.epoch_records import EpochRecord
from api.epoch_states import CONTRACT
from api.refusals import NoSuchEpoch
from api.schemas.epochs import BundleFile, BundleJson, Epoch, Epochs, EpochSummary
from api.services import Services, ServicesDep
from commitments.bundle import CORE_FILES
from tunefi.ids import EpochId, hex_of

router = APIRouter(prefix="/v1/epochs", tags=["epochs"])

EpochNumber = Annotated[int, Path(ge=1, lt=2**63, description="Number of the epoch, from 1.", examples=[3])]

_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATE = "public, no-cache"


@router.get("")
async def list_epochs(
    services: ServicesDep, limit: Annotated[int, Query(ge=1, le=256, description="Most epochs.")] = 50
) -> Epochs:
    """Return the committed epochs, newest first, pending and invalid ones too."""
    records = await services.epochs.read_newest(limit)
    return Epochs(items=[EpochSummary(**_summary_of(services, record)) for record in records])


@router.get("/{epoch}")
async def read_epoch(services: ServicesDep, epoch: EpochNumber) -> Epoch:
    """Return one epoch: what was signed and by whom, its state, its bundle and its accuracy."""
    record = await services.epochs.read_one(EpochId(epoch))
    if record is None:
        raise NoSuchEpoch(epoch)
    files = await services.bundles.list_files(record.epoch_id)
    return Epoch(
        **_summary_of(services, record),
        commitment=_commitment_of(record),
        signers=list(record.signed.signers) if record.signed else [],
        chain_id=services.deployment.chain_id,
        contract=services.deployment.contracts.get(CONTRACT),
        bundle=BundleJson(
            cid=record.text("bundle_cid"),
            files=[BundleFile(name=name, size=path.stat().st_size) for name, path in files.items()],
        ),
        metrics=await asyncio.to_thread(_load_metrics, files.get("metrics.json")),
    )


@router.get(
    "/{epoch}/bundle/{file}",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The bytes of the file.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "example": "…"}
            },
        },
        304: {"description": "The bytes are those that you have."},
    },
)
async def read_bundle_file(
    services: ServicesDep,
    request: Request,
    epoch: EpochNumber,
    file: Annotated[str, Path(max_length=100, examples=list(CORE_FILES[:1]))],
    cid: Annotated[
        str | None,
        Query(
            max_length=100,
            description="CID of the bundle; with the right one the answer may be kept for ever.",
        ),
    ] = None,
) -> Response:
    """Return one file of the public bundle; `ETag` is its SHA-256, ranges are understood.

    Compute the CID from the files rather than believing this service.
    """
    path, digest = await services.bundles.find(EpochId(epoch), file)
    signed = await asyncio.to_thread(services.library.load_commitment, EpochId(epoch))
    is_named = cid is not None and signed is not None and cid == signed.struct.bundle_cid
    headers = {"ETag": f'"{digest}"', "Cache-Control": _FOREVER if is_named else _REVALIDATE}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type=_media_type(file))


def _summary_of(services: Services, record: EpochRecord) -> dict[str, Any]:
    return {
        "epoch": record.epoch_id,
        "state": record.standing.state,
        "committed_at": record.committed_at,
        "final_at": record.standing.final_at,
        "track_root": record.text("track_root"),
        "listener_root": record.text("listener_root"),
        "bundle_cid": record.text("bundle_cid"),
        "served": record.epoch_id == services.served.served_id,
        "has_bundle": record.has_bundle,
    }


def _commitment_of(record: EpochRecord) -> dict[str, Any] | None:
    if record.signed is None:
        return None
    members = vars(record.signed.struct)
    return {name: hex_of(value) if isinstance(value, bytes) else value for name, value in members.items()}


def _load_metrics(path: FilePath | None) -> dict[str, Any] | None:
    if path is None:
        return None
    metrics = json.loads(path.read_text(encoding="utf-8"))
    return metrics if isinstance(metrics, dict) else {"table": metrics}


def _media_type(name: str) -> str:
    return (
        "text/markdown"
        if name.endswith(".md")
        else mimetypes.guess_type(name)[0] or "application/octet-stream"
    )
