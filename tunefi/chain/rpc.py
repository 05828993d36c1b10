"""JSON-RPC over HTTP to one node: single and batched calls, with retries.

Owns the transport. Refuses to know what a method means, apart from blocks by tag.
"""

import asyncio
import itertools
import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from tunefi.chain.errors import ChainIdMismatch, NodeUnreachable, RpcError

Call = tuple[str, Sequence[Any]]
"""A method and its parameters."""

_RETRYABLE_CODES = frozenset({-32005, -32603, 429})
"""Limit exceeded, internal error: the same call may succeed a moment later."""


class JsonRpc:
    """An asynchronous client of one node.

    Args:
        url: http or https; what may be a secret in it (path, query, user) is never shown.
        timeout_seconds: For one request.
        attempts: How often a request is tried in all when the node is unreachable or busy.
        backoff_seconds: Pause before the second try; it doubles each time.
        batch_limit: Largest number of calls in one request.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float = 20.0,
        attempts: int = 4,
        backoff_seconds: float = 0.1,
        batch_limit: int = 200,
    ) -> None:
        self.url = url
        self.node = _shown(url)
        self._attempts = attempts
        self._backoff_seconds = backoff_seconds
        self._batch_limit = batch_limit
        self._ids = itertools.count(1)
        self._http = httpx.AsyncClient(timeout=timeout_seconds, trust_env=False)

    def __repr__(self) -> str:
        return f"JsonRpc({self.node})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(self, method: str, *params: Any) -> Any:
        """Return the result of one call.

        Raises:
            NodeUnreachable: No answer after all tries; retry later.
            RpcError: The node refused.
        """
        return (await self.call_batch([(method, params)]))[0]

    async def call_batch(self, calls: Sequence[Call]) -> list[Any]:
        """Return the results of many calls, in their order; the first error among them is raised."""
        results: list[Any] = []
        for start in range(0, len(calls), self._batch_limit):
            results += await self._call_some(calls[start : start + self._batch_limit])
        return results

    async def fetch_chain_id(self) -> int:
        """Return the chain id that the node says it serves."""
        return int(await self.call("eth_chainId"), 16)

    async def check_chain_id(self, expected: int) -> None:
        """Raise `ChainIdMismatch` unless the node serves this chain."""
        found = await self.fetch_chain_id()
        if found != expected:
            raise ChainIdMismatch(expected, found)

    async def _call_some(self, calls: Sequence[Call]) -> list[Any]:
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._post(calls)
            except NodeUnreachable:
                if attempt == self._attempts:
                    raise
            except RpcError as error:
                if attempt == self._attempts or error.code not in _RETRYABLE_CODES:
                    raise
            await asyncio.sleep(self._backoff_seconds * 2 ** (attempt - 1))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _post(self, calls: Sequence[Call]) -> list[Any]:
        requests = [
            {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
            for method, params in calls
        ]
        body = requests[0] if len(requests) == 1 else requests
        try:
            response = await self._http.post(self.url, json=body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise NodeUnreachable(self.node, f"{type(error).__name__} {error}".strip()) from error
        answers = _parse_answers(response, self.node)
        return [_result_of(answers.get(request["id"]), self.node) for request in requests]


def _parse_answers(response: httpx.Response, node: str) -> dict[Any, dict[str, Any]]:
    if response.status_code == 429 or response.status_code >= 500:
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
    return RpcError(int(error.get("code", 0)), str(error.get("message", ""))[:300], error.get("data"))


def _shown(url: str) -> str:
    """The part of a URL that holds no key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
