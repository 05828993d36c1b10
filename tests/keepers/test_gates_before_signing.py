"""A model that fails a published gate is neither built nor signed; an honest one is, its gates public."""

import json
from dataclasses import replace

import numpy as np
import pytest

from commitments.bundle import save_bundle
from commitments.epoch import build_epoch
from ingest.entries import Interaction, Kind
from keepers.chain_reads import read_latest_epoch
from keepers.errors import GatesRefused, SigningRefused
from keepers.exclusions import build_snapshot_exclusions
from keepers.gates import GATES_FILE, load_last_table, measure_model
from keepers.model_choice import load_model_choice
from keepers.report import Outcome
from keepers.snapshots import find_latest_snapshot
from recsys.gates import GateLimits
from recsys.table import EmbeddingTable, load_table, save_table
from tests.keepers.world import World, with_choices
from tunefi.hashing import keccak256
from tunefi.ids import EpochId, Hash32, Microseconds

pytestmark = pytest.mark.evm

FIRST = EpochId(1)
STRICT = GateLimits(exposure_multiple=1.5, least_listeners=1)
"""In so small a world an artist cannot be shown ten times as much as it is heard."""


def buy(world: World, digest: Hash32) -> EmbeddingTable:
    """Blow up the vectors of one artist in a saved model, so that its tracks fill all lists."""
    folder = world.context.home.model(digest)
    table = load_table(folder)
    vectors = np.array(table.track_vectors) // 32
    bought = [int(name.split(":")[1]) % 2 == 0 for name in table.track_ids]
    vectors[bought] = np.clip(np.array(table.listener_vectors).sum(axis=0, dtype=np.int64), -127, 127)
    sold = replace(table, track_vectors=vectors)
    save_table(sold, folder)
    return sold


async def test_an_honest_model_is_signed_and_its_gates_are_in_the_bundle(world: World) -> None:
    reports = await world.commit_first_epoch()
    assert [report.outcome for report in reports] == [Outcome.DONE, Outcome.DONE]
    gates = json.loads((world.context.library.bundle(FIRST) / GATES_FILE).read_text())
    assert gates["log_head"]["position"] == world.log.head().position
    found = {gate["name"]: gate["passed"] for gate in gates["gates"]}
    assert found["accuracy"] is None
    assert [name for name, passed in found.items() if passed is False] == []
    assert found["exposure"] is True


async def test_a_bought_model_is_not_built(world: World) -> None:
    strict = with_choices(world, gates=STRICT)
    await strict.run("snapshot")
    buy(strict, strict.save_small_model())
    with pytest.raises(GatesRefused, match=r"Artist 1 fills \d+\.\d+% of the places"):
        await strict.run("build_epoch")
    assert strict.context.library.list_epochs() == []


async def test_a_bought_model_that_was_built_elsewhere_is_not_signed(world: World) -> None:
    await world.run("snapshot")
    world.save_small_model()
    await world.run("build_epoch")
    strict = with_choices(world, gates=STRICT)
    context, snapshot = strict.context, find_latest_snapshot(world.context.home)
    assert snapshot is not None
    built = context.library.load_bundle(FIRST)
    sold = buy(strict, built.header.model_digest)
    excluded = build_snapshot_exclusions(snapshot.load(), sold)
    epoch = build_epoch(sold, excluded, built.header.terms, context.epoch_secret)
    extras = {GATES_FILE: (built.directory / GATES_FILE).read_bytes(), "metrics.json": _METRICS}
    context.library.save_table(FIRST, sold)
    context.library.save_openings(FIRST, epoch.openings())
    save_bundle(epoch, built.titles, built.directory, extras)
    with pytest.raises(GatesRefused, match="Artist 1"):
        await strict.run("commit_epoch")
    (built.directory / GATES_FILE).unlink()
    with pytest.raises(SigningRefused, match=GATES_FILE):
        await strict.run("commit_epoch")
    assert context.library.load_commitment(FIRST) is None
    assert await read_latest_epoch(context) == 0


async def test_listens_after_the_cut_judge_a_model_against_the_last_epochs(world: World) -> None:
    await world.commit_first_epoch()
    strict = with_choices(world, gates=GateLimits(least_listeners=1))
    snapshot = find_latest_snapshot(world.context.home)
    model = load_model_choice(world.context.home, world.context.choices.dimension).find(snapshot.digest)
    assert model is not None
    table = load_table(model.path)
    fan = world.stage.signers[8].address
    row = table.listener_row(fan)
    assert row is not None
    favourite = int(np.argmax(table.track_vectors.astype(np.int64) @ table.listener_vectors[row]))
    name = table.track_ids[favourite]
    before = Interaction(Kind.LISTEN, fan, name, Microseconds(0), 60, keccak256(b"later"), generated=True)
    world.log.append([before])
    last = await load_last_table(strict.context, EpochId(2))
    assert last is not None
    same = measure_model(strict.context, snapshot, model, last).gates[0]
    worse = replace(last, track_vectors=-np.array(last.track_vectors))
    flipped = measure_model(strict.context, snapshot, model, worse).gates[0]
    assert same.sentence.startswith("NDCG@20 of 1 listeners")
    assert (same.passed, same.measured) == (True, 1.0)
    assert flipped.measured is not None
    assert flipped.measured > 1


_METRICS = b'{"quantisation": {"ndcg@20_lost_surely": 0.0}}'
