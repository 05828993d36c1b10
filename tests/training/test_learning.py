"""The model finds what is there, the same each time, and an interruption changes nothing."""

from pathlib import Path
from typing import Any

import pytest
import torch

from recsys.rank import rank_top_k
from recsys.table import table_digest
from tests.kit.listening import address, block_pairs, interactions_of, track
from tests.training.settings import small_config
from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.errors import QuantisationLoss, UnknownModel
from training.fit import EpochRecord, FitHooks, FitLoop, Validated
from training.models import MODELS
from training.models.lightgcn import LightGCN
from training.pipeline import TrainingResult, train
from training.stop import StopRequest
from tunefi.progress import SilentProgress


def _train(
    interactions: Interactions, config: TrainingConfig, folder: Path, progress: Any = None, stop: Any = None
) -> TrainingResult:
    checkpoints = CheckpointFolder(folder / "checkpoint", "test")
    return train(interactions, config, checkpoints, progress or SilentProgress(), stop or StopRequest())


@pytest.fixture(scope="module")
def blocks() -> Interactions:
    return interactions_of(block_pairs(), 30)


def test_the_model_recommends_the_rest_of_the_block(blocks: Interactions, tmp_path: Path) -> None:
    table = _train(blocks, small_config(), tmp_path).table
    seen = blocks.seen()
    ranking = rank_top_k(table.listener_vectors, table.track_vectors, seen, 3)
    block_of_row = [int(name.rsplit(":", 1)[1]) // 10 for name in table.track_ids]
    for row, name in enumerate(table.listener_addresses):
        block = int(name, 16) // 12
        assert {block_of_row[shown] for shown in ranking.rows[row]} == {block}, name


def test_training_lowers_the_loss_and_moves_the_vectors_from_a_start_without_structure() -> None:
    whole = interactions_of(block_pairs(listeners=20), 30)
    torch.manual_seed(0)
    model = LightGCN.build(whole, small_config())
    loop = FitLoop(model, whole, small_config(learning_rate=0.03), 30)
    loop.run(FitHooks(), StopRequest())
    first, last = loop.records[0].loss, loop.records[-1].loss
    assert first is not None
    assert last is not None
    assert last < 0.8 * first
    assert loop.records[-1].epoch == 30


def test_accuracy_on_blocks_is_far_above_popularity(blocks: Interactions, tmp_path: Path) -> None:
    accuracy = _train(blocks, small_config(), tmp_path).accuracy
    served, popular = accuracy.row("int8"), accuracy.row("popularity")
    # Two of three tracks that are left belong to other blocks, so chance is near popularity.
    assert 0.75 < served["recall@10"] <= 1.0
    assert served["ndcg@10"] > 1.5 * popular["ndcg@10"]


def test_the_same_seed_and_threads_give_the_same_table_bit_for_bit(
    blocks: Interactions, tmp_path: Path
) -> None:
    first = _train(blocks, small_config(seed=5), tmp_path / "a").table
    second = _train(blocks, small_config(seed=5), tmp_path / "b").table
    other = _train(blocks, small_config(seed=6), tmp_path / "c").table
    assert table_digest(first) == table_digest(second)
    assert first.model_digest == second.model_digest
    assert first.track_vectors.tobytes() != other.track_vectors.tobytes()
    assert first.model_digest != other.model_digest


class _StopAt:
    """Interrupts once a number of epochs is done."""

    def __init__(self, stop: StopRequest, done: int) -> None:
        self._stop, self._done = stop, done

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        if done >= self._done:
            self._stop.interrupt()


@pytest.mark.parametrize("epochs_done", [1, 3, 5])
def test_resuming_gives_the_same_table_as_a_run_without_interruption(
    blocks: Interactions, tmp_path: Path, epochs_done: int
) -> None:
    config = small_config(patience=9)
    whole = _train(blocks, config, tmp_path / "whole").table
    stop = StopRequest()
    cut_off = _train(blocks, config, tmp_path / "cut", _StopAt(stop, epochs_done), stop)
    assert cut_off.interrupted
    resumed = _train(blocks, config, tmp_path / "cut")
    assert not resumed.interrupted
    assert table_digest(resumed.table) == table_digest(whole)


def test_an_interruption_keeps_the_best_so_far(blocks: Interactions, tmp_path: Path) -> None:
    stop = StopRequest()
    result = _train(blocks, small_config(epochs=50, patience=50), tmp_path, _StopAt(stop, 3), stop)
    assert result.interrupted
    assert result.chosen.epochs <= 3
    assert len(result.chosen.records) <= 4
    assert result.accuracy.row("int8")["recall@10"] > 0.75
    assert result.table.listener_addresses == tuple(sorted(blocks.addresses))


def test_a_deadline_stops_choosing_and_the_run_is_complete(blocks: Interactions, tmp_path: Path) -> None:
    result = _train(blocks, small_config(epochs=5000, patience=5000, budget_seconds=0.5), tmp_path)
    assert not result.interrupted
    assert len(result.chosen.records) < 5000


def test_early_stopping_keeps_the_parameters_of_the_best_epoch(blocks: Interactions) -> None:
    scores = iter([Validated(ndcg, 0.1 * n) for n, ndcg in enumerate([0.1, 0.3, 0.5, 0.4, 0.2, 0.9])])
    seen: list[EpochRecord] = []
    states: list[dict[str, Any]] = []
    model = LightGCN.build(blocks, small_config())
    loop = FitLoop(model, blocks, small_config(patience=2), 10)
    loop.run(FitHooks(lambda m, g: next(scores), seen.append, states.append), StopRequest())
    assert (loop.best_epoch, loop.popularity_weight) == (2, 0.2)
    assert [record.epoch for record in seen] == [0, 1, 2, 3, 4]
    best = states[1]["best"]
    assert all(torch.equal(value, best[name]) for name, value in model.state_dict().items())


def test_a_training_that_only_makes_it_worse_leaves_the_start(blocks: Interactions) -> None:
    scores = iter([Validated(ndcg, 0.5) for ndcg in (0.5, 0.3, 0.2)])
    model = LightGCN.build(blocks, small_config())
    start = {name: value.clone() for name, value in model.state_dict().items()}
    loop = FitLoop(model, blocks, small_config(patience=2), 10)
    loop.run(FitHooks(lambda m, g: next(scores)), StopRequest())
    assert loop.best_epoch == 0
    assert all(torch.equal(value, start[name]) for name, value in model.state_dict().items())


def test_too_large_a_loss_by_freezing_is_refused(blocks: Interactions, tmp_path: Path) -> None:
    with pytest.raises(QuantisationLoss, match=r"where -100\.00% is allowed"):
        _train(blocks, small_config().model_copy(update={"allowed_quantisation_loss": -1.0}), tmp_path)


def test_an_unknown_model_is_named_with_those_that_exist(blocks: Interactions, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="'oracle'; known are spectral-lightgcn, lightgcn"):
        _train(blocks, small_config(model="oracle"), tmp_path)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_each_model_finds_the_blocks(blocks: Interactions, tmp_path: Path, name: str) -> None:
    config = small_config(model=name, epochs=40, patience=40, learning_rate=0.02)
    accuracy = _train(blocks, config, tmp_path).accuracy
    assert accuracy.row("int8")["recall@10"] > max(0.7, 1.3 * accuracy.row("popularity")["recall@10"])


def test_a_sampled_softmax_learns_too(blocks: Interactions, tmp_path: Path) -> None:
    result = _train(blocks, small_config(candidates=8, epochs=6), tmp_path)
    assert result.accuracy.row("int8")["recall@10"] > 0.75


def test_rows_of_the_table_carry_the_identities_of_the_data(blocks: Interactions, tmp_path: Path) -> None:
    table = _train(blocks, small_config(epochs=0), tmp_path).table
    assert set(table.track_ids) == {track(n) for n in range(30)}
    assert set(table.listener_addresses) == {address(n) for n in range(36)}
