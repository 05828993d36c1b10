"""The hash that every write keeps up to date is the one of all rows: both streams, undo, deletion."""

import random

import pyarrow as pa

from graph_schema.snapshot import all_edges, read_snapshot, snapshot_digest
from graph_schema.statements import PUT_DIGEST
from graph_schema.store import EdgeRows, GraphStore, NodeRows
from tests.kit.graphs import Writer, block, edges, gone, nodes

NEWEST = 1 << 62
ACCOUNTS, TRACKS = [f"0x{number}" for number in range(4)], ["t0", "t1", "t2"]


async def check_digest(store: GraphStore) -> None:
    """Compare the kept hash with the one of all rows."""
    state = await store.read_state(NEWEST)
    assert await store.read_digest(NEWEST) == snapshot_digest(state.nodes, all_edges(state))


async def test_each_write_keeps_the_digest(store: GraphStore) -> None:
    log, chain = Writer(store, "log"), Writer(store, "chain:1")
    await log.write(nodes("Account", address=["0x1"], name=["Ann"]))
    await check_digest(store)
    await log.write(edges("LISTENED_TO", "Account", "Track", source=["0x1"], target=["t"], plays=[2]))
    await log.write(edges("LISTENED_TO", "Account", "Track", source=["0x1"], target=["t"], plays=[3]))
    await chain.write(nodes("Track", track_id=["t"], price_wei=["7"]))
    await check_digest(store)
    follows = edges("FOLLOWS", "Account", "Account", source=["0x1"], target=["0x2"], on_chain=[True])
    await chain.write(follows, block=block(5))
    await log.write(edges("FOLLOWS", "Account", "Account", source=["0x1"], target=["0x2"], signed=[True]))
    await check_digest(store)
    await chain.undo(block(5))
    await check_digest(store)
    await log.write(deleted={"Account": ["0x1"]})
    await check_digest(store)


async def test_a_digest_at_a_final_block_is_that_of_the_snapshot_there(store: GraphStore) -> None:
    log, chain = Writer(store, "log"), Writer(store, "chain:1")
    played = {"source": ["0x1"], "target": ["t"], "utc_day": [3], "signed_seconds": [40]}
    await log.write(edges("PLAYED_ON", "Account", "Track", **played))
    for number in (1, 2, 3):
        holds = edges("HOLDS", "Account", "Track", source=["0x1"], target=["t"], amount=[str(number)])
        made = edges("CREATED", "Artist", "Track", source=["a"], target=["t"], minted=[True])
        await chain.write(holds, made, block=block(number))
    for number in (1, 2, 3):
        cut = await read_snapshot(store, block(number), 1)
        assert await store.read_digest(number) == cut.digest
    await store.forget_undo(2)
    assert await store.read_digest(3) == (await read_snapshot(store, block(3), 1)).digest


async def test_a_graph_without_a_kept_digest_gets_one_with_the_next_write(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    await chain.write(nodes("Track", track_id=["t"], price_wei=["7"]))
    empty = pa.table({"state": pa.array([None], pa.binary())})
    await store._in_write(lambda tx: tx.run(PUT_DIGEST, empty))  # type: ignore[attr-defined]
    await chain.write(nodes("Track", track_id=["t"], price_wei=["8"]))
    await check_digest(store)


async def test_blocks_written_at_once_are_undone_one_by_one_as_if_written_so(store: GraphStore) -> None:
    """A random history in one batch, held against the same blocks one after another, by digests."""
    history = [_changes(random.Random(number)) for number in range(6)]
    first = await _digests(store, Writer(store, "chain:1"), history, at_once=True)
    assert first == await _digests(store, Writer(store, "chain:2"), history, at_once=False)
    assert len(set(first)) > len(history)
    await check_digest(store)


async def _digests(
    store: GraphStore, chain: Writer, history: list[list[NodeRows | EdgeRows]], *, at_once: bool
) -> list[bytes]:
    """Return the digest after all blocks, then before each as a cut and when it is taken back."""
    blocks = [block(number) for number in range(1, 1 + len(history))]
    if at_once:
        await chain.write_blocks(blocks, history)
    else:
        for one, rows in zip(blocks, history, strict=True):
            await chain.write(*rows, block=one)
    found = [bytes(await store.read_digest(block_number)) for block_number in range(len(blocks), -1, -1)]
    for number, one in enumerate(reversed(blocks), start=1):
        await chain.undo(one)
        assert await store.read_digest(one.number) == found[number]
    assert await store.read_pending_blocks() == []
    return found


def _changes(draw: random.Random) -> list[NodeRows | EdgeRows]:
    """Some holdings set and some taken away, a price, and a follow that comes or goes."""
    account, other, track = draw.choice(ACCOUNTS), draw.choice(ACCOUNTS), draw.choice(TRACKS)
    holds = edges(
        "HOLDS", "Account", "Track", source=[account], target=[track], amount=[str(draw.randrange(9))]
    )
    price = nodes("Track", track_id=[draw.choice(TRACKS)], price_wei=[draw.choice([None, "5", "6"])])
    ends = {"source": [draw.choice(ACCOUNTS)], "target": [draw.choice(ACCOUNTS)]}
    follows = edges("FOLLOWS", "Account", "Account", **ends, on_chain=[True])
    if draw.random() < 0.5:
        follows = gone("FOLLOWS", "Account", "Account", **ends)
    taken = gone("HOLDS", "Account", "Track", source=[other], target=[draw.choice(TRACKS)])
    return [price, follows, holds if draw.random() < 0.6 else taken]
