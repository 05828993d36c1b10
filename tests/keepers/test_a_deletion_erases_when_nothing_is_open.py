"""What a deleted account said is erased from log and openings, once no epoch that was built on it is open."""

import pytest

from graph_schema.open_store import open_store
from ingest.entries import Interaction, Kind
from ingest.errors import EntriesErased
from ingest.projector import LogProjector
from ingest.signatures import sign_interaction
from keepers.report import Outcome
from keepers.snapshots import find_latest_snapshot
from tests.keepers.world import REWARD_DELAY_SECONDS, WINDOW_SECONDS, World
from tests.kit.entries import NOON
from tunefi.hashing import keccak256
from tunefi.ids import ChainId, EpochId

pytestmark = pytest.mark.evm

FIRST = EpochId(1)
DELETED, KEPT = 9, 8


async def test_a_deletion_waits_for_the_epoch_and_its_rewards_and_then_leaves_nothing(world: World) -> None:
    await world.commit_first_epoch()
    before = world.log.head()
    payloads = _payloads_of(world, DELETED)
    assert len(payloads) == 2
    assert await _outcome(world) is Outcome.NOTHING
    _delete(world, DELETED)
    await world.settle()
    assert await _outcome(world) is Outcome.NOTHING, "no snapshot has the deletion in it"
    await world.run("snapshot")
    assert await _outcome(world) is Outcome.WAITING, "the first epoch is pending"
    await world.pass_time(WINDOW_SECONDS)
    await world.run("post_rewards")
    assert await _outcome(world) is Outcome.WAITING, "its reward root is not in force"
    assert _payloads_of(world, DELETED) == payloads
    await world.pass_time(REWARD_DELAY_SECONDS)

    assert await _outcome(world) is Outcome.DONE
    assert _payloads_of(world, DELETED) == []
    assert len(_payloads_of(world, KEPT)) == 2
    library = world.context.library
    assert library.load_opening(FIRST, world.stage.signers[DELETED].address) is None
    assert library.load_opening(FIRST, world.stage.signers[KEPT].address) is not None
    assert world.log.check_chain().position == before.position + 1
    assert await _outcome(world) is Outcome.NOTHING
    await _assert_only_the_older_snapshot_is_lost(world, before.position)


async def _assert_only_the_older_snapshot_is_lost(world: World, older: int) -> None:
    store = await open_store(f"ladybug:{world.context.home.root / 'rebuilt'}")
    with pytest.raises(EntriesErased, match="cannot be rebuilt"):
        await LogProjector(world.log, store).project(up_to=older)
    newest = find_latest_snapshot(world.context.home)
    assert newest is not None
    assert await LogProjector(world.log, store).project() == newest.manifest.log_head.position
    await store.close()


async def _outcome(world: World) -> Outcome:
    (report,) = await world.run("erase_deleted")
    return report.outcome


def _payloads_of(world: World, signer: int) -> list[bytes]:
    """What an account has said and the log still holds, its deletions apart."""
    stored = world.log.read_account(world.stage.signers[signer].address, 10**9)
    return [entry.payload for entry in stored if entry.payload is not None and entry.kind != Kind.DELETE]


def _delete(world: World, signer: int) -> None:
    who = world.stage.signers[signer]
    entry = Interaction(
        Kind.DELETE, who.address, "", NOON, 0, keccak256(b"deletion"), subject_label="Account"
    )
    world.log.append([sign_interaction(entry, who, ChainId(world.stage.deployment.chain_id))])
