"""The page, from the files that `make web` built. Not part of the API's description."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from api.errors import RETRY_AFTER_SECONDS
from api.refusals import PageNotBuilt
from api.services import ServicesDep

router = APIRouter(include_in_schema=False)

_FOREVER = "public, max-age=31536000, immutable"


@router.get("/")
async def read_page(services: ServicesDep) -> Response:
    """Return the page, or a text that says how to build it."""
    headers = {"Content-Security-Policy": services.page.policy(), "Cache-Control": "no-cache"}
    try:
        return FileResponse(services.page.index(), headers=headers)
    except PageNotBuilt as error:
        return PlainTextResponse(f"{error}\n", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})


@router.get("/assets/{name}")
async def read_asset(services: ServicesDep, name: str) -> FileResponse:
    """Return a built file; its name changes with its bytes, so it may be kept for ever."""
    path = services.page.find(name, under="assets")
    if path is None:
        raise HTTPException(404)
    return FileResponse(
        path, headers={"Content-Security-Policy": services.page.policy(), "Cache-Control": _FOREVER}
    )


@router.get("/{name}")
async def read_page_file(services: ServicesDep, name: str) -> FileResponse:
    """Return a file beside the page, such as its icon."""
    path = services.page.find(name)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, headers={"Content-Security-Policy": services.page.policy()})
