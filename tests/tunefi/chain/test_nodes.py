"""Several nodes of one chain: who is asked, who is left alone, and what is asked of another one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kit.lying_node import Answer, Script, answer, lying_node, refuse
from tunefi.chain.errors import (
    ChainIdMismatch,
    GenesisMismatch,
    NodeBusy,
    NodeContradiction,
    NodeUnreachable,
    RpcError,
)
from tunefi.chain.identity import ChainIdentity
from tunefi.chain.node_errors import Meaning, judge
from tunefi.chain.node_health import NodeHealth
from tunefi.chain.retry_after import parse_retry_after
from tunefi.chain.rpc import JsonRpc

GENESIS = "0x" + "11" * 32


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Told:
    """A node that tells who it is, and counts what it is asked."""

    def __init__(
        self, name: str = "a", chain_id: int = 31337, genesis: str = GENESIS, head: int = 100
    ) -> None:
        self.name, self.chain_id, self.genesis, self.head = name, chain_id, genesis, head
        self.asked: list[str] = []
        self.bad: Answer | None = None

    def __call__(self, _number: int, request: Any) -> Answer:
        calls = request if isinstance(request, list) else [request]
        self.asked += [call["method"] for call in calls]
        if self.bad is not None:
            return self.bad
        if isinstance(request, list):
            import json

            return 200, json.dumps([self._one(call) for call in calls]).encode()
        return answer(request, self._one(request)["result"])

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        results = {
            "eth_chainId": hex(self.chain_id),
            "eth_getBlockByNumber": {"hash": self.genesis},
            "eth_blockNumber": hex(self.head),
            "who": self.name,
        }
        return {"jsonrpc": "2.0", "id": call["id"], "result": results[call["method"]]}


@contextmanager
def nodes(*scripts: Script) -> Iterator[list[str]]:
    with ExitStack() as stack:
        yield [stack.enter_context(lying_node(script)) for script in scripts]


def client(urls: list[str], **options: Any) -> JsonRpc:
    return JsonRpc(*urls, **{"backoff_seconds": 0.001, "timeout_seconds": 0.5, **options})


@pytest.mark.parametrize("bad", [(500, b""), (200, b"<html>"), (200, b'{"id": 1, "resu'), (429, b"")])
async def test_another_node_answers_at_once_where_one_fails(bad: Answer) -> None:
    first, second = Told("a"), Told("b")
    first.bad = bad
    with nodes(first, second) as urls:
        async with client(urls, backoff_seconds=60.0) as rpc:
            assert await rpc.call("who") == "b"
    assert (len(first.asked), len(second.asked)) == (1, 1)


async def test_a_node_that_fails_again_and_again_is_left_alone_and_tried_once_later() -> None:
    clock, first, second = Clock(), Told("a"), Told("b")
    with nodes(first, second) as urls:
        async with client(urls, clock=clock) as rpc:
            assert await rpc.call("who") == "a"
            first.bad = 500, b""
            rpc.nodes[1].health.record_latency(10.0)
            for _ in range(8):
                assert await rpc.call("who") == "b"
            assert len(first.asked) == 4
            clock.now += 1.1
            assert rpc.nodes[0].health.ready
            await rpc.compare_heads()
            assert len(first.asked) == 5
            assert not rpc.nodes[0].health.ready
            first.bad = None
            clock.now += 70.0
            await rpc.compare_heads()
            assert rpc.nodes[0].health.ready


def test_a_half_open_circuit_lets_one_request_through() -> None:
    clock = Clock()
    health = NodeHealth(clock)
    for _ in range(3):
        assert health.ready
        health.record_failure()
    assert not health.ready
    clock.now += 1.0
    assert health.ready
    health.begin()
    assert not health.ready
    health.record_failure()
    clock.now += 1.5
    assert not health.ready, "the second rest is longer"
    clock.now += 0.6
    health.begin()
    health.record_success()
    assert health.ready


def test_a_contradiction_opens_the_circuit_at_once() -> None:
    health = NodeHealth(Clock())
    health.record_failure(open_now=True)
    assert not health.ready


async def test_a_node_is_left_alone_as_long_as_it_says() -> None:
    clock, first, second = Clock(), Told("a"), Told("b")
    first.bad = 429, b"", {"Retry-After": "40"}
    with nodes(first, second) as urls:
        async with client(urls, clock=clock) as rpc:
            assert [await rpc.call("who") for _ in range(3)] == ["b"] * 3
            second.bad = 503, b"", {"Retry-After": "35"}
            with pytest.raises(NodeBusy, match="left alone") as caught:
                await rpc.call("who")
            assert caught.value.seconds == 35
            assert len(first.asked) == 1
            second.bad = first.bad = None
            clock.now += 36
            assert await rpc.call("who") == "b"


async def test_the_only_node_is_waited_for_as_long_as_it_says() -> None:
    def script(number: int, request: Any) -> Answer:
        return (429, b"", {"Retry-After": "1"}) if number == 1 else answer(request, "0x1")

    with lying_node(script) as url:
        async with client([url]) as rpc:
            began = datetime.now(UTC)
            assert await rpc.call("who") == "0x1"
    assert 0.9 < (datetime.now(UTC) - began).total_seconds() < 3


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_both_forms_of_retry_after_are_read(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOON) == seconds


async def test_a_node_that_lags_is_asked_only_where_no_other_is_left() -> None:
    behind, ahead = Told("behind", head=90), Told("ahead", head=100)
    with nodes(behind, ahead) as urls:
        async with client(urls) as rpc:
            assert await rpc.call("who") == "behind"
            await rpc.compare_heads()
            assert await rpc.call("who") == "ahead"
            ahead.bad = 500, b""
            assert await rpc.call("who") == "behind"


async def test_the_quicker_node_is_preferred_only_when_it_is_clearly_quicker() -> None:
    first, second = Told("a"), Told("b")
    with nodes(first, second) as urls:
        async with client(urls) as rpc:
            for node, seconds in zip(rpc.nodes, (0.10, 0.08), strict=True):
                node.health.latency_seconds = seconds
            assert await rpc.call("who") == "a"
            rpc.nodes[0].health.latency_seconds = 0.5
            assert await rpc.call("who") == "b"


@pytest.mark.parametrize("wrong", [Told("a", chain_id=1), Told("a", genesis="0x" + "22" * 32)])
async def test_a_node_of_another_chain_is_never_asked_for_anything_else(wrong: Told) -> None:
    right = Told("b")
    with nodes(wrong, right) as urls:
        async with client(urls) as rpc:
            await rpc.check_identity(ChainIdentity(31337, GENESIS))
            assert [await rpc.call("who") for _ in range(3)] == ["b"] * 3
    assert wrong.asked == ["eth_chainId", "eth_getBlockByNumber"]


async def test_the_first_node_fixes_the_genesis_block_where_none_is_known() -> None:
    first, second = Told("a"), Told("b", genesis="0x" + "22" * 32)
    with nodes(first, second) as urls:
        async with client(urls) as rpc:
            await rpc.check_chain_id(31337)
            first.bad = 500, b""
            with pytest.raises(NodeUnreachable):
                await rpc.call("who")
    assert "who" not in second.asked


async def test_a_node_is_asked_again_which_chain_it_serves_when_it_comes_back() -> None:
    told = Told("a")
    with nodes(told) as urls:
        async with client(urls, attempts=1) as rpc:
            await rpc.check_chain_id(31337)
            told.bad = 500, b""
            with pytest.raises(NodeUnreachable):
                await rpc.call("who")
            told.bad, told.genesis = None, "0x" + "33" * 32
            with pytest.raises(GenesisMismatch, match="another chain with the same id"):
                await rpc.call("who")


async def test_where_every_node_serves_another_chain_that_is_said() -> None:
    with nodes(Told("a", chain_id=1), Told("b", chain_id=5)) as urls:
        async with client(urls) as rpc:
            with pytest.raises(ChainIdMismatch):
                await rpc.check_chain_id(31337)


async def test_what_one_node_cannot_do_is_asked_of_another_and_what_is_refused_is_not() -> None:
    asked: list[str] = []

    def unable(_number: int, request: Any) -> Answer:
        asked.append("unable")
        message = "missing trie node" if request["method"] == "old" else "invalid argument 0"
        return refuse(request, -32000, message)

    def able(_number: int, request: Any) -> Answer:
        asked.append("able")
        return answer(request, "0x1")

    with nodes(unable, able) as urls:
        async with client(urls) as rpc:
            assert await rpc.call("old") == "0x1"
        async with client(urls) as rpc:
            with pytest.raises(RpcError, match="invalid argument"):
                await rpc.call("new")
    assert asked == ["unable", "able", "unable"]


async def test_work_of_several_calls_is_done_by_one_node_and_begun_again_on_another() -> None:
    first, second = Told("a"), Told("b")
    seen: list[list[str]] = []

    async def work(rpc: JsonRpc) -> list[str]:
        seen.append([await rpc.call("who"), await rpc.call("who")])
        if seen[-1][0] == "a":
            raise NodeContradiction(rpc.node, "it makes no sense")
        return seen[-1]

    with nodes(first, second) as urls:
        async with client(urls) as rpc:
            assert await rpc.on_one_node(work) == ["b", "b"]
            assert not rpc.nodes[0].health.ready
    assert seen == [["a", "a"], ["b", "b"]]


async def test_a_batch_that_is_too_large_for_a_node_is_sent_in_halves() -> None:
    sizes: list[int] = []

    def script(_number: int, request: Any) -> Answer:
        sizes.append(len(request) if isinstance(request, list) else 1)
        if sizes[-1] > 2:
            return (
                413,
                b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "batch too large"}}',
            )
        return answer(request, "0x1")

    with lying_node(script) as url:
        async with client([url]) as rpc:
            assert await rpc.call_batch([("x", ())] * 5) == ["0x1"] * 5
    assert sizes == [5, 2, 3, 1, 2]


async def test_a_node_that_takes_no_batches_is_asked_one_call_at_a_time() -> None:
    told = Told()

    def script(number: int, request: Any) -> Answer:
        if isinstance(request, list):
            return (
                200,
                b'{"id": null, "error": {"code": -32600, "message": "Batch requests are not supported"}}',
            )
        return told(number, request)

    with lying_node(script) as url:
        async with client([url], attempts=1) as rpc:
            await rpc.check_identity(ChainIdentity(31337, GENESIS))
            assert await rpc.call_batch([("who", ())] * 3) == ["a"] * 3


@pytest.mark.parametrize(
    ("code", "message", "meaning"),
    [
        (-32005, "limit exceeded", Meaning.BUSY),
        (-32005, "daily request count exceeded, request rate limited", Meaning.BUSY),
        (429, "Your app has exceeded its compute units per second capacity", Meaning.BUSY),
        (-32000, "rate limit exceeded", Meaning.BUSY),
        (-32603, "Internal error", Meaning.BUSY),
        (-32601, "the method eth_magic does not exist/is not available", Meaning.UNABLE),
        (-32000, "missing trie node 0xab (path )", Meaning.UNABLE),
        (-32000, "required historical state unavailable", Meaning.UNABLE),
        (-32005, "query returned more than 10000 results", Meaning.TOO_MUCH),
        (-32600, "Batch requests are not supported", Meaning.TOO_MUCH),
        (-32600, "eth_getLogs is limited to a 10,000 range", Meaning.TOO_MUCH),
        (3, "execution reverted: try again later", Meaning.REFUSED),
        (-32000, "nonce too low", Meaning.REFUSED),
        (-32602, "unknown block tag", Meaning.REFUSED),
    ],
)
def test_what_an_error_means_is_read_from_its_code_and_text(
    code: int, message: str, meaning: Meaning
) -> None:
    assert judge(RpcError(code, message)) is meaning
