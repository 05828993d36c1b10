"""What is demanded of an epoch is answered by a keeper that holds it, on a real chain."""

import asyncio
import shutil

import pytest

from commitments.graph_calls import GraphCall, build_listener_demand, build_track_demand
from keepers.errors import ForeignEpoch
from keepers.report import Outcome
from keepers.schedule import KeeperSchedule, Pace
from tests.keepers.world import World, new_health
from tests.kit.anvil import mine
from tunefi.ids import EpochId

pytestmark = pytest.mark.evm

FIRST = EpochId(1)
FAN, STRANGER = 8, 7


async def _demand(world: World, call: GraphCall, signer: int, deposit: str) -> None:
    graph, who = world.context.recommendation_graph, world.stage.signers[signer]
    wei = 2 * int(await graph.read(world.stage.rpc, deposit))
    transaction = graph.transaction(call.function, *call.arguments, value_wei=wei, signer=who)
    await world.context.sender.send(transaction)


async def _demand_everything(world: World) -> None:
    """A track, the list of a listener who has one, and that of somebody who has none."""
    await world.commit_first_epoch()
    signed = world.context.library.load_commitment(FIRST)
    assert signed is not None
    await _demand(world, build_track_demand(signed.struct, signed.signers, 3), STRANGER, "trackDeposit")
    for who in (FAN, STRANGER):
        await _demand(world, build_listener_demand(signed.struct, signed.signers), who, "listenerDeposit")


async def _open_demands(world: World) -> int:
    return int(await world.context.recommendation_graph.read(world.stage.rpc, "openDemands", FIRST))


async def test_a_track_a_list_and_an_absence_are_answered_and_the_deposits_earned(world: World) -> None:
    await _demand_everything(world)
    assert await _open_demands(world) == 3
    (report,) = await world.run("answer_demands")
    assert (report.outcome, report.detail) == (Outcome.DONE, "3 demands of epoch 1 are answered")
    assert await _open_demands(world) == 0
    signed = world.context.library.load_commitment(FIRST)
    assert signed is not None
    earned = [
        await world.context.recommendation_graph.read(world.stage.rpc, "etherOf", signer)
        for signer in signed.signers
    ]
    assert sum(earned) > 0, "a signer of the epoch answers, so that the deposit is not burned"
    (again,) = await world.run("answer_demands")
    assert again.outcome is Outcome.NOTHING


async def test_nothing_is_done_where_nothing_is_demanded(world: World) -> None:
    (before,) = await world.run("answer_demands")
    assert before.detail == "no epoch is pending"
    await world.commit_first_epoch()
    (after,) = await world.run("answer_demands")
    assert (after.outcome, after.detail) == (Outcome.NOTHING, "nothing is demanded of epoch 1")


async def test_a_keeper_without_ether_lets_the_operator_answer(world: World) -> None:
    await _demand_everything(world)
    for keeper in world.context.keepers[:2]:
        await world.stage.rpc.call("anvil_setBalance", keeper.address, "0x0")
    (report,) = await world.run("answer_demands")
    assert report.outcome is Outcome.DONE
    assert await _open_demands(world) == 0


async def test_an_epoch_that_is_not_here_is_named(world: World) -> None:
    await _demand_everything(world)
    shutil.rmtree(world.context.library.folder(FIRST))
    with pytest.raises(ForeignEpoch, match="epoch 1 is on the chain and not in this home"):
        await world.run("answer_demands")


async def test_answers_wait_for_no_other_job(world: World) -> None:
    await _demand_everything(world)

    async def never() -> None:
        await asyncio.Event().wait()

    schedule = KeeperSchedule(world.context, Pace(), new_health(), never)
    schedule.start()
    try:
        async with world.context.turn:
            for _ in range(200):
                if not await _open_demands(world):
                    break
                await mine(world.stage.rpc, 1)
                await asyncio.sleep(0.05)
        assert await _open_demands(world) == 0
    finally:
        await schedule.stop()
