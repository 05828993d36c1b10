"""The power goes at every statement of every kind of transaction, in both stores; nothing is lost."""

from collections.abc import Callable

import pytest

from graph_schema.errors import GraphUnreachable
from tests.kit.broken_store import PowerCut, break_at
from tests.kit.changing_world import World, followed, rebuilt, world
from tests.kit.model_transactions import ModelTransaction as Tx

__all__ = ["followed", "rebuilt", "world"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIVE, MORE = Tx("give", (1, 2, 3)), Tx("buy", (1, 3, 5))
STAKE, LESS = Tx("stake", (2, 500)), Tx("stake", (2, 100))
EVERYTHING = [Tx("buy", (1, 2, 4)), MORE, STAKE, Tx("unfollow", (2, 3))]


def prepare_range(world: World) -> None:
    world.mine(EVERYTHING)
    world.chain.finalize(4)


def prepare_block(world: World) -> None:
    world.mine(EVERYTHING)


def prepare_gift(world: World) -> None:
    world.mine([GIVE])


def prepare_undo(world: World) -> None:
    world.chain.take_back(2)
    world.mine([LESS])


def prepare_settling(world: World) -> None:
    world.chain.finalize(5)


@pytest.mark.parametrize(
    ("before", "prepare"),
    [
        ([], prepare_range),
        ([], prepare_block),
        ([[MORE, STAKE], [GIVE]], prepare_undo),
        ([[MORE], [STAKE]], prepare_settling),
    ],
    ids=["a range", "a block", "an undo", "settling"],
)
async def test_a_cut_at_any_statement_leaves_the_graph_as_it_was(
    world: World, before: list[list[Tx]], prepare: Callable[[World], None]
) -> None:
    world.mine(*before)
    await world.follow()
    prepare(world)
    cursor, pending = await world.store.read_cursors(), await world.store.read_pending_blocks()
    cuts = 0
    while await _is_cut(world, cuts):
        assert await world.store.read_cursors() == cursor
        assert await world.store.read_pending_blocks() == pending
        cuts += 1
    assert cuts > 1
    await world.follow()
    await world.check()


async def _is_cut(world: World, statement: int) -> bool:
    """Whether the power went at this statement of the first transaction."""
    try:
        with break_at(world.store, statement, transactions=1):
            await world.follow()
    except PowerCut:
        return True
    return False


async def test_a_transaction_that_times_out_after_its_commit_is_not_done_twice(world: World) -> None:
    """The database says that it does not answer, and has committed: a range, two blocks, an undo."""
    for prepare in (None, prepare_block, prepare_gift, prepare_undo):
        if prepare is not None:
            prepare(world)
        late = GraphUnreachable("the graph", "timed out")
        with break_at(world.store, None, error=late), pytest.raises(GraphUnreachable):
            await world.follow()
        await world.follow()
    await world.check()
