"""How long each answer took, told by the template of its route.

Owns the measuring. Refuses to know any route by name, and paths that no route has: they are counted as one,
because strangers choose them.
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics.instruments import Metrics

UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class RequestMeter:
    """Surrounds the whole application.

    Args:
        app: What it surrounds.
        metrics: Told of each answer.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.answered(_template_of(scope), method, status, time.perf_counter() - started)


def _template_of(scope: Scope) -> str:
    template: str | None = getattr(scope.get("route"), "path", None)
    return template or UNMATCHED
