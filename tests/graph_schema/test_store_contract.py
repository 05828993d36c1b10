"""What both stores promise: the same writes, undone and read back, give the same rows."""

import pyarrow as pa
import pytest

from graph_schema.errors import (
    ForeignProperty,
    GraphClosed,
    KeyTooLong,
    MalformedWei,
    MissingKey,
    NotPending,
    StaleCursor,
    UnknownLabel,
    UnknownProperty,
    WrongColumnType,
)
from graph_schema.migrations import SCHEMA_VERSION
from graph_schema.store import Cursor, EdgeRows, GraphStore, NodeRows, WriteBatch
from tests.kit.graphs import Writer, block, edges, gone, nodes
from tunefi.errors import RetryableError

Rows = list[dict[str, object]]
HOSTILE_NAMES = [
    "Ελληνικά 日本語 العربية עברית",
    "🎵 e\u0301 vs é",
    "zero\u200bwidth \u202ebidi\u202c",
    "quotes ' \" ` \\ ; // --",
    "$rows {x} \n\r\t",
    "ß" * 2000,
]


async def rows_of(store: GraphStore, name: str, *, final_only: bool = False) -> Rows:
    read = store.read_edges if name.isupper() else store.read_nodes
    table = await read(name, final_only=final_only)
    return [{k: v for k, v in row.items() if v is not None} for row in table.to_pylist()]


def listen(plays: int = 1, at: int = 5) -> EdgeRows:
    return edges(
        "LISTENED_TO",
        "Account",
        "Track",
        source=["0x1"],
        target=["t"],
        plays=[plays],
        first_at=[at],
        last_at=[at],
    )


def holds(amount: str, source: str = "0x1", target: str = "t") -> EdgeRows:
    return edges("HOLDS", "Account", "Track", source=[source], target=[target], amount=[amount])


async def test_migrating_twice_changes_nothing(store: GraphStore) -> None:
    assert await store.migrate() == SCHEMA_VERSION
    assert await store.migrate() == SCHEMA_VERSION


async def test_ends_of_a_relationship_are_created(store: GraphStore) -> None:
    await Writer(store, "log").write(listen())
    assert await rows_of(store, "Account") == [{"address": "0x1"}]
    assert await rows_of(store, "Track") == [{"track_id": "t"}]


async def test_writes_merge_by_the_rule_of_each_property(store: GraphStore) -> None:
    log = Writer(store, "log")
    await log.write(listen(2, at=5), listen(3, at=9))
    await log.write(listen(4, at=1))
    (row,) = await rows_of(store, "LISTENED_TO")
    assert (row["plays"], row["first_at"], row["last_at"]) == (9, 1, 9)


async def test_one_key_twice_in_a_batch_merges_in_order(store: GraphStore) -> None:
    rows = nodes("Account", address=["0x1", "0x2", "0x1"], name=["a", "x", "b"], generated=[True, None, None])
    await Writer(store, "log").write(rows)
    found = await rows_of(store, "Account")
    assert found == [{"address": "0x1", "name": "b", "generated": True}, {"address": "0x2", "name": "x"}]


async def test_a_null_leaves_the_old_value(store: GraphStore) -> None:
    log = Writer(store, "log")
    await log.write(nodes("Track", track_id=["t"], title=["old"], duration_seconds=[7]))
    await log.write(NodeRows("Track", pa.table({"track_id": ["t"], "title": pa.array([None], pa.string())})))
    assert await rows_of(store, "Track") == [{"track_id": "t", "title": "old", "duration_seconds": 7}]


async def test_booleans_merge_as_a_logical_or(store: GraphStore) -> None:
    log = Writer(store, "log")
    for signed in (True, False):
        await log.write(edges("FOLLOWS", "Account", "Artist", source=["0x1"], target=["r"], signed=[signed]))
    assert (await rows_of(store, "FOLLOWS"))[0]["signed"] is True


async def test_discriminators_keep_relationships_apart(store: GraphStore) -> None:
    log = Writer(store, "log")
    for day, seconds in ((1, 30), (2, 40), (1, 5)):
        row = {"source": ["0x1"], "target": ["t"], "utc_day": [day], "signed_seconds": [seconds]}
        await log.write(edges("PLAYED_ON", "Account", "Track", **row))
    found = await rows_of(store, "PLAYED_ON")
    assert [(row["utc_day"], row["signed_seconds"]) for row in found] == [(1, 35), (2, 40)]


