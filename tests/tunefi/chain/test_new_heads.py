"""New blocks are told at once, and where a node tells none they are looked for."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.kit.anvil import mine
from tunefi.chain.new_heads import NewHeads
from tunefi.chain.rpc import JsonRpc

Behaviour = Callable[[ServerConnection], Awaitable[None]]
_SUBSCRIBED = json.dumps({"jsonrpc": "2.0", "id": 1, "result": "0x1"})
_HEAD = json.dumps({"jsonrpc": "2.0", "method": "eth_subscription", "params": {"result": {"number": "0x2"}}})


@asynccontextmanager
async def socket_node(behaviour: Behaviour) -> AsyncIterator[tuple[str, list[float]]]:
    """Serve a WebSocket and yield its address, and when it was connected to."""
    connected: list[float] = []

    async def handle(socket: ServerConnection) -> None:
        connected.append(time.monotonic())
        await socket.recv()
        await behaviour(socket)

    async with serve(handle, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/secret", connected


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110  # it changes by itself
            await asyncio.sleep(0.01)


@pytest.mark.evm
async def test_a_block_of_a_real_node_ends_the_wait(rpc: JsonRpc) -> None:
    async with NewHeads(rpc.node.replace("http", "ws")) as heads:
        await until(lambda: heads.live)
        waiting = asyncio.create_task(heads.wait(60.0))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await mine(rpc, 1)
        await asyncio.wait_for(waiting, 20)


async def test_a_node_that_goes_silent_is_left_and_blocks_are_looked_for() -> None:
    async def subscribe_only(socket: ServerConnection) -> None:
        await socket.send(_SUBSCRIBED)
        await socket.wait_closed()

    async with (
        socket_node(subscribe_only) as (url, connected),
        NewHeads(url, silence_seconds=0.2, retry_seconds=0.01) as heads,
    ):
        await until(lambda: heads.live)
        began = time.monotonic()
        await heads.wait(60.0)
        assert time.monotonic() - began < 20, "the silence ends the wait"
        await until(lambda: len(connected) > 1)


async def test_while_a_node_tells_blocks_nothing_is_looked_for_in_between() -> None:
    async def tell_later(socket: ServerConnection) -> None:
        await socket.send(_SUBSCRIBED)
        await asyncio.sleep(0.3)
        await socket.send(_HEAD)
        await socket.wait_closed()

    async with socket_node(tell_later) as (url, connected), NewHeads(url) as heads:
        await until(lambda: heads.live)
        await heads.wait(0.001, only_blocks=True)
        assert time.monotonic() - connected[0] >= 0.3


@pytest.mark.parametrize("said", ['{"jsonrpc": "2.0", "id": 1, "error": {"code": -32601}}', "<html>", "[]"])
async def test_a_node_that_does_not_subscribe_is_polled(said: str) -> None:
    async def refuse(socket: ServerConnection) -> None:
        await socket.send(said)
        await socket.wait_closed()

    async with socket_node(refuse) as (url, connected), NewHeads(url, retry_seconds=0.01) as heads:
        await until(lambda: len(connected) > 1)
        assert not heads.live
        await asyncio.wait_for(heads.wait(0.01, only_blocks=True), 20)


@pytest.mark.parametrize("url", ["", "ws://127.0.0.1:9"])
async def test_without_a_connection_blocks_are_looked_for(url: str) -> None:
    async with NewHeads(url, retry_seconds=10.0) as heads:
        await asyncio.wait_for(heads.wait(0.01, only_blocks=True), 20)
        assert not heads.live
