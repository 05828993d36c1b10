"""The dense chain is one: linked, whole, of real logs; and what is measured of it is what happened."""

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.chain_server import ServedChain
from benchmarks.decoding import measure_decoding
from benchmarks.dense_chain import (
    RARE,
    DenseChain,
    dense_deployment,
    event_counts,
    read_index,
    save_dense_chain,
)
from benchmarks.errors import GraphNotEmpty
from benchmarks.ingest_run import run, slope_of
from graph_schema.open_store import open_store
from ingest.handlers import HANDLERS
from tests.kit.rows import read_all_rows
from tunefi.chain.events import decode_logs
from tunefi.chain.logs import parse_logs

EVENTS = 400


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DenseChain:
    return save_dense_chain(tmp_path_factory.mktemp("dense"), events=EVENTS, block_events=100)


def test_every_event_that_writes_has_its_share() -> None:
    counts = event_counts(200_000)
    assert counts.keys() == HANDLERS.keys()
    total = sum(counts.values())
    assert total >= 200_000
    assert {name for name, count in counts.items() if count < 0.02 * total} == set(RARE)
    assert min(counts.values()) > 0.006 * total


def test_every_log_decodes_to_the_counted_events(chain: DenseChain) -> None:
    logs = parse_logs(json.loads(b"[" + chain.logs.read_bytes()[:-1] + b"]"), "the file")
    decoded = decode_logs(logs, dense_deployment().abis())
    assert decoded.set_aside == []
    assert Counter((event.contract, event.name) for event in decoded.events) == event_counts(EVENTS)
    assert measure_decoding(chain).events == len(logs)


def test_the_same_seed_gives_the_same_files_and_another_one_others(chain: DenseChain, tmp_path: Path) -> None:
    same = save_dense_chain(tmp_path / "same", events=EVENTS, block_events=100)
    other = save_dense_chain(tmp_path / "other", events=EVENTS, block_events=100, seed=1)
    assert same.logs.read_bytes() == chain.logs.read_bytes() != other.logs.read_bytes()
    assert same.blocks.read_bytes() == chain.blocks.read_bytes()


def test_the_served_blocks_are_linked_and_hold_their_logs(chain: DenseChain) -> None:
    served = ServedChain(chain, final=0)
    parent = "0x" + "00" * 32
    for number in range(served.head + 1):
        header = json.loads(served.answer("eth_getBlockByNumber", [hex(number), False]))
        assert header["parentHash"] == parent
        parent = header["hash"]
        logs = json.loads(served.answer("eth_getLogs", [{"blockHash": parent}]))
        assert {log["blockHash"] for log in logs} <= {parent}
        assert [int(log["logIndex"], 16) for log in logs] == list(range(len(logs)))
    assert json.loads(served.answer("eth_getBlockByNumber", ["finalized", False]))["number"] == "0x0"
    assert served.answer("eth_getBlockByNumber", [hex(served.head + 1), False]) == b"null"


def test_a_slope_of_one_is_a_steady_pace() -> None:
    assert slope_of([(0, 5.0), (50, 10.0), (100, 15.0)]) == pytest.approx(1.0)
    assert slope_of([(0, 0.0), (90, 9.0), (100, 12.0)]) == pytest.approx(3.0)


async def test_a_run_fills_an_empty_graph_and_refuses_another(chain: DenseChain, tmp_path: Path) -> None:
    url = f"ladybug:{tmp_path / 'graph'}"
    figures = await run(chain, url, "", "")
    assert figures.events == read_index(chain)["events"][-1]
    assert figures.events_per_second > 0
    store = await open_store(url)
    rows = await read_all_rows(store)
    assert await store.read_pending_blocks() == []
    await store.close()
    assert len(rows["Claim"]) == event_counts(EVENTS)["FanEngagement", "Claimed"]
    with pytest.raises(GraphNotEmpty):
        await run(chain, url, "", "")
