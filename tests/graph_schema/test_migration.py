"""A graph of schema version 2 is brought to the newest one, and says the same as one that was built in it.

`tests/kit/schema_2.cypher` is the schema of version 2 as it was in Ladybug. In Neo4j it was only constraints,
which are the same in both.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from graph_schema.open_store import open_store
from graph_schema.snapshot import read_snapshot
from graph_schema.store import GraphStore
from graph_schema.undo import encode_table
from tests.kit.graph_fixtures import STORES
from tests.kit.graphs import Writer, block, edges, nodes
from tests.kit.neo4j_server import Neo4jServer
from tests.kit.rows import read_all_rows

SCHEMA = Path(__file__).parents[1] / "kit" / "schema_2.cypher"
Run = Callable[..., Any]
OpenOld = Callable[[], Any]
Columns = dict[str, list[object]]

_BOTH, _CHAIN, _LOG = (
    f"from_log: {log}, from_chain: {chain}"
    for log, chain in (("true", "true"), ("false", "true"), ("true", "false"))
)
_PLAYED = "plays: 5, seconds: 60, signed_plays: 1, generated_plays: 0, first_at: 1, last_at: 3"
OLD_NODES = (
    f"(:Account {{address: '0x1', name: 'One', generated: false, public_listener: true, {_BOTH}}})",
    f"(:Account {{address: '0x2', {_CHAIN}}})",
    f"(:Track {{track_id: 't', title: 'T', price_wei: '7', {_BOTH}}})",
    f"(:Epoch {{epoch_id: 'e1', number: 1, committed_at: 5, final_at: 6, vetoed: false, {_CHAIN}}})",
    f"(:Epoch {{epoch_id: 'e2', number: 2, committed_at: 7, final_at: 8, vetoed: true, {_CHAIN}}})",
    f"(:Epoch {{epoch_id: 'e3', number: 3, funded_wei: '9', {_CHAIN}}})",
    "(:Cursor {source: 'chain:1', position: 2, hash: '0xa2', locked: true})",
    "(:Cursor {source: 'log', position: 1, hash: '0x01', locked: true})",
    "(:Block {hash: '0xa2', number: 2, parent_hash: '0xa1', timestamp_at: 2000000})",
    "(:SchemaVersion {name: 'graph', version: 2})",
)
OLD_EDGES = (
    ("Account", "address", "0x1", f"LISTENED_TO {{{_PLAYED}, {_LOG}}}", "Track", "track_id", "t"),
    ("Account", "address", "0x1", f"HOLDS {{amount: '2', {_CHAIN}}}", "Track", "track_id", "t"),
    ("Account", "address", "0x1", f"DELEGATES_TO {{{_CHAIN}}}", "Account", "address", "0x2"),
)


def fill(run: Run) -> None:
    """Write the old graph, in which block 2 is pending: it committed epoch 2 and vetoed it, and delegated."""
    for node in OLD_NODES:
        run(f"CREATE {node}", {})
    for label, key, source, edge, other, other_key, target in OLD_EDGES:
        run(
            f"MATCH (a:{label} {{{key}: '{source}'}}), (b:{other} {{{other_key}: '{target}'}}) "
            f"CREATE (a)-[:{edge}]->(b)",
            {},
        )
    for sequence, (kind, record) in enumerate(_undo_records().items()):
        run(
            "CREATE (:Undo {undo_id: $id, block_hash: '0xa2', block_number: 2, sequence: $sequence, "
            "kind: $kind, payload: $payload})",
            {"id": kind, "sequence": sequence, "kind": kind, "payload": encode_table(record)},
        )


def _undo_records() -> dict[str, pa.Table]:
    """Return what version 2 kept of the rows that block 2 wrote; there were none before."""
    epoch = {
        name: pa.nulls(1, pa.string())
        for name in ("track_root", "listener_root", "snapshot_digest", "model_digest", "bundle_cid")
    }
    epoch |= {name: pa.nulls(1, pa.int64()) for name in ("number", "committed_at", "final_at")}
    epoch |= {"vetoed": pa.nulls(1, pa.bool_()), "reward_vetoed": pa.nulls(1, pa.bool_())}
    epoch |= {name: pa.nulls(1, pa.string()) for name in ("reward_root", "reward_total_wei", "funded_wei")}
    epoch |= {"reward_in_force_at": pa.nulls(1, pa.int64())}
    return {
        "Epoch": pa.table({"epoch_id": ["e2"], **epoch, "from_chain": [False]}),
        "DELEGATES_TO|Account|Account": pa.table(
            {"source": ["0x1"], "target": ["0x2"], "from_chain": [False]}
        ),
    }


@pytest.fixture(params=STORES)
def open_old(request: pytest.FixtureRequest, tmp_path: Path) -> OpenOld:
    """A function that opens the old graph, which migrates it."""
    if request.param == "ladybug":
        path = tmp_path / "old.ladybug"
        _fill_ladybug(path)
        return lambda: open_store(f"ladybug:{path}")
    server: Neo4jServer = request.getfixturevalue("empty_neo4j")
    _fill_neo4j(server)
    return lambda: open_store(server.uri, user=server.user, password=server.password)


def _fill_ladybug(path: Path) -> None:
    import ladybug

    with ladybug.Database(path) as database, ladybug.Connection(database) as connection:
        for statement in SCHEMA.read_text().split(";\n"):
            if statement.strip():
                connection.execute(statement)
        fill(connection.execute)


def _fill_neo4j(server: Neo4jServer) -> None:
    from neo4j import GraphDatabase

    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        fill(driver.execute_query)


@asynccontextmanager
async def built_new(folder: Path, *, with_block_2: bool = True) -> AsyncIterator[GraphStore]:
    """Open a graph of the newest version into which the same was written."""
    store = await open_store(f"ladybug:{folder / 'new.ladybug'}")
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    ends: Columns = {"source": ["0x1"], "target": ["t"]}
    played: Columns = {"plays": [5], "seconds": [60], "signed_plays": [1], "generated_plays": [0]}
    await log.write(
        nodes("Account", address=["0x1"], name=["One"], generated=[False], public_listener=[True]),
        nodes("Track", track_id=["t"], title=["T"]),
        edges("LISTENED_TO", "Account", "Track", **ends, **played, first_at=[1], last_at=[3]),
    )
    await chain.write(
        nodes("Account", address=["0x1", "0x2"]),
        nodes("Track", track_id=["t"], price_wei=["7"]),
        nodes("Epoch", epoch_id=["e1"], number=[1], committed_at=[5], final_at=[6], invalid=[False]),
        nodes("Epoch", epoch_id=["e3"], number=[3], funded_wei=["9"]),
        edges("HOLDS", "Account", "Track", **ends, amount=["2"]),
        block=block(1),
    )
    if with_block_2:
        vetoed: Columns = {"number": [2], "committed_at": [7], "final_at": [8], "invalid": [True]}
        await chain.write(
            nodes("Epoch", epoch_id=["e2"], **vetoed, invalid_cause=["veto"]),
            edges("DELEGATES_TO", "Account", "Account", source=["0x1"], target=["0x2"], votes=["token"]),
            block=block(2),
        )
    try:
        yield store
    finally:
        await store.close()


async def test_nothing_is_lost_and_the_digest_is_that_of_a_new_graph(
    open_old: OpenOld, tmp_path: Path
) -> None:
    migrated = await open_old()
    async with built_new(tmp_path) as new:
        assert await read_all_rows(migrated) == await read_all_rows(new)
        cursors = await migrated.read_cursors()
        assert {name: cursor.position for name, cursor in cursors.items()} == {"chain:1": 2, "log": 1}
        await migrated.forget_undo(2)
        await new.forget_undo(2)
        digests = [(await read_snapshot(store, block(2), 1)).digest for store in (migrated, new)]
        assert digests[0] == digests[1]
    await migrated.close()


async def test_what_was_pending_can_still_be_cut_off_and_undone(open_old: OpenOld, tmp_path: Path) -> None:
    migrated = await open_old()
    async with built_new(tmp_path, with_block_2=False) as new:
        before = await read_all_rows(new)
        assert await read_all_rows(migrated, final_only=True) == before
        await migrated.undo_blocks([block(2)], await _cursor_before(migrated))
        assert await read_all_rows(migrated) == before
    await migrated.close()


async def test_a_migrated_graph_takes_what_the_old_one_could_not_hold(open_old: OpenOld) -> None:
    migrated = await open_old()
    chain = Writer(migrated, "chain:1", await migrated.read_cursor("chain:1"))
    sale: Columns = {"source": ["l"], "target": ["s"], "event_id": ["x"]}
    stake: Columns = {"source": ["0x1"], "target": ["0x2"], "votes": ["stake"]}
    await chain.write(
        nodes("Sale", sale_id=["s"], kind=["listing"], royalty_wei=["1"]),
        edges("SOLD_IN", "Listing", "Sale", **sale),
        edges("TRADED", "Account", "Sale", source=["0x1"], target=["s"], role=["seller"]),
        edges("DELEGATES_TO", "Account", "Account", **stake),
        block=block(3),
    )
    rows = await read_all_rows(migrated)
    assert {row["votes"] for row in rows["DELEGATES_TO"]} == {"token", "stake"}
    await migrated.close()
    again = await open_old()
    assert await read_all_rows(again) == rows, "opening once more changes nothing"
    await again.close()


async def _cursor_before(store: GraphStore) -> Any:
    cursor = await store.read_cursor("chain:1")
    assert cursor is not None
    return type(cursor)(cursor.source, 1, "0xa1")
