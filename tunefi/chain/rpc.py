"""JSON-RPC over HTTP to one chain, by one node or several: single and batched calls, with retries.

Owns which node does a piece of work, and what happens where it fails: the same node again after a pause, or
another one at once. A node is asked only after it has said that it serves the expected chain. Refuses to
know what a method means.
"""

import asyncio
import copy
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from tunefi.chain.errors import (
    ChainIdMismatch,
    GenesisMismatch,
    NodeBusy,
    NodeContradiction,
    NodeUnreachable,
    RpcError,
)
from tunefi.chain.identity import IDENTITY_CALLS, ChainIdentity, confirm_identity
from tunefi.chain.node import Call, Node
from tunefi.chain.node_choice import NodeChoice
from tunefi.chain.node_errors import Meaning, judge
from tunefi.chain.node_health import NodeHealth
from tunefi.chain.node_trouble import counted
from tunefi.chain.quantity import parse_quantity
from tunefi.errors import TuneFiError

Result = TypeVar("Result")
_LOG = logging.getLogger(__name__)


class JsonRpc:
    """An asynchronous client of a chain.

    Args:
        urls: Of one node or several, http or https; what may be a secret in them is never shown.
        timeout_seconds: For one request.
        attempts: How often work is tried in all; each node is tried at least once.
        backoff_seconds: Pause before the same node is asked again; it doubles each time.
        batch_limit: Largest number of calls in one request.
        patience_seconds: Longest wait for a node that says when it wants to be asked again.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        *urls: str,
        timeout_seconds: float = 20.0,
        attempts: int = 4,
        backoff_seconds: float = 0.1,
        batch_limit: int = 200,
        patience_seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = urls[0]
        self._attempts = max(attempts, len(urls))
        self._backoff_seconds = backoff_seconds
        self._batch_limit = batch_limit
        self._clock = clock
        self._heads_at = float("-inf")
        self._http = httpx.AsyncClient(timeout=timeout_seconds, trust_env=False)
        nodes = [Node(url, self._http, NodeHealth(clock)) for url in dict.fromkeys(urls)]
        self._choice = NodeChoice(nodes, patience_seconds)
        self._bound: Node | None = None
        self._identity: ChainIdentity | None = None

    def __repr__(self) -> str:
        return f"JsonRpc({', '.join(node.name for node in self.nodes)})"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes, in the order in which they were given; in work bound to one, that one."""
        return self._choice.nodes if self._bound is None else (self._bound,)

    @property
    def node(self) -> str:
        """The name of the node that is asked now, without what may be secret."""
        return (self._bound or self._choice.current).name

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
            part = calls[start : start + self._batch_limit]
            results += await self.on_one_node(lambda rpc, part=part: rpc._ask(part))  # type: ignore[misc]
        return results

    async def on_one_node(self, work: Callable[[Self], Awaitable[Result]]) -> Result:
        """Do work that needs several calls on one node, and from its start on another where that one fails.

        Args:
            work: Gets a client that asks one node, and once; raises `NodeUnreachable` where answers
                contradict one another.
        """
        if self._bound is not None:
            return await work(self)
        failed: frozenset[Node] = frozenset()
        for attempt in range(1, self._attempts + 1):
            node = await self._choice.choose(failed)
            try:
                return await self._try_on(node, work)
            except (NodeUnreachable, RpcError, ChainIdMismatch, GenesisMismatch) as error:
                failed |= {node}
                if attempt == self._attempts or not self._may_pass(error, failed):
                    raise
                if not self._choice.another_is_ready(failed):
                    await asyncio.sleep(self._backoff_seconds * 2 ** (attempt - 1))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def compare_heads(self, at_most_every_seconds: float = 10.0) -> None:
        """Learn how far each node is, so that one that lags is asked only where no other is left.

        A node that does not answer counts a failure; that is found here too, before work depends on it.
        """
        if len(self.nodes) < 2 or self._clock() < self._heads_at + at_most_every_seconds:
            return
        self._heads_at = self._clock()
        ready = [node for node in self.nodes if node.health.ready]
        await asyncio.gather(*(self._learn_head(node) for node in ready))

    def beside(self, rpc: Self) -> Self | None:
        """Return a client of another node than the one `rpc` is bound to, or None where none is ready."""
        other = self._choice.other_than(rpc.nodes[0])
        if other is None:
            return None
        beside = copy.copy(self)
        beside._choice, beside._attempts = NodeChoice([other], 0.0), 1
        return beside

    async def check_identity(self, expected: ChainIdentity) -> None:
        """Raise unless a node serves this chain; from then on, nodes that do not are never asked.

        Raises:
            ChainIdMismatch, GenesisMismatch: No node serves it; check the addresses of the nodes.
            NodeUnreachable: None answers.
        """
        before, self._identity = self._identity, expected
        for node in self.nodes:
            node.identified, node.health.barred = False, None
        try:
            await self.on_one_node(_nothing)
        except (ChainIdMismatch, GenesisMismatch):
            self._identity = before
            for node in self.nodes:
                node.health.barred = None
            raise

    async def check_chain_id(self, expected: int) -> None:
        """Raise `ChainIdMismatch` unless the nodes serve this chain."""
        await self.check_identity(ChainIdentity(expected))

    async def fetch_chain_id(self) -> int:
        """Return the chain id that the node says it serves."""
        return parse_quantity(await self.call("eth_chainId"), self.node)

    async def _learn_head(self, node: Node) -> None:
        try:
            answer = await self._try_on(node, lambda rpc: rpc.call("eth_blockNumber"))
            node.health.head = parse_quantity(answer, node.name)
        except (TuneFiError, ValueError) as error:
            node.health.head = None
            _LOG.warning("the node at %s does not tell its head: %s", node.name, error)

    async def _try_on(self, node: Node, work: Callable[[Self], Awaitable[Result]]) -> Result:
        """Do work on a node, and remember how it went."""
        health = node.health
        health.begin()
        try:
            with counted(health.troubles):
                if self._identity is not None and not node.identified:
                    answers = await self._bind(node)._ask(IDENTITY_CALLS)
                    self._identity = confirm_identity(self._identity, answers, node.name)
                    node.identified = True
                result = await work(self._bind(node))
        except NodeUnreachable as error:
            node.identified = False
            if isinstance(error, NodeBusy) and error.seconds is not None:
                health.record_limit(error.seconds)
            health.record_failure(open_now=isinstance(error, NodeContradiction))
            raise
        except (ChainIdMismatch, GenesisMismatch) as error:
            health.barred = error
            _LOG.error("the node at %s is not asked any more: %s", node.name, error)
            raise
        except BaseException:
            health.abandon()
            raise
        health.record_success()
        return result

    def _may_pass(self, error: Exception, failed: frozenset[Node]) -> bool:
        """Whether work that failed may succeed, here later or on a node that has not failed yet."""
        another = any(node not in failed and node.health.barred is None for node in self.nodes)
        if not isinstance(error, RpcError):
            return another or isinstance(error, NodeUnreachable)
        meaning = judge(error)
        return meaning is Meaning.BUSY or (meaning is Meaning.UNABLE and another)

    async def _ask(self, calls: Sequence[Call]) -> list[Any]:
        """Send one request to the node that this client is bound to; a batch that is too large in halves."""
        assert self._bound is not None
        try:
            return await self._bound.ask(calls)
        except RpcError as error:
            if len(calls) == 1 or judge(error) is not Meaning.TOO_MUCH:
                raise
        half = len(calls) // 2
        return await self._ask(calls[:half]) + await self._ask(calls[half:])

    def _bind(self, node: Node) -> Self:
        bound = copy.copy(self)
        bound._bound = node
        return bound


async def _nothing(_rpc: JsonRpc) -> None:
    """Work that only has the node say which chain it serves."""
