"""The graph is what the chain says, whatever the chain takes back."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from graph_schema.store import Cursor, GraphStore
from ingest.errors import ReorgTooDeep
from ingest.follower import ChainFollower
from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.rows import read_all_rows
from tunefi.chain.blocks import fetch_block
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import ChainIdMismatch, NodeUnreachable
from tunefi.chain.rpc import JsonRpc

pytestmark = pytest.mark.evm

NewStore = Callable[[], Coroutine[Any, Any, GraphStore]]
WINDOW = 4
"""Blocks by which `finalized` lags on the test's anvil."""


def follower_of(stage: Stage, store: GraphStore, **options: Any) -> ChainFollower:
    return ChainFollower(stage.rpc, store, stage.deployment, **options)


async def check_against_rebuild(stage: Stage, store: GraphStore, new_store: NewStore) -> dict[str, Any]:
    """Compare the graph with one that is built from nothing, and return its rows."""
    rebuilt = await new_store()
    await follower_of(stage, rebuilt).follow_to_head()
    rows = await read_all_rows(store)
    assert rows == await read_all_rows(rebuilt)
    assert await read_all_rows(store, final_only=True) == await read_all_rows(rebuilt, final_only=True)
    return rows


async def test_every_event_becomes_its_row(stage: Stage, store: GraphStore) -> None:
    await stage.play_everything()
    await follower_of(stage, store).follow_to_head()
    rows = await read_all_rows(store)
    buyer, other, artist = (stage.signers[number].address for number in (8, 9, 7))
    assert [(row["source"], row["target"]) for row in rows["CONTROLS"]] == [(artist, "artist:1")]
    (track,) = rows["Track"]
    assert (track["track_id"], track["supply"], track["price_wei"], track["uri"]) == (
        "track:1",
        "100",
        str(10**15),
        "ipfs://1",
    )
    assert {(row["source"], row["amount"]) for row in rows["HOLDS"]} == {(buyer, "1"), (other, "2")}
    (bought,) = rows["BOUGHT"]
    assert (bought["source"], bought["target"], bought["primary"]) == (buyer, artist, True)
    assert (bought["fee_wei"], bought["currency"], bought["track_id"]) == (
        str(15 * 10**13),
        "ether",
        "track:1",
    )
    stakes = sorted(rows["STAKED"], key=lambda row: row["block"])
    assert [row["amount_wei"] for row in stakes] == [str(10**18), str(6 * 10**17)]
    assert {(row["source"], row["target"]) for row in rows["FOLLOWS"]} == {
        (buyer, other),
        (buyer, "artist:1"),
    }
    (epoch,) = rows["Epoch"]
    assert (epoch["number"], epoch["funded_wei"]) == (1, str(10**20))
    assert [(row["target"]) for row in rows["DELEGATES_TO"]] == [stage.signers[6].address]


async def test_each_keeper_set_stays_with_its_members(
    stage: Stage, store: GraphStore, new_store: NewStore
) -> None:
    """One set at the deployment, a second one later; a reorganisation takes the second away."""
    follower = follower_of(stage, store)
    await follower.follow_to_head()
    before = await read_all_rows(store)
    snapshot = await stage.rpc.call("evm_snapshot")
    members = sorted(signer.address for signer in (stage.signers[2], *stage.signers[7:9]))
    block_number = await stage.govern("RecommendationGraph", "setKeepers", members, 3)
    changed_at = (await fetch_block(stage.rpc, block_number)).timestamp_at
    await follower.follow_to_head()
    rows = await check_against_rebuild(stage, store, new_store)
    first, second = sorted(rows["KeeperSet"], key=lambda row: row["version"])
    prefix = f"31337:{stage.deployment.contracts['RecommendationGraph']}"
    assert (first["keeper_set_id"], first["version"], first["quorum"]) == (f"{prefix}:1", 1, 2)
    assert (second["keeper_set_id"], second["version"], second["quorum"]) == (f"{prefix}:2", 2, 3)
    assert second["at"] == changed_at
    kept = {(row["source"], row["target"]) for row in rows["KEEPS"]}
    assert kept == {(signer.address, f"{prefix}:1") for signer in stage.signers[1:4]} | {
        (member, f"{prefix}:2") for member in members
    }
    await stage.rpc.call("evm_revert", snapshot)
    await mine(stage.rpc, 2)
    await follower.follow_to_head()
    after = await read_all_rows(store)
    assert (after["KeeperSet"], after["KEEPS"]) == (before["KeeperSet"], before["KEEPS"])


async def test_one_range_and_many_blocks_give_the_same_graph(
    stage: Stage, store: GraphStore, new_store: NewStore
) -> None:
    follower = follower_of(stage, store)
    await follower.follow_to_head()
    await stage.play_everything()
    await follower.follow_to_head()
    await mine(stage.rpc, 20)
    await follower.follow_to_head()
    rows = await check_against_rebuild(stage, store, new_store)
    small = await new_store()
    await follower_of(stage, small, range_blocks=1).follow_to_head()
    assert await read_all_rows(small) == rows


async def test_following_twice_changes_nothing(stage: Stage, store: GraphStore) -> None:
    await stage.play_everything()
    await follower_of(stage, store).follow_to_head()
    rows = await read_all_rows(store)
    await follower_of(stage, store).follow_to_head()
    assert await read_all_rows(store) == rows


async def test_undo_records_last_as_long_as_a_block_is_not_final(stage: Stage, store: GraphStore) -> None:
    follower = follower_of(stage, store)
    await stage.register_and_mint(1)
    status = await follower.follow_to_head()
    pending = await store.read_pending_blocks()
    assert status.final_block == status.head_block - WINDOW
    assert [block.number for block in pending] == list(range(status.final_block + 1, status.head_block + 1))
    await mine(stage.rpc, WINDOW)
    status = await follower.follow_to_head()
    assert (await store.read_pending_blocks())[0].number == status.final_block + 1
    assert "CONTROLS" in await read_all_rows(store, final_only=True)


