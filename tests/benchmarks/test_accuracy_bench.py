"""The accuracy benchmark measures what is served, the same each time, and never learns from the test part."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy import measure_accuracy
from tests.kit.listening import block_pairs
from tests.training.settings import small_config
from training.config import TrainingConfig
from tunefi.progress import SilentProgress


def _write(folder: Path, name: str, pairs: list[tuple[int, int]]) -> None:
    heard: dict[int, list[str]] = {}
    for listener, item in pairs:
        heard.setdefault(listener, []).append(str(item))
    lines = (f"{listener} {' '.join(items)}" for listener, items in heard.items())
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pairs = list(block_pairs())
    lot = np.random.default_rng(0).random(len(pairs))
    _write(tmp_path, "train", [pair for pair, drawn in zip(pairs, lot, strict=True) if drawn < 0.75])
    _write(tmp_path, "test", [pair for pair, drawn in zip(pairs, lot, strict=True) if drawn >= 0.75])
    return tmp_path


def _config() -> TrainingConfig:
    return small_config().model_copy(update={"cut": None})


def test_the_served_table_is_measured_beside_its_floats(folder: Path) -> None:
    found = measure_accuracy(folder, _config(), SilentProgress())
    again = measure_accuracy(folder, _config(), SilentProgress())
    assert found["table_digest"] == again["table_digest"]
    assert found["int8"]["recall@10"] > 0.75
    for name, value in found["float"].items():
        assert found["int8"][name] == pytest.approx(value, abs=0.05)
    low, high = found["intervals"]["ndcg@20"]
    assert low <= found["int8"]["ndcg@20"] <= high
    assert found["dimension"] == 32


def test_a_published_validation_part_chooses_and_is_not_learned_from(folder: Path) -> None:
    whole = measure_accuracy(folder, _config(), SilentProgress())
    lines = [line.split() for line in (folder / "train.txt").read_text().splitlines()]
    _write(folder, "valid", [(int(line[0]), int(line[-1])) for line in lines])
    _write(folder, "train", [(int(line[0]), int(item)) for line in lines for item in line[1:-1]])
    found = measure_accuracy(folder, _config(), SilentProgress())
    assert found["split"]["learn_pairs"] == found["split"]["train_pairs"] < whole["split"]["train_pairs"]
    assert found["split"]["validation_pairs"] == len(lines)
    assert found["data_digest"] != whole["data_digest"]
