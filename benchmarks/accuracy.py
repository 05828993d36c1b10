"""How accurate the product's training is on a published split (`tunefi bench accuracy DIR`).

Owns the run and its figures. Refuses to know settings by the name of a data set: the defaults choose the
number of epochs and the weight of popularity on the validation part, a published one or a grouped cut of
train, learn again from all of train, freeze the vectors and rank all tracks by the code that serves. The
test part is read once, at the end.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from recsys.rank import rank_top_k
from recsys.table import table_digest
from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.parts import Split, split_given
from training.data.text import load_text
from training.digest import read_code_version
from training.engine.job import Fitted
from training.evaluation import (
    LIST_LENGTH,
    dot_product_scorer,
    measure_ranking,
    rank_by_scores,
)
from training.evaluation.bootstrap import intervals_by_metric
from training.evaluation.per_listener import measure_listeners
from training.phases import PhaseRunner
from training.pipeline import freeze
from training.stop import StopRequest
from tunefi.ids import hex_of
from tunefi.progress import Progress


def measure_accuracy(directory: Path, config: TrainingConfig, progress: Progress) -> dict[str, Any]:
    """Return the metrics of the vectors as floats and as served, with time and memory.

    Args:
        directory: Holds `train.txt` and `test.txt`, and `valid.txt` where a validation part was published.
        config: Choices of the training; the dimension and the number of threads are a caller's.
        progress: Hears of epochs.

    Raises:
        MalformedText: The directory is not of that form.
        LeakingSplit: A pair is in two parts.
    """
    started = time.monotonic()
    parts = load_text(directory)
    split = split_given(parts.train, parts.test, parts.validation, seed=config.seed)
    chosen, tested = _fit(split, config, progress)
    trained = time.monotonic()
    table = freeze(split.train, tested.vectors, chosen, config, read_code_version())
    seen, tracks = split.train.seen(), split.train.shape[1]
    served = rank_top_k(table.listener_vectors, table.track_vectors, seen, LIST_LENGTH)
    ranked = time.monotonic()
    exact = rank_by_scores(dot_product_scorer(*tested.vectors), seen, tracks, LIST_LENGTH)
    relevant = split.test.heard()
    return {
        "int8": _rounded(measure_ranking(served, relevant, tracks)),
        "float": _rounded(measure_ranking(exact, relevant, tracks)),
        "intervals": intervals_by_metric(measure_listeners(served, relevant)),
        "train_seconds": round(trained - started, 2),
        "rank_seconds": round(ranked - trained, 2),
        "peak_mib": _peak_mib(),
        "dimension": config.dimension,
        "model": config.model,
        "epochs": chosen.epochs,
        "popularity_weight": chosen.popularity_weight,
        "curve": [[record.epoch, record.validation_ndcg] for record in chosen.records],
        "split": split.counts(),
        "device": str(torch.device("cuda" if torch.cuda.is_available() else "cpu")),
        "threads": config.threads,
        "data_digest": hex_of(parts.train.snapshot_digest),
        "code_version": read_code_version(),
        "table_digest": hex_of(table_digest(table)),
    }


def _fit(split: Split, config: TrainingConfig, progress: Progress) -> tuple[Fitted, Fitted]:
    torch.set_num_threads(config.threads)
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = CheckpointFolder(Path(folder) / "checkpoint", "bench")
        runner = PhaseRunner(config, checkpoints, progress, StopRequest())
        chosen = runner.choose(split)
        return chosen, runner.fit_tested(split, chosen)


def _rounded(metrics: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in metrics.items()}


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
