"""One history in any order, in either store, has one digest; a random history undone leaves none of it."""

import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.open_store import open_store
from graph_schema.snapshot import read_snapshot
from graph_schema.store import BlockRef, EdgeRows, GraphStore, NodeRows
from tests.kit.graphs import Writer, block, edges, gone, nodes
from tests.kit.neo4j_server import Neo4jServer

Row = NodeRows | EdgeRows
NAMES = st.sampled_from(["0x1", "0x2", "ä\u202e"])
TRACKS = st.sampled_from(["t", "u"])


def _listen(source: str, target: str, plays: int, at: int) -> EdgeRows:
    columns = {"source": [source], "target": [target], "plays": [plays], "first_at": [at], "last_at": [at]}
    return edges("LISTENED_TO", "Account", "Track", **columns)


def _follow(source: str, target: str, signed: bool) -> EdgeRows:
    return edges("FOLLOWS", "Account", "Account", source=[source], target=[target], signed=[signed])


def _hold(source: str, target: str, amount: int) -> EdgeRows:
    if amount == 0:
        return gone("HOLDS", "Account", "Track", source=[source], target=[target])
    return edges("HOLDS", "Account", "Track", source=[source], target=[target], amount=[str(amount)])


def _follow_on_chain(source: str, target: str, follows: bool) -> EdgeRows:
    ends = {"source": [source], "target": [target]}
    if not follows:
        return gone("FOLLOWS", "Account", "Account", **ends)
    return edges("FOLLOWS", "Account", "Account", **ends, on_chain=[True])


def _price(track: str, price: int) -> NodeRows:
    return nodes("Track", track_id=[track], price_wei=[str(price)])


LOG_ROWS = st.builds(_listen, NAMES, TRACKS, st.integers(1, 5), st.integers(0, 9)) | st.builds(
    _follow, NAMES, NAMES, st.booleans()
)
CHAIN_ROWS = (
    st.builds(_hold, NAMES, TRACKS, st.integers(0, 2**200))
    | st.builds(_follow_on_chain, NAMES, NAMES, st.booleans())
    | st.builds(_price, TRACKS, st.integers(0, 3))
)
FEW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@asynccontextmanager
async def ladybug() -> AsyncIterator[GraphStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"ladybug:{Path(folder) / 'graph'}")
        try:
            yield store
        finally:
            await store.close()


@asynccontextmanager
async def neo4j(server: Neo4jServer) -> AsyncIterator[GraphStore]:
    from neo4j import AsyncGraphDatabase

    async with AsyncGraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        await driver.execute_query("MATCH (n) DETACH DELETE n")
    store = await open_store(server.uri, user=server.user, password=server.password)
    try:
        yield store
    finally:
        await store.close()


async def _digest(store: GraphStore, log_rows: list[EdgeRows], chain_rows: list[Row], size: int) -> bytes:
    log, chain = Writer(store, "log"), Writer(store, "chain:1")
    for start in range(0, len(log_rows), size):
        await log.write(*log_rows[start : start + size])
    for row in chain_rows:
        await chain.write(row)
    head = chain.at
    reference = BlockRef(head.position, head.hash, "0x", 0) if head else block(0)
    return (await read_snapshot(store, reference, 1)).digest


@pytest.mark.neo4j
@FEW
@given(
    st.lists(LOG_ROWS, max_size=8),
    st.lists(CHAIN_ROWS, max_size=4),
    st.randoms(use_true_random=False),
    st.integers(1, 4),
)
async def test_the_digest_is_the_same_in_both_stores_and_any_order_of_delivery(
    neo4j_server: Neo4jServer,
    log_rows: list[EdgeRows],
    chain_rows: list[Row],
    chance: random.Random,
    size: int,
) -> None:
    async with ladybug() as store:
        expected = await _digest(store, log_rows, chain_rows, size)
    shuffled = list(log_rows)
    chance.shuffle(shuffled)
    async with neo4j(neo4j_server) as store:
        assert await _digest(store, shuffled, chain_rows, 1) == expected


async def _check_undo(
    store: GraphStore, settled: list[Row], pending: list[list[Row]], log_rows: list[EdgeRows]
) -> None:
    """Undoing the blocks, with the log written between them, must equal never having had the blocks."""
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    await chain.write(*settled, block=block(1))
    await store.forget_undo(1)
    for number, rows in enumerate(pending, start=2):
        await chain.write(*rows, block=block(number))
        for row in log_rows:
            await log.write(row)
    cut = await read_snapshot(store, block(1), 1)
    for number in range(len(pending) + 1, 1, -1):
        await chain.undo(block(number))
    undone = await read_snapshot(store, block(1), 1)
    async with ladybug() as fresh:
        chain, log = Writer(fresh, "chain:1"), Writer(fresh, "log")
        await chain.write(*settled, block=block(1))
        for row in log_rows * len(pending):
            await log.write(row)
        assert (await read_snapshot(fresh, block(1), 1)).digest == undone.digest == cut.digest


UNDO = given(
    st.lists(CHAIN_ROWS, max_size=4),
    st.lists(st.lists(CHAIN_ROWS, max_size=4), min_size=1, max_size=3),
    st.lists(LOG_ROWS, max_size=3),
)


@FEW
@UNDO
async def test_undone_blocks_equal_blocks_that_never_were_in_ladybug(
    settled: list[Row], pending: list[list[Row]], log_rows: list[EdgeRows]
) -> None:
    async with ladybug() as store:
        await _check_undo(store, settled, pending, log_rows)


@pytest.mark.neo4j
@FEW
@UNDO
async def test_undone_blocks_equal_blocks_that_never_were_in_neo4j(
    neo4j_server: Neo4jServer, settled: list[Row], pending: list[list[Row]], log_rows: list[EdgeRows]
) -> None:
    async with neo4j(neo4j_server) as store:
        await _check_undo(store, settled, pending, log_rows)
