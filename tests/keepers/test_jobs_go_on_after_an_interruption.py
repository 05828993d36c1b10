"""A crash between two steps, a node that is gone, a chain without finality: nothing is lost or done twice."""

from dataclasses import replace
from typing import Any

import pytest

from commitments.epoch_state import EpochState
from keepers.chain_reads import read_epoch_state, read_latest_epoch
from keepers.jobs import commit_epoch
from keepers.report import Outcome
from tests.keepers.world import REWARD_DELAY_SECONDS, WINDOW_SECONDS, World, with_choices
from tunefi.chain.errors import NodeUnreachable, NoFinalizedTag, RpcError
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import TransactionSender
from tunefi.ids import EpochId

pytestmark = pytest.mark.evm

FIRST = EpochId(1)


class DyingSender(TransactionSender):
    """Sends, and dies before it can say so."""

    async def send(self, transaction: Any) -> Any:
        """Send and raise."""
        await super().send(transaction)
        raise ConnectionResetError("the process ends here")


class UnfinishedRpc(JsonRpc):
    """A node that has no finalized block."""

    async def call(self, method: str, *params: Any) -> Any:
        """Answer like a node of a chain without finality."""
        if method == "eth_getBlockByNumber" and params[0] == "finalized":
            raise RpcError(-32602, "unknown block tag")
        return await super().call(method, *params)


async def test_a_commitment_that_was_sent_before_a_crash_is_found_on_the_chain(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    dying = replace(
        world,
        context=replace(world.context, sender=DyingSender(world.stage.rpc, world.stage.signers[3])),
    )
    with pytest.raises(ConnectionResetError):
        await dying.run("commit_epoch")
    signed = world.context.library.load_commitment(FIRST)
    assert signed is not None
    assert signed.transaction_hash is None
    (report,) = await world.run("commit_epoch")
    assert report.outcome is Outcome.NOTHING
    landed = world.context.library.load_commitment(FIRST)
    assert landed is not None
    receipt = await world.stage.rpc.call("eth_getTransactionReceipt", landed.transaction_hash)
    assert int(receipt["status"], 16) == 1


async def test_a_root_that_was_sent_before_a_crash_is_found_on_the_chain(world: World) -> None:
    await world.commit_first_epoch()
    await world.pass_time(WINDOW_SECONDS)
    dying = replace(
        world,
        context=replace(world.context, sender=DyingSender(world.stage.rpc, world.stage.signers[3])),
    )
    with pytest.raises(ConnectionResetError):
        await dying.run("post_rewards")
    await world.pass_time(REWARD_DELAY_SECONDS)
    (report,) = await world.run("post_rewards")
    assert report.outcome is Outcome.NOTHING
    signed = world.context.library.load_reward_root(FIRST)
    assert signed is not None
    assert signed.transaction_hash is not None


async def test_a_signed_commitment_that_was_not_sent_is_sent_and_not_signed_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    with monkeypatch.context() as patch:
        patch.setattr(commit_epoch, "_send", _die)
        with pytest.raises(ConnectionResetError):
            await world.run("commit_epoch")
    record = (world.context.home.root / "signed.jsonl").read_text()
    (report,) = await world.run("commit_epoch")
    assert report.outcome is Outcome.DONE
    assert (world.context.home.root / "signed.jsonl").read_text() == record
    assert await read_epoch_state(world.context, FIRST) is EpochState.PENDING


async def _die(*_: Any) -> None:
    raise ConnectionResetError("the process ends here")


async def test_an_epoch_whose_time_has_passed_is_built_again_for_a_later_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = with_choices(world, validity_seconds=40)
    await hasty.run("snapshot")
    hasty.save_small_model()
    await hasty.run("build_epoch")
    with monkeypatch.context() as patch:
        patch.setattr(commit_epoch, "_send", _die)
        with pytest.raises(ConnectionResetError):
            await hasty.run("commit_epoch")
    first = hasty.context.library.load_commitment(FIRST)
    await hasty.pass_time(100)
    (waiting,) = await hasty.run("commit_epoch")
    assert waiting.outcome is Outcome.WAITING
    reports = await hasty.run("build_epoch", "commit_epoch")
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]
    second = hasty.context.library.load_commitment(FIRST)
    assert first is not None
    assert second is not None
    assert second.struct.valid_from > first.struct.valid_until
    assert second.struct.listener_root == first.struct.listener_root


async def test_a_bundle_that_was_half_written_is_built_again(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    (world.context.library.bundle(FIRST) / "listeners.json").unlink()
    reports = await world.run("build_epoch", "commit_epoch")
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]


async def test_a_node_that_is_gone_is_an_error_to_retry_and_later_it_works(world: World) -> None:
    async with JsonRpc("http://127.0.0.1:1", attempts=1) as gone:
        cut_off = replace(world, context=replace(world.context, rpc=gone))
        for job in ("snapshot", "commit_epoch", "post_rewards", "pay_rewards"):
            with pytest.raises(NodeUnreachable):
                await cut_off.run(job)
    reports = await world.commit_first_epoch()
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]


async def test_without_a_finalized_tag_nothing_is_cut_signed_or_paid(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    async with UnfinishedRpc(world.stage.rpc.url) as rpc:
        unsure = replace(world, context=replace(world.context, rpc=rpc))
        for job in ("snapshot", "commit_epoch", "post_rewards", "pay_rewards"):
            with pytest.raises(NoFinalizedTag):
                await unsure.run(job)
    assert await read_latest_epoch(world.context) == 0
