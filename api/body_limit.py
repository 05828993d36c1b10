"""The largest body of a request, told by its length or counted as it comes.

Owns the limit. Refuses to read a body that nobody asked for.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import HTTP_KINDS, build_problem, problem_response


class BodyLimit:
    """Refuses larger bodies with 413.

    Args:
        app: What it surrounds.
        body_bytes: Largest body.
    """

    def __init__(self, app: ASGIApp, body_bytes: int) -> None:
        self._app, self._body_bytes = app, body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._body_bytes:
            detail = (
                f"the body has {length} bytes, at most {self._body_bytes} are taken; send smaller batches"
            )
            await problem_response(build_problem(HTTP_KINDS[413], detail))(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._body_bytes:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
