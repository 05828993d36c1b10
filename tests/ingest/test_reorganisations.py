"""Every way in which a chain changes its mind, in both stores: the graph is that of the branch that won.

The chain is in memory (`tests.kit.model_chain`); reorganisations of a real anvil are in `test_follower`.
"""

from typing import Any

import pytest

from ingest.errors import ReorgTooDeep
from tests.kit.broken_store import PowerCut, break_at
from tests.kit.changing_world import World, followed, rebuilt, world
from tests.kit.model_transactions import ModelTransaction as Tx
from tests.kit.wiped_graphs import assert_same_rows

__all__ = ["followed", "rebuilt", "world"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

MORE, GIVE = Tx("buy", (1, 3, 5)), Tx("give", (1, 2, 3))
FOLLOW, UNFOLLOW = Tx("follow", (2, 3)), Tx("unfollow", (2, 3))
STAKE, LESS = Tx("stake", (2, 500)), Tx("stake", (2, 100))
SALE = Tx("mint_and_sell", (2, 7, 3))

BRANCHES: dict[str, tuple[list[list[Tx]], list[list[Tx]]]] = {
    "of one block": ([[MORE]], [[STAKE]]),
    "of the window less one": ([[MORE], [FOLLOW], [STAKE]], [[], [], []]),
    "of the window": ([[MORE], [FOLLOW], [STAKE], [LESS]], [[], [UNFOLLOW], [], []]),
    "to a shorter branch": ([[MORE], [FOLLOW], [STAKE]], [[MORE]]),
    "to a longer branch": ([[MORE]], [[FOLLOW], [MORE], [STAKE], [LESS]]),
    "same transactions in another order": (
        [[STAKE, LESS, FOLLOW, UNFOLLOW]],
        [[LESS, STAKE, UNFOLLOW, FOLLOW]],
    ),
    "a transaction moves to another block": ([[MORE], [GIVE]], [[GIVE], [], [MORE]]),
    "a transaction vanishes": ([[MORE, FOLLOW], [STAKE]], [[MORE], [STAKE]]),
    "a new event on the branch": ([[MORE]], [[MORE, FOLLOW]]),
    "a sale with the split of its block": ([[SALE]], [[], [SALE]]),
    "a sale with the split of its block vanishes": ([[SALE], [Tx("give", (2, 3, 2))]], [[], []]),
    "of empty blocks": ([[], []], [[], [], []]),
    "from events to empty blocks": ([[MORE], [STAKE]], [[], []]),
}


@pytest.mark.parametrize("name", BRANCHES)
async def test_the_graph_is_that_of_the_branch_that_won(world: World, name: str) -> None:
    first, second = BRANCHES[name]
    world.mine(*first)
    await world.follow()
    world.chain.take_back(len(first))
    world.mine(*second)
    assert await world.follow() == len(first)
    await world.check()


async def test_twice_in_a_row_and_back_to_the_first_branch(world: World) -> None:
    world.mine([MORE], [STAKE])
    await world.follow()
    first = world.chain.take_back(2)
    world.mine([FOLLOW], [])
    await world.follow()
    world.chain.take_back(2)
    world.mine([LESS])
    assert await world.follow() == 2
    world.chain.take_back(1)
    world.chain.bring_back(first)
    assert await world.follow() == 1
    state = await world.check()
    assert state.edges["STAKED"]["amount_wei"].to_pylist() == ["500"]


async def test_deeper_than_the_window_halts_and_changes_nothing(world: World) -> None:
    world.mine([MORE], [FOLLOW], [STAKE], [], [])
    await world.follow()
    world.chain.finalize(4)
    await world.follow()
    before, newest = await world.state(), world.journal.newest()
    world.chain.take_back(5)
    world.mine([LESS], [], [], [], [], [])
    with pytest.raises(ReorgTooDeep, match="halts"):
        await world.follow()
    assert_same_rows(await world.state(), before)
    assert world.journal.newest() == newest


@pytest.mark.parametrize("statement", [0, 3, None], ids=["before", "amidst", "after its commit"])
async def test_while_off_with_a_block_written_down_and_perhaps_not_applied(
    world: World, statement: int | None
) -> None:
    await world.follow()
    world.mine([MORE])
    with break_at(world.store, statement), pytest.raises(PowerCut):
        await world.follow()
    world.chain.take_back(1)
    world.mine([STAKE], [])
    assert await world.follow() == (1 if statement is None else 0)
    await world.check()


async def test_while_backfilling_and_at_the_boundary_of_a_range(world: World) -> None:
    """Ranges of two blocks; the power goes in the second, and the branch forks right after the last."""
    world.mine([MORE], [STAKE], [FOLLOW])
    world.chain.finalize(4)
    with break_at(world.store, None), pytest.raises(PowerCut):
        await world.follow(range_blocks=2)
    world.chain.take_back(2)
    world.mine([LESS], [], [UNFOLLOW])
    assert await world.follow(range_blocks=2) == 0
    world.chain.take_back(3)
    world.mine([FOLLOW])
    assert await world.follow(range_blocks=2) == 3
    await world.check()


@pytest.mark.parametrize("question", ["eth_getLogs", "eth_getBlockByNumber"])
async def test_between_two_questions(world: World, question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The node changes its mind right before it answers for the first time, and again before the fifth."""
    world.mine([MORE], [STAKE])
    answer, asked = world.chain.answer, 0

    def answer_after_reorganising(method: str, params: Any) -> Any:
        nonlocal asked
        asked += method == question
        if method == question and asked in (1, 5):
            world.chain.take_back(2)
            world.mine([LESS] if asked == 1 else [FOLLOW], [STAKE])
        return answer(method, params)

    monkeypatch.setattr(world.chain, "answer", answer_after_reorganising)
    for _ in range(3):
        await world.follow()
    assert asked
    monkeypatch.undo()
    await world.follow()
    await world.check()
