"""Whatever a node tells, the graph is the one that an honest node gives, or it does not move."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph_schema.open_store import open_store
from graph_schema.store import GraphStore
from ingest.errors import FinalBlockChanged, HeadWentBack, NodesDisagree
from ingest.follower import ChainFollower
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.lying_node import Answer, answer
from tests.kit.lying_proxy import Lie, lying_proxy
from tests.kit.rows import read_all_rows
from tunefi.chain.anvil import AnvilNode
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import ChainIdMismatch, NodeUnreachable
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

pytestmark = pytest.mark.evm
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def honest(
    anvil_node: AnvilNode,
    deployment: Deployment,
    signers: list[Signer],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Rows]:
    """A chain with a few events, and the rows that an honest node gives."""
    snapshot, rows = asyncio.run(
        _play(anvil_node.url, deployment, signers, tmp_path_factory.mktemp("honest"))
    )
    yield rows
    asyncio.run(_revert(anvil_node.url, snapshot))


async def _play(url: str, deployment: Deployment, signers: list[Signer], folder: Path) -> tuple[str, Rows]:
    async with JsonRpc(url) as rpc:
        snapshot = await rpc.call("evm_snapshot")
        stage = Stage(rpc, deployment, signers)
        await stage.register_and_mint(1)
        await stage.buy(8, 1, 3)
        await mine(rpc, 3)
        await stage.send(8, "FanEngagement", "followArtist", "artist:1")
        return snapshot, await _graph_of(rpc, deployment, folder)


async def _revert(url: str, snapshot: str) -> None:
    async with JsonRpc(url) as rpc:
        await rpc.call("evm_revert", snapshot)


async def _graph_of(rpc: JsonRpc, deployment: Deployment, folder: Path) -> Rows:
    store = await open_store(f"ladybug:{folder / 'graph'}")
    try:
        await ChainFollower(rpc, store, deployment).follow_to_head()
        return await read_all_rows(store)
    finally:
        await store.close()


@pytest.fixture
async def graph(tmp_path: Path) -> Any:
    """An empty graph."""
    store = await open_store(f"ladybug:{tmp_path / 'graph'}")
    yield store
    await store.close()


def client(*urls: str, attempts: int = 3) -> JsonRpc:
    """A client that asks the first node as long as it is believed."""
    rpc = JsonRpc(*urls, attempts=attempts, backoff_seconds=0.01, timeout_seconds=1.0)
    for node in rpc.nodes[1:]:
        node.health.latency_seconds = 1e6
    return rpc


def of_logs(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Lie:
    """A lie about every non-empty answer of `eth_getLogs`."""

    def lie(method: str, _params: list[Any], result: Any) -> Any:
        return change(result) if method == "eth_getLogs" and result else result

    return lie


def of_blocks(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Lie:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        return change(result) if method == "eth_getBlockByNumber" and params[0] != "0x0" else result

    return lie


def _elsewhere(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last log in a block of another number."""
    number = hex(int(logs[-1]["blockNumber"], 16) - 1)
    return [*logs[:-1], {**logs[-1], "blockNumber": number, "logIndex": "0x7"}]


def _decimal(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: str(int(value, 16)) if key in ("number", "timestamp", "blockNumber", "logIndex") else value
        for key, value in fields.items()
    }


FALSE = {
    "empty logs": of_logs(lambda _: []),
    "a missing log": of_logs(lambda logs: logs[:-1]),
    "a log twice": of_logs(lambda logs: [*logs, logs[0]]),
    "a log of another block": of_logs(_elsewhere),
    "a log of another branch": of_logs(lambda logs: [{**logs[0], "blockHash": "0x" + "ab" * 32}, *logs[1:]]),
    "a log of another contract": of_logs(lambda logs: [{**logs[0], "address": "0x" + "ab" * 20}, *logs[1:]]),
    "a log beyond the range": of_logs(lambda logs: [*logs[:-1], {**logs[-1], "blockNumber": "0xffff"}]),
    "a transaction by two names": of_logs(
        lambda logs: (
            [{**log, "transactionHash": "0x" + f"{number:064x}"} for number, log in enumerate(logs)]
            if len({log["transactionHash"] for log in logs}) < len(logs)
            else []
        )
    ),
    "a log that was never emitted": of_logs(
        lambda logs: [{**logs[0], "topics": ["0x" + "cd" * 32, *logs[0]["topics"][1:]]}, *logs[1:]]
    ),
    "a block with other parents": of_blocks(lambda block: {**block, "parentHash": "0x" + "ab" * 32}),
    "numbers as strings in blocks": of_blocks(_decimal),
    "numbers as strings in logs": of_logs(lambda logs: [_decimal(log) for log in logs]),
    "a log without topics and data": of_logs(lambda logs: [{"address": logs[0]["address"]}]),
}


