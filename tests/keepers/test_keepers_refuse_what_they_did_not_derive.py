"""Before a key signs, everything that can be recomputed is; what differs is named and nothing is signed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commitments.epoch_state import EpochState
from commitments.errors import RefusedReport
from graph_schema.errors import SnapshotAltered
from keepers.chain_reads import read_epoch_state, read_latest_epoch
from keepers.errors import EpochVetoed, EquivocationRefused, SigningRefused
from keepers.report import Outcome
from keepers.signing_record import SigningRecord
from recsys.table import save_table
from tests.keepers.world import WINDOW_SECONDS, World
from tests.kit.epochs import build_random_epoch
from tunefi.ids import Address, ChainId, EpochId, Hash32

pytestmark = pytest.mark.evm

FIRST = EpochId(1)


def alter_a_vector(world: World) -> None:
    path = world.context.library.bundle(FIRST) / "track_vectors.bin"
    data = bytearray(path.read_bytes())
    data[5] = (data[5] + 1) % 100
    path.write_bytes(data)


def alter_the_table(world: World) -> None:
    table = world.context.library.load_table(FIRST)
    vectors = np.array(table.listener_vectors)
    vectors[0, 0] = -vectors[0, 0] or 1
    save_table(replace(table, listener_vectors=vectors), world.context.library.folder(FIRST) / "table")


def alter_an_opening(world: World) -> None:
    openings = list(world.context.library.load_openings(FIRST))
    world.context.library.save_openings(FIRST, [replace(openings[0], salt=bytes(32)), *openings[1:]])


def alter_the_snapshot(world: World) -> None:
    (path,) = world.context.home.snapshots.glob("*/edges/LISTENED_TO.parquet")
    path.write_bytes(path.read_bytes().replace(b"track:1", b"track:9"))
    assert b"PAR1" in path.read_bytes()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def drop_the_snapshot(world: World) -> None:
    (path,) = world.context.home.snapshots.glob("*/manifest.json")
    path.unlink()


@pytest.mark.parametrize(
    ("alter", "error"),
    [
        (alter_a_vector, RefusedReport),
        (alter_the_table, SigningRefused),
        (alter_an_opening, SigningRefused),
        (alter_the_snapshot, SnapshotAltered),
        (drop_the_snapshot, SigningRefused),
    ],
)
async def test_an_epoch_that_was_altered_is_not_signed(
    world: World, alter: Callable[[World], None], error: type[Exception]
) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    alter(world)
    with pytest.raises(error):
        await world.run("commit_epoch")
    assert world.context.library.load_commitment(FIRST) is None
    assert not (world.context.home.root / "signed.jsonl").exists()
    assert await read_latest_epoch(world.context) == 0


async def test_another_secret_gives_another_root_and_is_refused(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    stranger = replace(world, context=replace(world.context, epoch_secret=bytes(32)))
    with pytest.raises(SigningRefused, match="listener root"):
        await stranger.run("commit_epoch")


async def test_a_vetoed_epoch_is_not_committed_again_without_something_new(world: World) -> None:
    await world.commit_first_epoch()
    await world.stage.send(4, "RecommendationGraph", "vetoEpoch", FIRST)
    await world.settle()
    assert await read_epoch_state(world.context, FIRST) is EpochState.INVALID
    with pytest.raises(EpochVetoed):
        await world.run("build_epoch")
    world.save_small_model(seed=2)
    reports = await world.run("build_epoch", "commit_epoch")
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]
    assert await read_latest_epoch(world.context) == 2


async def test_a_vetoed_reward_root_is_not_posted_again(world: World) -> None:
    await world.commit_first_epoch()
    await world.pass_time(WINDOW_SECONDS)
    await world.run("post_rewards")
    signed = world.context.library.load_reward_root(FIRST)
    assert signed is not None
    await world.stage.send(4, "FanEngagement", "vetoRoot", FIRST, signed.struct.root)
    await world.settle()
    (report,) = await world.run("post_rewards")
    assert (report.outcome, "vetoed" in report.detail) == (Outcome.WAITING, True)


async def test_two_of_three_sign_and_a_keeper_without_a_bond_does_not(world: World) -> None:
    await world.commit_first_epoch()
    signed = world.context.library.load_commitment(FIRST)
    assert signed is not None
    assert signed.signers == tuple(sorted(world.stage.signers[number].address for number in (1, 2)))


async def test_keys_that_are_no_quorum_sign_nothing(world: World) -> None:
    alone = replace(world, context=replace(world.context, keepers=world.context.keepers[:1]))
    await alone.run("snapshot")
    alone.save_small_model()
    await alone.run("build_epoch")
    (report,) = await alone.run("commit_epoch")
    assert report.outcome is Outcome.WAITING
    assert alone.context.library.load_commitment(FIRST) is None


def test_a_keeper_never_signs_two_commitments_that_overlap(tmp_path: Path) -> None:
    keeper, contract, chain = Address("0x" + "aa" * 20), Address("0x" + "bb" * 20), ChainId(1)
    first = build_random_epoch().commitment("bafyone")
    SigningRecord(tmp_path / "signed").record(keeper, first, chain, contract)
    record = SigningRecord(tmp_path / "signed")
    record.record(keeper, first, chain, contract)
    other = replace(first, track_root=Hash32(bytes(32)))
    with pytest.raises(EquivocationRefused):
        record.record(keeper, other, chain, contract)
    with pytest.raises(EquivocationRefused):
        record.record(keeper, replace(other, valid_from=first.valid_until), chain, contract)
    record.record(keeper, replace(other, valid_from=first.valid_until + 1), chain, contract)
    record.record(Address("0x" + "cc" * 20), other, chain, contract)
    record.record(keeper, replace(other, epoch=EpochId(first.epoch + 1)), chain, contract)
    record.record(keeper, other, ChainId(2), contract)


def test_a_line_that_a_crash_cut_short_does_not_hide_the_others(tmp_path: Path) -> None:
    keeper, contract, chain = Address("0x" + "aa" * 20), Address("0x" + "bb" * 20), ChainId(1)
    first = build_random_epoch().commitment("bafyone")
    path = tmp_path / "signed"
    path.write_text('{"keeper": "0xaa')
    SigningRecord(path).record(keeper, first, chain, contract)
    with path.open("a") as file:
        file.write('{"keeper": ')
    with pytest.raises(EquivocationRefused):
        SigningRecord(path).record(keeper, replace(first, tracks=1), chain, contract)