async def test_one_type_between_several_labels_is_read_as_one_table(store: GraphStore) -> None:
    await Writer(store, "log").write(
        edges("FOLLOWS", "Account", "Account", source=["0x1"], target=["0x2"], signed=[True]),
        edges("FOLLOWS", "Account", "Artist", source=["0x1"], target=["r"], signed=[False]),
    )
    assert [row["target_label"] for row in await rows_of(store, "FOLLOWS")] == ["Account", "Artist"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_text_of_every_script_comes_back_as_it_was(store: GraphStore, name: str) -> None:
    await Writer(store, "log").write(
        nodes("Account", address=["0x1"], name=[name]),
        edges("TAGGED", "Track", "Tag", source=["t"], target=[name], count=[1]),
    )
    assert (await rows_of(store, "Account"))[0]["name"] == name
    assert (await rows_of(store, "TAGGED"))[0]["target"] == name


async def test_a_megabyte_of_text_comes_back_as_it_was(store: GraphStore) -> None:
    title = "🎵 metadata " * 70_000
    await Writer(store, "log").write(nodes("Track", track_id=["t"], title=[title]))
    assert (await rows_of(store, "Track"))[0]["title"] == title


async def test_wei_beyond_64_bits_stays_exact(store: GraphStore) -> None:
    amount = str(2**256 - 1)
    await Writer(store, "chain:1").write(holds(amount))
    assert (await rows_of(store, "HOLDS"))[0]["amount"] == amount


async def test_integers_keep_64_bits(store: GraphStore) -> None:
    await Writer(store, "log").write(listen(2**63 - 1, at=-(2**62)))
    (row,) = await rows_of(store, "LISTENED_TO")
    assert (row["plays"], row["first_at"]) == (2**63 - 1, -(2**62))


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        (nodes("Nobody", x=["1"]), UnknownLabel),
        (edges("LISTENED_TO", "Track", "Account", source=["t"], target=["0x1"]), UnknownLabel),
        (edges("LISTENED_ON", "Account", "Artist", source=["0x1"], target=["r"], utc_day=[1]), UnknownLabel),
        (nodes("Account", address=["0x1"], colour=["red"]), UnknownProperty),
        (nodes("Track", track_id=["t"], price_wei=["1"]), ForeignProperty),
        (nodes("Track", track_id=["t"], duration_seconds=["long"]), WrongColumnType),
        (NodeRows("Track", pa.table({"track_id": pa.array([None], pa.string())})), MissingKey),
        (edges("PLAYED_ON", "Account", "Track", source=["0x1"], target=["t"]), MissingKey),
        (nodes("Tag", name=["ß" * 2049]), KeyTooLong),
    ],
)
async def test_a_batch_outside_the_schema_writes_nothing(
    store: GraphStore, rows: NodeRows | EdgeRows, error: type[Exception]
) -> None:
    log = Writer(store, "log")
    with pytest.raises(error):
        await log.write(nodes("Artist", artist_id=["r"]), rows)
    assert await store.read_cursor("log") is None
    assert await rows_of(store, "Artist") == []


@pytest.mark.parametrize("amount", ["", "01", "-1", "1.5", "0x10", "1e3", " 1"])
async def test_wei_that_is_no_decimal_is_refused(store: GraphStore, amount: str) -> None:
    with pytest.raises(MalformedWei):
        await Writer(store, "chain:1").write(holds(amount))


async def test_a_sum_beyond_64_bits_is_refused_and_rolled_back(store: GraphStore) -> None:
    log = Writer(store, "log")
    await log.write(listen(2**63 - 1))
    with pytest.raises(WrongColumnType):
        await log.write(listen(1))
    assert (await rows_of(store, "LISTENED_TO"))[0]["plays"] == 2**63 - 1


async def test_a_stale_batch_is_refused_and_names_both_cursors(store: GraphStore) -> None:
    first = await Writer(store, "log").write(listen())
    for expected in (None, Cursor("log", 1, "0xother"), Cursor("log", 2, first.hash)):
        with pytest.raises(StaleCursor) as caught:
            await store.write(WriteBatch(Cursor("log", 2, "0x2"), expected, edges=[listen()]))
        assert (caught.value.expected, caught.value.found) == (expected, first)
    assert (await rows_of(store, "LISTENED_TO"))[0]["plays"] == 1


