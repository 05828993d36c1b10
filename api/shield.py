"""What surrounds every route: time limit, HEAD and OPTIONS, security headers, and the last catch.

Owns headers that do not depend on the route. Refuses to know any route or error by name.

Who may read from another site: the public answers, which are the same for everyone, by GET and HEAD from
any origin and without credentials. Browsers of other sites may not POST: their preflight is answered
without it.
"""

import asyncio
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import HTTP_KINDS, answer_unknown, build_problem, problem_response

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": JSON_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
}
_READING = ("GET", "HEAD")


class Shield:
    """The outermost layer of the application.

    Args:
        app: What it surrounds.
        routes: The application's routes, to tell which methods a path takes.
        answer_seconds: Longest time until an answer begins; a download may last longer.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute], answer_seconds: float) -> None:
        self._app, self._routes, self._answer_seconds = app, routes, answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, without_body=scope["method"] == "HEAD")
        if scope["method"] == "OPTIONS":
            await self._options(scope)(scope, receive, answer.send)
            return
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            async with asyncio.timeout(self._answer_seconds) as limit:
                answer.limit = limit
                try:
                    await self._app(inner, receive, answer.send)
                finally:
                    answer.limit = None
                    scope["route"] = inner.get("route")
        except TimeoutError:
            if answer.started:
                raise
            detail = f"no answer within {self._answer_seconds:g} s; try again later"
            await problem_response(build_problem(HTTP_KINDS[504], detail))(scope, receive, answer.send)
        except Exception as error:
            if answer.started:
                raise
            await answer_unknown(Request(scope), error)(scope, receive, answer.send)

    def _options(self, scope: Scope) -> Response:
        allowed = sorted({"OPTIONS", *self._methods_of(scope)})
        reading = ", ".join(method for method in allowed if method in _READING)
        headers = {"Allow": ", ".join(allowed), "Access-Control-Allow-Methods": reading}
        return Response(status_code=204, headers=headers)

    def _methods_of(self, scope: Scope) -> set[str]:
        found: set[str] = set()
        for route in self._routes:
            if route.matches(scope)[0] is not Match.NONE:
                found |= set(getattr(route, "methods", None) or ())
        return found | {"HEAD"} if "GET" in found else found


class _Answer:
    """Passes an answer on, with the headers added."""

    def __init__(self, send: Send, *, without_body: bool) -> None:
        self._send, self._without_body = send, without_body
        self.started = False
        self.limit: asyncio.Timeout | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if self.limit is not None:
                self.limit.reschedule(None)
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        elif message["type"] == "http.response.body" and self._without_body:
            message = {**message, "body": b""}
        await self._send(message)
