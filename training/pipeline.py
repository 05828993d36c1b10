"""From pairs to a frozen table with its accuracy: one run.

Owns the order of the steps. Refuses to know files and arguments.
"""

import resource
import sys
import time
from dataclasses import dataclass

import torch

from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.table import EmbeddingTable, build_table
from training.accuracy import Accuracy, measure_accuracy
from training.checkpoint import CheckpointFolder
from training.cold_start import add_new_tracks
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.parts import Split
from training.digest import model_digest, read_code_version
from training.engine.engine import LOCAL, Engine
from training.engine.job import Fitted, Vectors, embed
from training.models import model_named
from training.phases import OnEpoch, PhaseRunner, cut, ignore_epoch
from training.stop import StopRequest
from tunefi.ids import Hash32
from tunefi.progress import Progress


@dataclass(frozen=True)
class TrainingResult:
    """A run that is not written yet.

    Attributes:
        table: The vectors to serve.
        accuracy: Measured on the test part.
        cuts: Which pairs were for what.
        chosen, tested, served: The three fits.
        code_version: Of the sources that made it.
        train_seconds: Wall time of the fits in this process.
        total_seconds: With cuts and evaluation.
        peak_mib: Most memory of the process so far.
    """

    config: TrainingConfig
    table: EmbeddingTable
    accuracy: Accuracy
    cuts: Split
    chosen: Fitted
    tested: Fitted
    served: Fitted
    code_version: str
    train_seconds: float
    total_seconds: float
    peak_mib: float

    @property
    def interrupted(self) -> bool:
        """True when Ctrl-C cut a fit off, so that the best model so far stands in for it."""
        return not (self.tested.finished and self.served.finished)


def train(
    interactions: Interactions,
    config: TrainingConfig,
    checkpoints: CheckpointFolder,
    progress: Progress,
    stop: StopRequest,
    on_epoch: OnEpoch = ignore_epoch,
    engine: Engine = LOCAL,
) -> TrainingResult:
    """Return the frozen table of a snapshot and what it is worth.

    Args:
        interactions: All pairs.
        config: The choices.
        checkpoints: Where unfinished fits are kept.
        progress: Hears of epochs.
        stop: Asked before each step; once it says so, the best model so far is measured and frozen.
        on_epoch: Hears of each point of a curve.
        engine: Runs the fits and ranks the served table.

    Raises:
        MalformedSplit: A part would be empty.
        QuantisationLoss: Freezing costs more than allowed.
        DivergedTraining: The loss is not finite.
    """
    started = time.monotonic()
    torch.set_num_threads(config.threads)
    cuts = cut(interactions, config)
    runner = PhaseRunner(config, checkpoints, progress, stop, on_epoch, engine)
    chosen = runner.choose(cuts)
    tested = runner.fit_tested(cuts, chosen)
    accuracy = measure_accuracy(
        cuts,
        _start(cuts.train, config, chosen.popularity_weight),
        add_new_tracks(tested.vectors, cuts.train),
        model_named(config.model).title,
        config.allowed_quantisation_loss,
        engine.rank,
    )
    served = runner.refit("serve", interactions, chosen)
    vectors = add_new_tracks(_served_vectors(served, interactions, config), interactions)
    version = read_code_version()
    return TrainingResult(
        config=config,
        table=freeze(interactions, vectors, chosen, config, version),
        accuracy=accuracy,
        cuts=cuts,
        chosen=chosen,
        tested=tested,
        served=served,
        code_version=version,
        train_seconds=chosen.seconds + tested.seconds + served.seconds,
        total_seconds=time.monotonic() - started,
        peak_mib=_peak_mib(),
    )


def _start(interactions: Interactions, config: TrainingConfig, weight: float) -> Vectors:
    torch.manual_seed(config.seed)
    model = model_named(config.model).build(interactions, config)
    return embed(model, model.build_graph(interactions, config), weight)


def _served_vectors(served: Fitted, interactions: Interactions, config: TrainingConfig) -> Vectors:
    """Return the vectors over all pairs; a model that was cut off speaks along all of them nevertheless."""
    if served.finished:
        return served.vectors
    model = served.model.cpu()
    return embed(model, model.build_graph(interactions, config), served.popularity_weight)


def freeze(
    interactions: Interactions, vectors: Vectors, chosen: Fitted, config: TrainingConfig, version: str
) -> EmbeddingTable:
    """Return the table to serve, with the digest of what it was made from.

    Args:
        interactions: Whose listeners and tracks the vectors are.
        vectors: float (M, D) and (N, D).
        chosen: Its epochs and its weight of popularity are part of the digest.
        config: The choices.
        version: Of the code.
    """
    listeners, tracks = quantise_listeners(vectors[0]), quantise_tracks(vectors[1])

    def _build(digest: Hash32) -> EmbeddingTable:
        return build_table(
            interactions.track_ids,
            tracks,
            interactions.addresses,
            listeners,
            snapshot_digest=interactions.snapshot_digest,
            model_digest=digest,
            model_name=config.model,
        )

    configuration = {
        **config.identity(),
        "trained_epochs": chosen.epochs,
        "popularity_weight": chosen.popularity_weight,
    }
    return _build(model_digest(_build(Hash32(bytes(32))), configuration, version))


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