async def test_each_source_has_its_own_cursor(store: GraphStore) -> None:
    log = await Writer(store, "log").write(listen())
    chain = await Writer(store, "chain:1").write(holds("1"), block=block(7))
    assert await store.read_cursors() == {"log": log, "chain:1": chain}
    assert await store.read_cursor("chain:2") is None


async def test_an_undone_block_leaves_no_trace(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    await chain.write(holds("1"), nodes("Track", track_id=["t"], price_wei=["5"]), block=block(1))
    await store.forget_undo(1)
    before = [await rows_of(store, name) for name in ("Account", "Track", "HOLDS")]
    await chain.write(
        gone("HOLDS", "Account", "Track", source=["0x1"], target=["t"]),
        holds("2", "0x2"),
        holds("3", "0x3", "u"),
        nodes("Track", track_id=["t"], price_wei=["6"]),
        block=block(2),
    )
    await chain.write(holds("9"), nodes("Track", track_id=["t"], uri=["ipfs://x"]), block=block(3))
    await chain.undo(block(3))
    await chain.undo(block(2))
    assert [await rows_of(store, name) for name in ("Account", "Track", "HOLDS")] == before
    assert await store.read_pending_blocks() == []
    assert await store.read_cursor("chain:1") == Cursor("chain:1", 1, block(1).hash)


async def test_several_batches_of_one_block_are_undone_together(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    for amount in ("1", "2", "3"):
        await chain.write(holds(amount), block=block(1))
    await chain.undo(block(1))
    assert await rows_of(store, "HOLDS") == []


async def test_a_block_that_changes_nothing_is_pending_too(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    await chain.write(block=block(1))
    await chain.write(block=block(2))
    assert await store.read_pending_blocks() == [block(1), block(2)]
    await chain.undo(block(2))
    await store.forget_undo(1)
    assert await store.read_pending_blocks() == []


async def test_only_the_highest_pending_block_can_be_undone(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    await chain.write(holds("1"), block=block(1))
    await chain.write(holds("2"), block=block(2))
    for wrong in (block(1), block(2, "b"), block(3)):
        with pytest.raises(NotPending):
            await store.undo_blocks([wrong], Cursor("chain:1", 0, "0x"))
    assert (await rows_of(store, "HOLDS"))[0]["amount"] == "2"


async def test_what_the_log_says_survives_the_undo_of_a_block(store: GraphStore) -> None:
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    follow = {"source": ["0x9"], "target": ["r"]}
    await chain.write(
        holds("1", "0x9"),
        edges("FOLLOWS", "Account", "Artist", **follow, on_chain=[True]),
        nodes("Track", track_id=["t"], price_wei=["5"]),
        block=block(1),
    )
    await log.write(
        nodes("Account", address=["0x9"], name=["nine"]),
        nodes("Track", track_id=["t"], title=["song"]),
        edges("FOLLOWS", "Account", "Artist", **follow, signed=[True]),
    )
    await chain.undo(block(1))
    assert await rows_of(store, "Account") == [{"address": "0x9", "name": "nine"}]
    assert await rows_of(store, "Track") == [{"track_id": "t", "title": "song"}]
    (row,) = await rows_of(store, "FOLLOWS")
    assert row["signed"] is True
    assert "on_chain" not in row
    assert await rows_of(store, "HOLDS") == []


async def test_a_row_stays_while_the_other_stream_asserts_it(store: GraphStore) -> None:
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    follow = {"source": ["0x1"], "target": ["r"]}
    await chain.write(edges("FOLLOWS", "Account", "Artist", **follow, on_chain=[True]))
    await log.write(edges("FOLLOWS", "Account", "Artist", **follow, signed=[True]))
    await chain.write(gone("FOLLOWS", "Account", "Artist", **follow))
    assert "on_chain" not in (await rows_of(store, "FOLLOWS"))[0]
    await log.write(gone("FOLLOWS", "Account", "Artist", **follow))
    assert await rows_of(store, "FOLLOWS") == []


async def test_deleting_an_account_takes_what_the_log_knows_and_leaves_the_chain(store: GraphStore) -> None:
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    await chain.write(holds("1"))
    friends = edges("FRIEND_OF", "Account", "Account", source=["0x2", "0x1"], target=["0x1", "0x3"])
    await log.write(listen(), friends, nodes("Account", address=["0x1"], name=["one"]))
    await log.write(deleted={"Account": ["0x1", "0xunknown"]})
    assert await rows_of(store, "Account") == [{"address": "0x1"}, {"address": "0x2"}, {"address": "0x3"}]
    assert await rows_of(store, "FRIEND_OF") == []
    assert await rows_of(store, "LISTENED_TO") == []
    assert len(await rows_of(store, "HOLDS")) == 1


async def test_deleted_nodes_come_back_with_their_relationships(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    await chain.write(holds("1"), holds("2", "0x2"), nodes("Track", track_id=["t"], uri=["ipfs://x"]))
    before = [await rows_of(store, name) for name in ("Account", "Track", "HOLDS")]
    await chain.write(deleted={"Track": ["t"], "Account": ["0x1"]}, block=block(5))
    assert await rows_of(store, "Track") == []
    assert await rows_of(store, "Account") == [{"address": "0x2"}]
    await chain.undo(block(5))
    assert [await rows_of(store, name) for name in ("Account", "Track", "HOLDS")] == before


async def test_final_only_takes_pending_blocks_back_and_changes_nothing(store: GraphStore) -> None:
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    await chain.write(holds("1"), holds("1", "0x2"))
    final = [await rows_of(store, name) for name in ("Account", "HOLDS")]
    await chain.write(holds("2"), holds("7", "0x7"), block=block(2))
    await chain.write(
        holds("3"), gone("HOLDS", "Account", "Track", source=["0x2"], target=["t"]), block=block(3)
    )
    fresh = [await rows_of(store, name) for name in ("Account", "HOLDS")]
    assert [await rows_of(store, name, final_only=True) for name in ("Account", "HOLDS")] == final
    assert [await rows_of(store, name) for name in ("Account", "HOLDS")] == fresh
    await log.write(nodes("Account", address=["0x7"], name=["seven"]))
    named = {"address": "0x7", "name": "seven"}
    assert named in await rows_of(store, "Account", final_only=True)


async def test_a_state_is_cut_between_pending_blocks(store: GraphStore) -> None:
    chain = Writer(store, "chain:1")
    for number in (1, 2, 3):
        await chain.write(holds(str(number)), block=block(number))
    for number in (1, 2, 3):
        state = await store.read_state(number)
        assert state.edges["HOLDS"]["amount"].to_pylist() == [str(number)]


async def test_every_label_has_a_unique_key(store: GraphStore) -> None:
    from graph_schema.nodes import NODES
    from graph_schema.statements import INTERNAL_KEYS

    keys = {node.label: node.key for node in NODES} | INTERNAL_KEYS
    if "neo4j" in type(store).__module__:
        found = await store.query("SHOW CONSTRAINTS YIELD type, labelsOrTypes, properties")
        unique = {
            row["labelsOrTypes"][0]: row["properties"][0] for row in found if row["type"] == "UNIQUENESS"
        }
    else:
        unique = {}
        for label in keys:
            info = await store.query(f"CALL table_info('{label}') RETURN *")
            unique[label] = next(row["name"] for row in info if row["primary key"])
    assert {label: unique.get(label) for label in keys} == keys


async def test_a_query_cannot_write(store: GraphStore) -> None:
    with pytest.raises(Exception, match=r"(?i)read|writ"):
        await store.query("CREATE (t:Tag {name: 'x'})")
    assert await rows_of(store, "Tag") == []


async def test_a_closed_store_says_that_it_is_closed(store: GraphStore) -> None:
    await store.close()
    for call in (
        lambda: Writer(store, "log").write(listen()),
        lambda: store.read_cursors(),
        lambda: store.read_state(0),
        lambda: store.query("MATCH (t:Tag) RETURN t.name AS name"),
        lambda: store.migrate(),
    ):
        with pytest.raises(GraphClosed, match="was closed") as caught:
            await call()
        assert isinstance(caught.value, RetryableError)