@pytest.mark.parametrize("name", FALSE)
async def test_what_cannot_be_true_is_asked_of_another_node(
    name: str, honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url, FALSE[name]) as (url, _):
        async with client(url, anvil_node.url) as rpc:
            await ChainFollower(rpc, graph, deployment).follow_to_head()
            assert rpc.nodes[0].health.failure_share > 0
    assert await read_all_rows(graph) == honest


@pytest.mark.parametrize("name", FALSE)
async def test_where_the_only_node_lies_nothing_of_it_is_written(
    name: str, honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    assert honest
    with lying_proxy(anvil_node.url, FALSE[name]) as (url, proxy):
        async with client(url, attempts=2) as rpc:
            follower = ChainFollower(rpc, graph, deployment)
            with pytest.raises(NodeUnreachable):
                await follower.follow_to_head()
            assert await graph.read_cursor(follower.cursor_source) is None
            proxy.lie = None
            await follower.follow_to_head()
    assert await read_all_rows(graph) == honest


def _in_part(_number: int, request: Any) -> Answer | None:
    return answer(request[:1], "0x1") if isinstance(request, list) and len(request) > 2 else None


UNUSABLE: dict[str, Callable[[int, Any], Answer | None]] = {
    "429": lambda *_: (429, b"slow down"),
    "429 with Retry-After": lambda *_: (429, b"slow down", {"Retry-After": "60"}),
    "503 with a date": lambda *_: (503, b"", {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}),
    "500": lambda *_: (500, b"oops"),
    "HTML": lambda *_: (200, b"<html>gateway</html>"),
    "JSON cut short": lambda *_: (200, b'{"jsonrpc": "2.0", "id": 1, "resu'),
    "a batch answered in part": _in_part,
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_where_a_node_gives_no_usable_answer_another_one_is_asked(
    name: str, honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url, reply=UNUSABLE[name]) as (url, proxy):
        async with client(url, anvil_node.url) as rpc:
            await ChainFollower(rpc, graph, deployment).follow_to_head()
            assert rpc.nodes[0].health.failure_share > 0
            assert (rpc.nodes[0].health.wait_seconds > 0) == ("with" in name)
    assert await read_all_rows(graph) == honest
    assert proxy.asked


async def test_an_answer_after_the_time_out_is_not_waited_for(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url, delay_seconds=1.5) as (url, _):
        async with client(url, anvil_node.url) as rpc:
            await ChainFollower(rpc, graph, deployment).follow_to_head()
            assert rpc.nodes[0].health.failure_share > 0
    assert await read_all_rows(graph) == honest


async def test_the_order_of_logs_in_an_answer_does_not_matter(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url, of_logs(lambda logs: logs[::-1])) as (url, _):
        async with client(url) as rpc:
            await ChainFollower(rpc, graph, deployment).follow_to_head()
            assert rpc.nodes[0].health.failure_share == 0
    assert await read_all_rows(graph) == honest


async def test_a_node_of_another_chain_is_passed_over_and_alone_it_halts(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    def elsewhere(method: str, _params: list[Any], result: Any) -> Any:
        return "0x1" if method == "eth_chainId" else result

    with lying_proxy(anvil_node.url, elsewhere) as (url, proxy):
        async with client(url) as rpc:
            with pytest.raises(ChainIdMismatch):
                await ChainFollower(rpc, graph, deployment).follow_to_head()
        async with client(url, anvil_node.url) as rpc:
            await ChainFollower(rpc, graph, deployment).follow_to_head()
    assert await read_all_rows(graph) == honest
    assert "eth_getLogs" not in proxy.asked


def _stale(blocks: int) -> Lie:
    """A node that stopped so many blocks ago."""

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_blockNumber":
            return hex(int(result, 16) - blocks)
        return result

    return lie


async def test_a_node_that_lags_is_left_for_one_that_does_not(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url, _stale(8)) as (url, proxy):
        async with client(url, anvil_node.url) as rpc:
            await ChainFollower(rpc, graph, deployment).follow_to_head()
    assert await read_all_rows(graph) == honest
    assert "eth_getLogs" not in proxy.asked


class Rewound:
    """A lie: the tags name lower blocks than they did."""

    def __init__(self, url: str, **heights: int) -> None:
        self.url, self.heights = url, heights

    def __call__(self, method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber" and params[0] in self.heights:
            call = {
                "jsonrpc": "2.0",
                "id": 1,
                "method": method,
                "params": [hex(self.heights[params[0]]), False],
            }
            return httpx.post(self.url, json=call, trust_env=False).json()["result"]
        return result


async def test_a_head_that_went_back_too_far_halts_when_every_node_says_so(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url) as (url, proxy), lying_proxy(anvil_node.url) as (second, other):
        async with client(url, second) as rpc:
            follower = ChainFollower(rpc, graph, deployment, window_blocks=4)
            await follower.follow_to_head()
            proxy.lie = Rewound(anvil_node.url, latest=5)
            await follower.follow_to_head()
            assert rpc.nodes[0].health.failure_share > 0
            other.lie = proxy.lie
            with pytest.raises(HeadWentBack, match="halts"):
                await follower.follow_to_head()
    assert await read_all_rows(graph) == honest


@pytest.mark.parametrize("lie", ["another block", "none", "a lower one"])
async def test_a_final_block_that_changes_halts(
    lie: str, honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url) as (url, proxy):
        async with client(url) as rpc:
            follower = ChainFollower(rpc, graph, deployment, window_blocks=4)
            final = (await follower.follow_to_head()).final_block
            assert final is not None
            rewound = Rewound(anvil_node.url, finalized=final - (5 if lie == "a lower one" else 1))

            def change(method: str, params: list[Any], result: Any) -> Any:
                if params and params[0] == hex(final) and lie != "a lower one":
                    return None if lie == "none" else {**result, "hash": "0x" + "ab" * 32}
                return rewound(method, params, result)

            proxy.lie = change
            with pytest.raises(FinalBlockChanged, match="halts"):
                await follower.follow_to_head()
    assert await read_all_rows(graph) == honest


async def test_a_log_that_no_filter_misses_is_found_by_a_second_node(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    """The node hides logs in every answer, and tells of blocks as on chains that keep no filters."""

    def hide(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs":
            return [log for log in result if int(log["logIndex"], 16)]
        if method == "eth_getBlockByNumber" and params[0] != "0x0" and result:
            return {**result, "logsBloom": "0x" + "00" * 256}
        return result

    with lying_proxy(anvil_node.url, hide) as (url, _):
        async with client(url, anvil_node.url) as rpc:
            with pytest.raises(NodesDisagree, match="nothing shows which is right"):
                await ChainFollower(rpc, graph, deployment, sample_share=1.0).follow_to_head()
    assert await read_all_rows(graph) != honest


async def test_a_second_node_that_is_shown_to_be_false_is_passed_over(
    honest: Rows, anvil_node: AnvilNode, deployment: Deployment, graph: GraphStore
) -> None:
    with lying_proxy(anvil_node.url, FALSE["empty logs"]) as (url, proxy):
        async with client(anvil_node.url, url) as rpc:
            await ChainFollower(rpc, graph, deployment, sample_share=1.0).follow_to_head()
            assert not rpc.nodes[1].health.ready
    assert await read_all_rows(graph) == honest
    assert proxy.asked["eth_getLogs"]
