"""The application: routes, errors and the shield around them, over clients that a program gives.

Owns how the parts are put together. Refuses to open or read anything: `create_app` is handed `Services`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.body_limit import BodyLimit
from api.description import DESCRIPTION, TAGS, describe_errors
from api.errors import answer_http, answer_known, answer_malformed
from api.metrics.service_readings import ServiceReadings
from api.request_meter import RequestMeter
from api.routes import ROUTERS
from api.services import Services
from api.shield import Shield
from tunefi.errors import TuneFiError


def create_app(services: Services) -> FastAPI:
    """Return the application over these clients; it closes none of them.

    While it runs (ASGI lifespan) it follows the chain for a newer final epoch.
    """
    app = FastAPI(
        title="TuneFi",
        summary="Recommendations that cannot be bought, and fan rewards that cannot be farmed",
        description=DESCRIPTION,
        version=_version(),
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_follow_epochs,
    )
    app.state.services = services
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(TuneFiError, answer_known)
    app.add_exception_handler(RequestValidationError, answer_malformed)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_middleware(BodyLimit, body_bytes=services.limits.body_bytes)
    # An included router does not tell its routes' methods, so the shield gets the routes themselves.
    routes = [*app.routes, *(route for router in ROUTERS for route in router.routes)]
    app.add_middleware(Shield, routes=routes, answer_seconds=services.limits.answer_seconds)
    app.add_middleware(RequestMeter, metrics=services.metrics)
    services.metrics.registry.register(ServiceReadings(services, app.version))
    describe_errors(app)
    return app


@asynccontextmanager
async def _follow_epochs(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    following = asyncio.create_task(
        services.served.follow(services.limits.poll_seconds), name="api.served_epoch"
    )
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


def _version() -> str:
    try:
        return version("tunefi")
    except PackageNotFoundError:
        return "0.0.0"
