"""The client retries what may pass, tells what does not, and shows no secret."""

from typing import Any

import pytest

from tests.kit.lying_node import Answer, answer, lying_node, refuse
from tunefi.chain.blocks import fetch_block, fetch_finalized
from tunefi.chain.errors import ChainIdMismatch, NodeUnreachable, NoFinalizedTag, RpcError, UnknownBlock
from tunefi.chain.logs import fetch_logs
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address


def client(url: str, attempts: int = 3) -> JsonRpc:
    return JsonRpc(url, attempts=attempts, backoff_seconds=0.001, timeout_seconds=2.0)


@pytest.mark.parametrize(
    "bad",
    [
        (429, b"slow down"),
        (503, b""),
        (200, b"<html>gateway</html>"),
        (200, b'{"jsonrpc": "2.0", "id": 1, "resu'),
        (200, b'"text"'),
        (200, b'{"jsonrpc": "2.0", "id": 99999, "result": "0x1"}'),
        (200, b'{"jsonrpc": "2.0", "id": 1}'),
    ],
)
async def test_what_may_pass_is_tried_again(bad: Answer) -> None:
    with lying_node(lambda number, request: bad if number < 3 else answer(request, "0x7a69")) as url:
        async with client(url) as rpc:
            assert await rpc.fetch_chain_id() == 31337


async def test_a_node_that_never_answers_well_is_given_up() -> None:
    with lying_node(lambda _number, _request: (503, b"")) as url:
        async with client(url, attempts=2) as rpc:
            with pytest.raises(NodeUnreachable, match="HTTP 503") as caught:
                await rpc.call("eth_chainId")
    assert "secret-key" not in str(caught.value)
    assert "secret-key" not in repr(rpc)


async def test_a_node_that_is_gone_is_unreachable() -> None:
    async with client("http://127.0.0.1:9", attempts=1) as rpc:
        with pytest.raises(NodeUnreachable, match=r"127\.0\.0\.1:9"):
            await rpc.call("eth_chainId")


async def test_a_refusal_is_final_and_is_not_repeated() -> None:
    asked: list[int] = []

    def script(number: int, request: Any) -> Answer:
        asked.append(number)
        return refuse(request, -32601, "method not found")

    with lying_node(script) as url:
        async with client(url) as rpc:
            with pytest.raises(RpcError, match="method not found") as caught:
                await rpc.call("eth_magic")
    assert caught.value.code == -32601
    assert asked == [1]


async def test_a_limit_is_waited_out() -> None:
    def script(number: int, request: Any) -> Answer:
        return refuse(request, -32005, "limit exceeded") if number == 1 else answer(request, "0x1")

    with lying_node(script) as url:
        async with client(url) as rpc:
            assert await rpc.fetch_chain_id() == 1


async def test_a_batch_that_is_answered_in_part_or_out_of_order_is_put_right() -> None:
    def script(number: int, request: Any) -> Answer:
        if number == 1:
            return answer(request[:1], "0x1")
        bodies = [
            {"jsonrpc": "2.0", "id": one["id"], "result": one["params"][0]} for one in reversed(request)
        ]
        import json

        return 200, json.dumps(bodies).encode()

    with lying_node(script) as url:
        async with client(url) as rpc:
            assert await rpc.call_batch([("echo", (n,)) for n in range(5)]) == list(range(5))


async def test_long_batches_are_split() -> None:
    sizes: list[int] = []

    def script(_number: int, request: Any) -> Answer:
        sizes.append(len(request) if isinstance(request, list) else 1)
        return answer(request, None)

    with lying_node(script) as url:
        async with JsonRpc(url, batch_limit=10) as rpc:
            assert await rpc.call_batch([("x", ())] * 25) == [None] * 25
    assert sizes == [10, 10, 5]


async def test_another_chain_is_named() -> None:
    with lying_node(lambda _number, request: answer(request, "0x1")) as url:
        async with client(url) as rpc:
            with pytest.raises(ChainIdMismatch, match="serves chain 1, expected 31337"):
                await rpc.check_chain_id(31337)


async def test_a_node_without_a_final_block_says_so() -> None:
    for script in (
        lambda _number, request: answer(request, None),
        lambda _number, request: refuse(request, -32602, "unknown block tag"),
    ):
        with lying_node(script) as url:
            async with client(url, attempts=1) as rpc:
                with pytest.raises(NoFinalizedTag, match="payments need it"):
                    await fetch_finalized(rpc)


async def test_answers_of_the_wrong_form_are_not_believed() -> None:
    with lying_node(lambda _number, request: answer(request, {"number": "seven"})) as url:
        async with client(url, attempts=1) as rpc:
            with pytest.raises(NodeUnreachable, match="no number"):
                await fetch_block(rpc, 7)
            with pytest.raises(NodeUnreachable, match="no list"):
                await fetch_logs(rpc, 0, 1, [Address("0x" + "00" * 20)])
    with lying_node(lambda _number, request: answer(request, None)) as url:
        async with client(url, attempts=1) as rpc:
            with pytest.raises(UnknownBlock, match="7"):
                await fetch_block(rpc, 7)
