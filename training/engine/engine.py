"""What an engine does, and the one that does it in this process.

Owns the interface. Refuses to know how Ray does it: `training.engine.ray_engine`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from recsys.arrays import CsrRows, Int8Matrix
from recsys.rank import Ranking, rank_top_k
from training.checkpoint import CheckpointFolder
from training.engine.errors import EngineMissing
from training.engine.job import FitEars, FitJob, Fitted, run_fit
from training.engine.workers import ALONE
from training.fit import EpochRecord
from training.stop import Stop

EngineName = Literal["local", "ray"]


class Engine(Protocol):
    """Computes what takes long."""

    def fit(
        self,
        name: str,
        job: FitJob,
        checkpoints: CheckpointFolder,
        on_epoch: Callable[[EpochRecord], None],
        stop: Stop,
    ) -> Fitted:
        """Run a fit, from its checkpoint where there is one.

        Args:
            name: Of the checkpoint.
            job: What to fit.
            checkpoints: Where states are kept.
            on_epoch: Hears of each epoch.
            stop: Ends the fit with the best model so far.

        Raises:
            DivergedTraining: The loss is not finite.
        """
        ...

    def rank(self, listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> Ranking:
        """Rank as `recsys.rank.rank_top_k` does."""
        ...


class LocalEngine:
    """Computes in this process."""

    def fit(
        self,
        name: str,
        job: FitJob,
        checkpoints: CheckpointFolder,
        on_epoch: Callable[[EpochRecord], None],
        stop: Stop,
    ) -> Fitted:
        """Run a fit (see `Engine.fit`)."""

        def _save(state: dict[str, Any]) -> None:
            checkpoints.save(name, state)

        return run_fit(job, checkpoints.load(name), FitEars(on_epoch, _save), stop, ALONE)

    def rank(self, listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> Ranking:
        """Rank (see `Engine.rank`)."""
        return rank_top_k(listeners, tracks, excluded, k)


LOCAL = LocalEngine()


@contextmanager
def open_engine(name: EngineName, workers: int) -> Iterator[Engine]:
    """Yield an engine that is ready, and end it after use.

    Args:
        name: `local` or `ray`.
        workers: Ray's workers; of no account locally.

    Raises:
        EngineMissing: Ray is not installed.
    """
    if name == "local":
        yield LOCAL
        return
    try:
        from training.engine.ray_engine import RayEngine
    except ModuleNotFoundError as error:
        raise EngineMissing(name) from error
    engine = RayEngine(workers)
    try:
        yield engine
    finally:
        engine.close()
