"""Reorganisations of a real chain, in both stores: the graph is the one that is built from nothing.

The node is anvil, which replaces its newest blocks by others of the transactions that it is given
(`anvil_reorg`). More cases, on a chain in memory, are in `test_reorganisations`; depths, and a change between
two questions, in `test_follower`.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph_schema.transactional_store import TransactionalStore
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from ingest.handlers.music import EditionTerms
from tests.kit.anvil import mine
from tests.kit.broken_store import PowerCut, break_at
from tests.kit.chain_scenes import PRICE_WEI, Stage
from tests.kit.changing_world import followed, rebuilt
from tests.kit.wiped_graphs import assert_same_rows, wipe
from tunefi.chain.anvil import AnvilNode
from tunefi.chain.deployment import Deployment
from tunefi.chain.events import decode_logs
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

__all__ = ["followed", "rebuilt"]

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.evm]

WINDOW = 4
"""Blocks by which `finalized` lags on the test's anvil."""
ARTIST, BUYER, OTHER = 7, 8, 9
CONTROLLER_RULE = 1


class RealWorld:
    """A graph that follows a real chain, and one to compare it with."""

    def __init__(
        self, stage: Stage, store: TransactionalStore, rebuilt: TransactionalStore, folder: Path
    ) -> None:
        self.stage, self.store, self._rebuilt = stage, store, rebuilt
        self.journal = ChainJournal(f"sqlite:///{folder / 'log.sqlite'}", stage.deployment.chain_id)

    async def follow(self, **options: Any) -> int:
        """Follow to the head as a program that just started, and return how many blocks were undone."""
        follower = ChainFollower(
            self.stage.rpc, self.store, self.stage.deployment, journal=self.journal, **options
        )
        return (await follower.follow_to_head()).undone_blocks

    async def reorganise(self, depth: int, *transactions: tuple[str, int]) -> None:
        """Replace the newest blocks; each transaction comes into the block of its number, from 0."""
        await self.stage.rpc.call("anvil_reorg", depth, [list(one) for one in transactions])

    async def raw(self, transaction: str) -> str:
        """Return a mined transaction as it was sent."""
        found: str = await self.stage.rpc.call("eth_getRawTransactionByHash", transaction)
        return found

    async def check(self) -> dict[str, int]:
        """Compare the graph with one that is built anew; return how many rows each relationship has."""
        await ChainFollower(self.stage.rpc, self._rebuilt, self.stage.deployment).follow_to_head()
        head = int(await self.stage.rpc.call("eth_blockNumber"), 16)
        for height in (head - WINDOW, head):
            state = await self.store.read_state(height)
            assert_same_rows(state, await self._rebuilt.read_state(height))
            assert await self.store.read_digest(height) == await self._rebuilt.read_digest(height)
        newest = self.journal.newest()
        assert newest is not None
        assert newest.last.number == head
        return {type_: rows.num_rows for type_, rows in state.edges.items() if rows.num_rows}


@pytest_asyncio.fixture(loop_scope="module")
async def world(
    anvil_node: AnvilNode,
    deployment: Deployment,
    signers: list[Signer],
    followed: TransactionalStore,
    rebuilt: TransactionalStore,
    tmp_path: Path,
) -> AsyncIterator[RealWorld]:
    """Empty graphs, and a chain on which one track was minted long ago."""
    await wipe(followed)
    await wipe(rebuilt)
    async with JsonRpc(anvil_node.url) as rpc:
        snapshot = await rpc.call("evm_snapshot")
        world = RealWorld(Stage(rpc, deployment, signers), followed, rebuilt, tmp_path)
        await world.stage.register_and_mint(1)
        await mine(rpc, WINDOW)
        yield world
        world.journal.close()
        await rpc.call("evm_revert", snapshot)


async def test_to_a_longer_branch_with_a_new_event(world: RealWorld) -> None:
    """The transaction that is new to the graph was sent and lost before the graph looked."""
    lost = await world.raw((await world.stage.buy(OTHER, 1)).transaction_hash)
    await world.reorganise(1)
    await world.stage.buy(BUYER, 1)
    await world.follow()
    await world.reorganise(1, (lost, 0))
    await mine(world.stage.rpc, 3)
    assert await world.follow() == 1
    assert (await world.check())["BOUGHT"] == 1


async def test_the_same_transactions_in_another_order_and_then_none_of_them(world: RealWorld) -> None:
    receipts = [await world.stage.buy(buyer, 1) for buyer in (BUYER, OTHER)]
    await world.follow()
    first, second = [await world.raw(receipt.transaction_hash) for receipt in receipts]
    await world.reorganise(2, (second, 0), (first, 0))
    assert await world.follow() == 2
    assert (await world.check())["BOUGHT"] == 2
    await world.reorganise(2)
    assert await world.follow() == 2
    assert "BOUGHT" not in await world.check()


async def test_of_a_block_that_holds_a_sale_whose_split_was_made_in_it(world: RealWorld) -> None:
    """Three blocks become one, in which all three happen, and then an empty one."""
    stage = world.stage
    first, second = (stage.signers[signer].address for signer in (ARTIST, OTHER))
    shares = sorted([[first, 700_000], [second, 300_000]])
    made = await stage.send(
        ARTIST, "RoyaltyDistributor", "createSplit", (shares, 0, CONTROLLER_RULE, first, 0)
    )
    (event,) = decode_logs(made.logs, stage.deployment.abis()).events
    payee = event.arguments["account"]
    terms = EditionTerms("artist:1", "track:2", 10, PRICE_WEI, payee=payee, royalty_bps=1_000)
    minted = await stage.send(ARTIST, "MusicNFT", "mintEdition", terms)
    bought = await stage.buy(BUYER, 2)
    await world.follow()
    raw = [await world.raw(receipt.transaction_hash) for receipt in (made, minted, bought)]
    await world.reorganise(3, *((one, 0) for one in raw))
    assert await world.follow() == 3
    rows = await world.check()
    assert (rows["PAYS_BY"], rows["BOUGHT"]) == (1, 1)
    await world.reorganise(3)
    assert await world.follow() == 3
    assert "PAYS_BY" not in await world.check()


async def test_while_backfilling_at_the_boundary_of_a_range_and_of_empty_blocks(world: RealWorld) -> None:
    """The power goes after the first range; meanwhile everything above the last final block is replaced."""
    await world.stage.buy(BUYER, 1)
    await mine(world.stage.rpc, WINDOW)
    with break_at(world.store, None), pytest.raises(PowerCut):
        await world.follow(range_blocks=2)
    await world.reorganise(WINDOW)
    assert await world.follow(range_blocks=2) == 0
    await world.reorganise(WINDOW)
    await world.stage.buy(OTHER, 1)
    assert await world.follow(range_blocks=2) == WINDOW
    assert (await world.check())["BOUGHT"] == 2
