"""One node: a batch of calls sent to it, its answers taken apart, and how well it does.

Owns the transport. Refuses to know what a method means, to try again, and to know other nodes.
"""

import itertools
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from tunefi.chain.errors import NodeBusy, NodeUnreachable, RpcError
from tunefi.chain.node_health import NodeHealth
from tunefi.chain.retry_after import parse_retry_after

Call = tuple[str, Sequence[Any]]
"""A method and its parameters."""

_ids = itertools.count(1)


class Node:
    """A node and the connection to it.

    Args:
        url: http or https; what may be a secret in it (path, query, user) is never shown.
        http: The connections, which whoever made them closes.
        health: What is known of it.
    """

    def __init__(self, url: str, http: httpx.AsyncClient, health: NodeHealth) -> None:
        self.url = url
        self.name = shown(url)
        self.health = health
        self.identified = False
        """Whether it was asked, since it last failed, which chain it serves."""
        self._http = http

    async def ask(self, calls: Sequence[Call]) -> list[Any]:
        """Return the results of calls sent as one request, in their order.

        Raises:
            NodeUnreachable: No answer, or not that of a node.
            NodeBusy: It wants to be asked later.
            RpcError: It refused one of the calls.
        """
        requests = [
            {"jsonrpc": "2.0", "id": next(_ids), "method": method, "params": list(params)}
            for method, params in calls
        ]
        body = requests[0] if len(requests) == 1 else requests
        began = time.monotonic()
        try:
            response = await self._http.post(self.url, json=body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise NodeUnreachable(self.name, f"{type(error).__name__} {error}".strip()) from error
        answers = _parse_answers(response, self.name)
        results = [_result_of(answers.get(request["id"]), self.name) for request in requests]
        self.health.record_latency(time.monotonic() - began)
        return results


def shown(url: str) -> str:
    """The part of a URL that holds no key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _parse_answers(response: httpx.Response, node: str) -> dict[Any, dict[str, Any]]:
    if response.status_code in (429, 503):
        seconds = parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        raise NodeBusy(node, f"HTTP {response.status_code}", seconds)
    if response.status_code >= 500:
        raise NodeUnreachable(node, f"HTTP {response.status_code}")
    try:
        body = json.loads(response.content)
    except ValueError as error:
        raise NodeUnreachable(node, f"HTTP {response.status_code} with a body that is not JSON") from error
    answers = body if isinstance(body, list) else [body]
    if not all(isinstance(answer, dict) for answer in answers):
        raise NodeUnreachable(node, "the answer is not JSON-RPC")
    for answer in answers:
        if answer.get("id") is None and "error" in answer:
            raise _error_of(answer["error"])
    return {answer.get("id"): answer for answer in answers}


def _result_of(answer: dict[str, Any] | None, node: str) -> Any:
    if answer is None:
        raise NodeUnreachable(node, "a call of the batch was not answered")
    if answer.get("error") is not None:
        raise _error_of(answer["error"])
    if "result" not in answer:
        raise NodeUnreachable(node, "the answer has neither result nor error")
    return answer["result"]


def _error_of(error: Any) -> RpcError:
    if not isinstance(error, dict):
        return RpcError(0, str(error)[:300])
    code = error.get("code", 0)
    return RpcError(
        code if isinstance(code, int) else 0, str(error.get("message", ""))[:300], error.get("data")
    )
