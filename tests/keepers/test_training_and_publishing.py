"""The jobs that reach outside the process: the training program, and an IPFS node."""

from dataclasses import replace

import httpx
import numpy as np
import pytest

from ingest.entries import Plays
from keepers.errors import TrainingFailed
from keepers.model_choice import load_model_choice
from keepers.models import list_models, load_model
from keepers.report import Outcome
from keepers.snapshots import find_latest_snapshot
from recsys.table import load_table
from tests.keepers.world import TRACKS, World, track, with_choices
from tests.kit.ipfs_node import run_ipfs_node
from tunefi.hashing import keccak256
from tunefi.ids import Address, EpochId
from tunefi.ipfs.client import IpfsClient
from tunefi.promotions import Promotions

pytestmark = pytest.mark.evm


def add_listeners(world: World, listeners: int) -> None:
    random = np.random.default_rng(3)
    for number in range(listeners):
        chosen = sorted(random.choice(TRACKS, 8, replace=False).tolist())
        plays = tuple((track(one), 1 + number % 5) for one in chosen)
        world.log.append([Plays(keccak256(b"plays %d" % number), Address(f"0x{number + 1:040x}"), plays)])


async def test_a_model_is_trained_once_and_goes_into_an_epoch(world: World) -> None:
    add_listeners(world, 60)
    await world.settle()
    quick = with_choices(world, training_seconds=20, training_threads=1)
    reports = await quick.run("snapshot", "train")
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]
    snapshot = find_latest_snapshot(world.context.home)
    assert snapshot is not None
    model = load_model_choice(world.context.home, quick.context.choices.dimension).find(snapshot.digest)
    assert model is not None
    assert load_table(model.path).snapshot_digest == snapshot.digest
    (again,) = await quick.run("train")
    assert again.outcome is Outcome.NOTHING
    reports = await quick.run("build_epoch", "commit_epoch")
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]
    names = {path.name for path in world.context.library.bundle(EpochId(1)).iterdir()}
    assert {"metrics.json", "model_card.md", "model_card.json", "model_card.html", "learning.svg"} <= names


async def test_data_from_which_nothing_can_be_learned_is_an_error_that_says_so(world: World) -> None:
    await world.run("snapshot")
    with pytest.raises(TrainingFailed, match="held out"):
        await world.run("train")
    assert find_latest_snapshot(world.context.home) is not None


async def test_a_bundle_is_published_once_to_the_configured_node(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    with run_ipfs_node() as node:
        async with httpx.AsyncClient(trust_env=False) as http:
            context = replace(world.context, ipfs=IpfsClient(http, node.url))
            publishing = replace(world, context=context)
            await publishing.run("build_epoch", "build_epoch")
        assert len(node.queries) == 1
        assert "bundle.json" in node.pinned
        assert "openings.sqlite" not in node.pinned


async def test_the_promoted_model_goes_into_an_epoch_and_its_settings_into_the_next_training(
    world: World,
) -> None:
    add_listeners(world, 60)
    await world.settle()
    quick = with_choices(world, training_seconds=20, training_threads=1)
    await quick.run("snapshot", "train")
    home, promotions = world.context.home, Promotions(world.context.home.promotions)
    (trained,) = list_models(home)
    newest = world.save_small_model()
    choice = load_model_choice(home, quick.context.choices.dimension)
    assert choice.find(trained.snapshot_digest) == load_model(home.model(newest))
    promotions.promote(trained.model_digest, at="2026-01-31T09:30:00+00:00", by="ada", why="it was trained")
    await quick.run("build_epoch")
    assert world.context.library.load_bundle(EpochId(1)).header.model_digest == trained.model_digest

    world.listen(8, 3)
    await world.settle()
    # The installation has come to other choices; what is promoted is trained all the same.
    changed = with_choices(quick, dimension=64, seed=9)
    reports = await changed.run("snapshot", "train")
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]
    later = load_model_choice(home, 64).find(find_latest_snapshot(home).digest)  # type: ignore[union-attr]
    assert later is not None
    assert later.model_digest != trained.model_digest
    assert (later.path / "settings.json").read_bytes() == (trained.path / "settings.json").read_bytes()
