"""A long range of blocks asked for in parts of a size that the nodes take well.

Owns the size: it grows while answers are quick and small, shrinks where they are slow, large or missing, and
obeys what a provider says of its limits. Several parts are in flight; they come in order. Refuses to know
what is asked for.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar

from tunefi.chain.errors import NodeUnreachable, RpcError
from tunefi.chain.log_limits import LogLimit, parse_log_limit
from tunefi.chain.node_errors import Meaning, judge

Part = TypeVar("Part")
_AHEAD = 3
"""Parts in flight beside the one that is waited for."""


class PartSize:
    """How many blocks to ask for at once.

    Args:
        blocks: To begin with.
        most: Never more.
        many: Logs of an answer from which it counts as large.
        slow_seconds: Time of an answer from which it counts as slow.
    """

    def __init__(
        self, blocks: int = 50, most: int = 10_000, *, many: int = 10_000, slow_seconds: float = 5.0
    ) -> None:
        self.blocks = min(blocks, most)
        self._most = most
        self._many = many
        self._slow_seconds = slow_seconds

    def record(self, blocks: int, logs: int, seconds: float) -> None:
        """Take an answer into account: half as many blocks after a large or slow one, else twice as many.

        A part that was smaller than the size tells nothing, unless it was too large all the same.
        """
        if logs > self._many or seconds > self._slow_seconds:
            self.blocks = min(self.blocks, max(1, blocks // 2))
        elif blocks >= self.blocks and logs * 2 <= self._many:
            self.blocks = min(self._most, blocks * 2)

    def shrink(self) -> None:
        """Ask for half as much: there was no answer, and a smaller one may come."""
        self.blocks = max(1, self.blocks // 2)

    def cut(self, first: int, last: int, limit: LogLimit) -> int:
        """Return where a part that was too much ends instead, and remember what the provider said.

        An offer that makes no progress, as one that is the part itself, is passed over.

        Args:
            first: First block of the part.
            last: Its last block, above the first.
            limit: What the provider said.
        """
        blocks = (last - first + 1) // 2
        if limit.suggested is not None and first <= limit.suggested[1] < last:
            blocks = limit.suggested[1] - first + 1
        elif limit.blocks is not None and 1 <= limit.blocks <= last - first:
            blocks = self._most = limit.blocks
        self.blocks = min(self.blocks, blocks)
        return first + blocks - 1


class LogParts(Generic[Part]):
    """Asks for a range part by part.

    Args:
        fetch: Returns a part by first and last block.
        count: Returns the number of logs in a part.
        size: Of the parts; it learns from them.
    """

    def __init__(
        self,
        fetch: Callable[[int, int], Awaitable[Part]],
        count: Callable[[Part], int],
        size: PartSize,
    ) -> None:
        self._fetch = fetch
        self._count = count
        self._size = size

    async def fetch(self, first: int, last: int) -> AsyncGenerator[Part]:
        """Yield the parts of a range, both ends included, in order; close the iterator to give up.

        Raises:
            NodeUnreachable: No answer; the next attempt asks for less.
            RpcError: Refused, for another reason than the size, or for that of a single block.
        """
        flying: deque[asyncio.Task[list[Part]]] = deque()
        try:
            while flying or first <= last:
                while first <= last and len(flying) <= _AHEAD:
                    end = min(last, first + self._size.blocks - 1)
                    flying.append(asyncio.create_task(self._fetch_whole(first, end)))
                    first = end + 1
                for part in await flying.popleft():
                    yield part
        finally:
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)

    async def _fetch_whole(self, first: int, last: int) -> list[Part]:
        """Return a part, or where it is too much for the node, the parts of it."""
        began = time.monotonic()
        try:
            part = await self._fetch(first, last)
        except NodeUnreachable:
            self._size.shrink()
            raise
        except RpcError as error:
            limit = _limit_in(error)
            if limit is None or first == last:
                raise
        else:
            self._size.record(last - first + 1, self._count(part), time.monotonic() - began)
            return [part]
        end = self._size.cut(first, last, limit)
        return await self._fetch_whole(first, end) + await self._fetch_whole(end + 1, last)


def _limit_in(error: RpcError) -> LogLimit | None:
    """What an error says of limits; one that was not waited out may be about the size too."""
    limit = parse_log_limit(error.message)
    if limit is None and judge(error) in (Meaning.BUSY, Meaning.TOO_MUCH):
        return LogLimit()
    return limit