@pytest.mark.parametrize("depth", [1, WINDOW - 1, WINDOW])
async def test_a_reorganisation_within_the_window_leaves_the_graph_of_the_new_branch(
    stage: Stage, store: GraphStore, new_store: NewStore, depth: int
) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    for buyer in (6, 7, 8, 9):
        await stage.buy(buyer, 1)
    follower = follower_of(stage, store)
    await follower.follow_to_head()
    assert len((await read_all_rows(store))["BOUGHT"]) == 4
    await stage.rpc.call("anvil_reorg", depth, [])
    status = await follower.follow_to_head()
    assert status.undone_blocks == depth
    rows = await check_against_rebuild(stage, store, new_store)
    assert len(rows.get("BOUGHT", [])) == 4 - depth


async def test_a_deeper_reorganisation_halts_and_changes_nothing(stage: Stage, store: GraphStore) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    for _ in range(WINDOW + 1):
        await stage.buy(8, 1)
    follower = follower_of(stage, store)
    await follower.follow_to_head()
    before, cursor = await read_all_rows(store), await store.read_cursor(follower.cursor_source)
    await stage.rpc.call("anvil_reorg", WINDOW + 1, [])
    with pytest.raises(ReorgTooDeep, match="halts"):
        await follower.follow_to_head()
    assert await read_all_rows(store) == before
    assert await store.read_cursor(follower.cursor_source) == cursor
    with pytest.raises(ReorgTooDeep):
        await follower.follow_to_head()


async def test_two_reorganisations_in_a_row_and_one_while_off(
    stage: Stage, store: GraphStore, new_store: NewStore
) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    follower = follower_of(stage, store)
    await stage.buy(8, 1)
    await follower.follow_to_head()
    await stage.rpc.call("anvil_reorg", 1, [])
    await follower.follow_to_head()
    await stage.buy(9, 1, 2)
    await follower.follow_to_head()
    await stage.rpc.call("anvil_reorg", 2, [])
    await stage.buy(6, 1, 5)
    await follower_of(stage, store).follow_to_head()
    rows = await check_against_rebuild(stage, store, new_store)
    assert [row["amount"] for row in rows["HOLDS"]] == ["5"]


async def test_transactions_that_move_to_other_blocks_count_once(
    stage: Stage, store: GraphStore, new_store: NewStore
) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    follower = follower_of(stage, store)
    receipt = await stage.buy(9, 1)
    await stage.buy(8, 1)
    await follower.follow_to_head()
    raw = await stage.rpc.call("eth_getRawTransactionByHash", receipt.transaction_hash)
    await stage.rpc.call("anvil_reorg", 2, [[raw, 1]])
    await follower.follow_to_head()
    rows = await check_against_rebuild(stage, store, new_store)
    assert [row["source"] for row in rows["BOUGHT"]] == [stage.signers[9].address]
    assert [row["amount"] for row in rows["HOLDS"]] == ["1"]


async def test_a_shorter_branch_is_followed_too(stage: Stage, store: GraphStore, new_store: NewStore) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    follower = follower_of(stage, store)
    await follower.follow_to_head()
    fork = await stage.rpc.call("evm_snapshot")
    await stage.buy(8, 1)
    await stage.buy(9, 1)
    await follower.follow_to_head()
    await stage.rpc.call("evm_revert", fork)
    await follower.follow_to_head()
    rows = await check_against_rebuild(stage, store, new_store)
    assert "BOUGHT" not in rows


async def test_a_reorganisation_between_two_questions_is_noticed(
    stage: Stage, store: GraphStore, new_store: NewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.register_and_mint(1)
    await mine(stage.rpc, WINDOW)
    await stage.buy(8, 1)
    await stage.buy(9, 1)
    follower = follower_of(stage, store)
    asked = stage.rpc.call
    reorganised = False

    async def reorganise_before_logs(method: str, *params: Any) -> Any:
        nonlocal reorganised
        if method == "eth_getLogs" and "blockHash" in params[0] and not reorganised:
            reorganised = True
            await asked("anvil_reorg", 2, [])
        return await asked(method, *params)

    monkeypatch.setattr(stage.rpc, "call", reorganise_before_logs)
    for _ in range(3):
        await follower.follow_to_head()
    assert reorganised
    rows = await check_against_rebuild(stage, store, new_store)
    assert "BOUGHT" not in rows


async def test_a_node_of_another_chain_is_refused(stage: Stage, store: GraphStore) -> None:
    other = Deployment(1, stage.deployment.contracts, stage.deployment.block, {})
    with pytest.raises(ChainIdMismatch, match="expected 1"):
        await ChainFollower(stage.rpc, store, other).follow_to_head()


async def test_a_node_that_is_gone_is_an_error_to_wait_out(stage: Stage, store: GraphStore) -> None:
    async with JsonRpc("http://127.0.0.1:9", attempts=1) as gone:
        follower = ChainFollower(gone, store, stage.deployment)
        for _ in range(2):
            with pytest.raises(NodeUnreachable):
                await follower.follow_to_head()


async def test_a_graph_that_was_ahead_of_the_deployment_starts_before_it(
    stage: Stage, store: GraphStore
) -> None:
    follower = follower_of(stage, store)
    status = await follower.follow_to_head()
    head = await fetch_block(stage.rpc, "latest")
    assert await store.read_cursor(follower.cursor_source) == Cursor(
        follower.cursor_source, head.number, head.hash
    )
    assert status.lag_blocks == 0
