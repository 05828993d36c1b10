"""When a chain has a new block: told by a node over a WebSocket, and looked for where none tells.

Owns the subscription. A head that is told is not believed, it only says when to ask. Refuses to know what is
done with a new block, and to be needed: without a connection, or with one that went silent, waiting ends
after the pause of polling.
"""

import asyncio
import json
import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tunefi.chain.errors import NodeUnreachable
from tunefi.chain.node import shown

_LOG = logging.getLogger(__name__)
_SUBSCRIBE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]})
_LONGEST_MESSAGE_BYTES = 1 << 20
_LONGEST_PAUSE_SECONDS = 60.0


class NewHeads:
    """Waits for new blocks; use it in an `async with` block.

    Args:
        url: ws or wss; what may be a secret in it is never shown. Empty: there is none, polling alone.
        silence_seconds: After so long without a block the connection counts as dead and is made anew.
        retry_seconds: Pause before a connection is made again; it doubles each time.
    """

    def __init__(self, url: str, *, silence_seconds: float = 60.0, retry_seconds: float = 1.0) -> None:
        self._url = url
        self._silence_seconds = silence_seconds
        self._retry_seconds = retry_seconds
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.live = False
        """Whether a node is telling of new blocks."""

    async def __aenter__(self) -> Self:
        if self._url:
            self._task = asyncio.create_task(self._listen(), name="new heads")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def wait(self, pause_seconds: float, *, only_blocks: bool = False) -> None:
        """Return when there is a new block, and at the latest after the pause of polling.

        Args:
            pause_seconds: Between two looks.
            only_blocks: There is nothing else to look for, so that while a node tells of blocks the wait
                lasts until it does, or has been silent for too long.
        """
        seconds = self._silence_seconds if only_blocks and self.live else pause_seconds
        with suppress(TimeoutError):
            await asyncio.wait_for(self._came.wait(), seconds)
        self._came.clear()

    async def _listen(self) -> None:
        """Stay connected; say why not where it fails."""
        pause = self._retry_seconds
        while True:
            try:
                async with connect(self._url, max_size=_LONGEST_MESSAGE_BYTES, proxy=None) as socket:
                    await self._hear(socket)
            except (OSError, TimeoutError, WebSocketException, ValueError, NodeUnreachable) as error:
                _LOG.warning(
                    "no new blocks from %s, polling: %s", shown(self._url), error or type(error).__name__
                )
            pause = self._retry_seconds if self.live else min(2 * pause, _LONGEST_PAUSE_SECONDS)
            self.live = False
            self._came.set()
            await asyncio.sleep(pause)

    async def _hear(self, socket: ClientConnection) -> None:
        """Take in what a node tells, until it has been silent for too long."""
        await socket.send(_SUBSCRIBE)
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), self._silence_seconds))
            if not isinstance(message, dict) or "error" in message:
                raise NodeUnreachable(shown(self._url), f"it does not subscribe: {str(message)[:200]}")
            self.live = True
            if message.get("method") == "eth_subscription":
                self._came.set()
