"""The whole turn of the crank, on a real chain and a real graph."""

import json

import pytest

from keepers.chain_reads import RootInForce
from keepers.claims import claim_reward
from keepers.report import JobReport, Outcome
from keepers.reward_ledger import build_ledger
from keepers.snapshots import list_snapshots
from tests.keepers.world import FUNDED_WEI, REWARD_DELAY_SECONDS, WINDOW_SECONDS, World
from tunefi.chain.blocks import fetch_block
from tunefi.ids import EpochId, Hash32, Wei

pytestmark = pytest.mark.evm

FIRST = EpochId(1)


def outcomes(reports: list[JobReport]) -> list[Outcome]:
    return [report.outcome for report in reports]


async def test_an_epoch_goes_from_a_snapshot_to_balances_equal_to_the_ledger(world: World) -> None:
    reports = await world.commit_first_epoch()
    assert outcomes(reports) == [Outcome.DONE, Outcome.DONE]
    assert outcomes(await world.run("post_rewards")) == [Outcome.WAITING]
    await world.pass_time(WINDOW_SECONDS)
    assert outcomes(await world.run("post_rewards", "pay_rewards")) == [Outcome.DONE, Outcome.WAITING]
    fan = world.stage.signers[8]
    await world.stage.send(9, "FanEngagement", "setBatchOptIn", True)
    await world.pass_time(REWARD_DELAY_SECONDS)

    ledger = world.context.library.load_ledger(FIRST)
    assert ledger.budget_wei == FUNDED_WEI
    assert ledger.earned_wei + ledger.carried_forward_wei == FUNDED_WEI
    assert set(ledger.cumulative) == {world.stage.signers[number].address for number in (6, 7, 8, 9)}
    before = await world.read_balance(fan.address)
    payment = await claim_reward(world.context, fan.address, fan)
    assert payment is not None
    assert payment.paid_wei == ledger.cumulative[fan.address]
    assert await world.read_balance(fan.address) - before == ledger.cumulative[fan.address]
    assert await claim_reward(world.context, fan.address) is None

    opted_in = world.stage.signers[9].address
    before = await world.read_balance(opted_in)
    assert outcomes(await world.run("pay_rewards")) == [Outcome.DONE]
    assert await world.read_balance(opted_in) - before == ledger.cumulative[opted_in]
    for number in (6, 7):
        await claim_reward(world.context, world.stage.signers[number].address)
    paid = await world.context.fan_engagement.read(world.stage.rpc, "totalPaid")
    assert paid == ledger.total_cumulative_wei


async def test_a_second_run_of_every_job_does_nothing(world: World) -> None:
    await world.commit_first_epoch()
    jobs = ("snapshot", "train", "build_epoch", "commit_epoch")
    await world.settle()
    assert outcomes(await world.run(*jobs)) == [Outcome.NOTHING] * 4
    await world.pass_time(WINDOW_SECONDS)
    await world.run("post_rewards")
    await world.pass_time(REWARD_DELAY_SECONDS)
    sent = await world.stage.rpc.call("eth_getTransactionCount", world.stage.signers[3].address, "latest")
    assert outcomes(await world.run(*jobs, "post_rewards", "pay_rewards")) == [Outcome.NOTHING] * 6
    assert len(list_snapshots(world.context.home)) == 1
    still = await world.stage.rpc.call("eth_getTransactionCount", world.stage.signers[3].address, "latest")
    assert still == sent


async def test_the_next_epoch_pays_only_what_is_new(world: World) -> None:
    await world.commit_first_epoch()
    await world.pass_time(WINDOW_SECONDS)
    await world.run("post_rewards")
    await world.pass_time(REWARD_DELAY_SECONDS)
    first = world.context.library.load_ledger(FIRST)
    world.listen(9, 7, 3_000)
    await world.fund(2, 10**18)
    await world.settle()
    reports = await world.commit_first_epoch()
    assert outcomes(reports) == [Outcome.DONE, Outcome.DONE]
    assert reports[0].epoch == 2
    await world.pass_time(WINDOW_SECONDS)
    assert outcomes(await world.run("post_rewards")) == [Outcome.DONE]
    second = world.context.library.load_ledger(EpochId(2))
    assert second.budget_wei == FUNDED_WEI + 10**18 - first.total_cumulative_wei
    listener, idle = (world.stage.signers[number].address for number in (9, 8))
    assert second.by_account[listener].seconds == 3_000
    assert second.cumulative[idle] == first.cumulative[idle]
    assert second.cumulative[listener] > first.cumulative[listener]
    await world.pass_time(REWARD_DELAY_SECONDS)
    assert outcomes(await world.run("post_rewards")) == [Outcome.NOTHING]


async def test_keepers_who_cut_the_same_rows_at_other_blocks_compute_the_same_ledger(world: World) -> None:
    await world.commit_first_epoch()
    await world.pass_time(WINDOW_SECONDS)
    signed = world.context.library.load_commitment(FIRST)
    none = RootInForce(EpochId(0), Hash32(bytes(32)), Wei(0))
    assert signed is not None
    ledger = await build_ledger(world.context, signed.struct, none)
    (path,) = world.context.home.snapshots.glob("*/manifest.json")
    manifest = json.loads(path.read_text())
    later = await fetch_block(world.stage.rpc, signed.struct.reference_block + 2)
    manifest["finalized_block"] |= {"number": later.number, "hash": later.hash}
    manifest["finalized_block"] |= {"parent_hash": later.parent_hash, "timestamp_at": later.timestamp_at}
    path.write_text(json.dumps(manifest))
    assert (await build_ledger(world.context, signed.struct, none)).digest == ledger.digest


async def test_a_listen_changes_the_list_that_is_committed_next(world: World) -> None:
    await world.commit_first_epoch()
    fan = world.stage.signers[9].address
    first = world.context.library.load_opening(FIRST, fan)
    await world.pass_time(WINDOW_SECONDS)
    world.listen(9, 8)
    await world.settle()
    await world.commit_first_epoch()
    second = world.context.library.load_opening(EpochId(2), fan)
    assert first is not None
    assert second is not None
    assert len(second.excluded) == len(first.excluded) + 4
    assert second.hash() != first.hash()
