"""One size through the product's training and ranking, in a process of its own.

`python -m benchmarks.scale_run FOLDER SMALL_FOLDER` prints lines of JSON: progress, then the figures. Owns
what is measured of a size; refuses to compare sizes. A small audience of the same catalogue goes first:
what it takes is the process with its libraries and what every catalogue of this length takes, so that the
rest is what the interactions take.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# As `python -m training` does, before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from benchmarks.listening_graph import Listening, load_listening
from recsys.arrays import CsrRows
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.rank import Ranking, rank_top_k
from training.config import TrainingConfig
from training.data.interactions import Interactions, build_interactions
from training.engine.job import Vectors, embed
from training.evaluation import LIST_LENGTH, measure_ranking
from training.fit import FitHooks, FitLoop
from training.models import model_named
from training.phases import cut
from training.stop import StopRequest
from tunefi.ids import Hash32

_RANKED_AT_ONCE = 16_384
_EXPECTED_SHARES = {"load": 0.05, "cut": 0.02, "start": 0.1, "epochs": 0.5, "freeze": 0.01, "rank": 0.3}

Said = Callable[[float, str], None]
"""Hears which share of the work is done, and what is going on."""


@dataclass
class SizeFigures:
    """What one size took.

    Attributes:
        interactions, listeners, tracks: Of the data.
        seconds: Of all stages.
        cpu_seconds: The same of all threads of the process, which other work on the machine hardly changes.
        stages, cpu_stages: Seconds of each.
        peak_mib: Most memory of the process.
        base_mib: The same after the small audience.
        metrics: Of the served table on the test part, so that it is seen to have learned.
    """

    interactions: int
    listeners: int = 0
    tracks: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    cpu_stages: dict[str, float] = field(default_factory=dict)
    peak_mib: float = 0.0
    base_mib: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, say: Said) -> Iterator[None]:
        """Measure the block as a stage."""
        say(sum(_EXPECTED_SHARES.get(known, 0.0) for known in self.stages), name)
        started, cpu_started = time.perf_counter(), time.process_time()
        yield
        self.stages[name] = round(time.perf_counter() - started, 3)
        self.cpu_stages[name] = round(time.process_time() - cpu_started, 3)


def measure_size(listening: Callable[[], Listening], config: TrainingConfig, say: Said) -> SizeFigures:
    """Return the figures of one way from columns to a measured ranking.

    Args:
        listening: Loads the columns; loading counts.
        config: Choices of the training; it trains for all of its epochs.
        say: Hears of progress.
    """
    figures = SizeFigures(0)
    with figures.stage("load", say):
        interactions = _build(listening())
    with figures.stage("cut", say):
        cuts = cut(interactions, config)
    vectors = _fit(cuts.train, config, figures, say)
    with figures.stage("freeze", say):
        frozen = quantise_listeners(vectors[0]), quantise_tracks(vectors[1])
    with figures.stage("rank", say):
        ranking = _rank(*frozen, cuts.train.seen(), say)
    with figures.stage("measure", say):
        figures.metrics = measure_ranking(ranking, cuts.test.heard(), interactions.shape[1])
    figures.interactions = len(interactions)
    figures.listeners, figures.tracks = interactions.shape
    figures.seconds = round(sum(figures.stages.values()), 3)
    figures.cpu_seconds = round(sum(figures.cpu_stages.values()), 3)
    figures.peak_mib = peak_mib()
    return figures


def _build(listening: Listening) -> Interactions:
    columns = listening.listened
    return build_interactions(
        track_ids=listening.track_ids,
        listened=(columns["source"], columns["target"]),
        plays=np.asarray(columns["plays"], np.float64),
        snapshot_digest=Hash32(bytes(32)),
    )


def _fit(interactions: Interactions, config: TrainingConfig, figures: SizeFigures, say: Said) -> Vectors:
    torch.manual_seed(config.seed)
    with figures.stage("start", say):
        model = model_named(config.model).build(interactions, config)
        loop = FitLoop(model, interactions, config, config.epochs)
    with figures.stage("epochs", say):
        loop.run(FitHooks(), StopRequest())
        return embed(model, loop.graph, model.popularity_weights[-1])


def _rank(listeners: Any, tracks: Any, excluded: CsrRows, say: Said) -> Ranking:
    """Rank all listeners, some thousands at once, so that how far it is can be told."""
    parts = []
    for start in range(0, len(listeners), _RANKED_AT_ONCE):
        say(0.7 + 0.3 * start / len(listeners), "rank")
        stop = min(start + _RANKED_AT_ONCE, len(listeners))
        parts.append(rank_top_k(listeners[start:stop], tracks, excluded.take(start, stop), LIST_LENGTH))
    return Ranking(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "scores", "lengths"))
    )


def peak_mib() -> float:
    """Return the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def main() -> None:
    """Measure one size and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("small_folder", type=Path)
    parser.add_argument("config", help="Settings of the training that are not the defaults, as JSON.")
    options = parser.parse_args()
    config = TrainingConfig.model_validate_json(options.config)
    torch.set_num_threads(config.threads)
    measure_size(lambda: load_listening(options.small_folder), config, lambda done, detail: None)
    base = peak_mib()
    figures = measure_size(lambda: load_listening(options.folder), config, _say)
    figures.base_mib = base
    _print({"figures": asdict(figures)})


def _say(done: float, detail: str) -> None:
    _print({"done": done, "detail": detail})


def _print(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
