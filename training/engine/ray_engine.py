"""Fits by Ray Train, with PyTorch DDP over gloo, and ranks by Ray tasks.

Owns Ray: starting it, or joining the cluster that RAY_ADDRESS names, and ending it. Refuses to know what a
fit is made of. A worker that dies is replaced, and all go on from the checkpoint of the last epoch.
"""

import logging
import os
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any

import numpy as np
import ray
from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig, TrainingFailedError
from ray.train.torch import TorchConfig, TorchTrainer

from recsys.arrays import CsrRows, Int8Matrix
from recsys.rank import Ranking, rank_top_k
from training.checkpoint import CheckpointFolder
from training.engine.errors import FitRefused, WorkersLost
from training.engine.job import FitJob, Fitted
from training.engine.ray_worker import FitFolder, work
from training.fit import EpochRecord
from training.stop import Stop

_LOST_WORKERS = 3
_OBJECT_STORE_BYTES = 256 * 1024 * 1024
"""Larger tables spill to disk; a container's shared memory is often small."""
_LISTENERS_A_TASK = 16_384
_POLL_SECONDS = 0.2


class RayEngine:
    """Computes on Ray's workers.

    Args:
        workers: How many share each fit.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        _start_ray(workers)

    def fit(
        self,
        name: str,
        job: FitJob,
        checkpoints: CheckpointFolder,
        on_epoch: Callable[[EpochRecord], None],
        stop: Stop,
    ) -> Fitted:
        """Run a fit (see `Engine.fit`), from the last checkpoint that Ray has of it.

        Raises:
            FitRefused: The loss is not finite, or the data is broken.
            WorkersLost: Workers died again and again.
        """
        started = time.monotonic()
        folder = FitFolder(checkpoints.place(f"{name}-ray").resolve())
        folder.begin(job)
        running = _in_background(self._trainer(folder).fit)
        told = 0
        while not running.done() or told < len(list(folder.told())):
            wait([running], timeout=_POLL_SECONDS)
            for record in list(folder.told())[told:]:
                told += 1
                on_epoch(record)
            if stop.requested:
                folder.ask_to_stop()
        return _fitted(running, folder, time.monotonic() - started)

    def _trainer(self, folder: FitFolder) -> TorchTrainer:
        return TorchTrainer(
            work,
            train_loop_config={"folder": str(folder.path)},
            scaling_config=ScalingConfig(num_workers=self._workers, resources_per_worker={"CPU": 1}),
            run_config=RunConfig(
                name="fit",
                storage_path=str(folder.path),
                failure_config=FailureConfig(max_failures=_LOST_WORKERS),
                checkpoint_config=CheckpointConfig(num_to_keep=1),
            ),
            torch_config=TorchConfig(backend="gloo"),
        )

    def rank(self, listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> Ranking:
        """Rank (see `Engine.rank`), some thousands of listeners a task; a machine gets the tracks once."""
        shared = ray.put(tracks)
        step = max(1, min(_LISTENERS_A_TASK, -(-len(listeners) // self._workers)))
        tasks = [
            _rank_some.remote(listeners[start : start + step], shared, _slice(excluded, start, step), k)
            for start in range(0, len(listeners), step)
        ]
        parts = ray.get(tasks)
        return Ranking(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def close(self) -> None:
        """End what was started, or leave the cluster."""
        ray.shutdown()


@ray.remote
def _rank_some(listeners: Int8Matrix, tracks: Int8Matrix, excluded: CsrRows, k: int) -> tuple[Any, ...]:
    ranking = rank_top_k(listeners, tracks, excluded, k)
    return ranking.rows, ranking.scores, ranking.lengths


def _slice(excluded: CsrRows, start: int, step: int) -> CsrRows:
    return excluded.take(start, min(start + step, len(excluded)))


def _start_ray(workers: int) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray's workers step back for everything else on a machine, by default; a fit would wait for ever there.
    os.environ.setdefault("RAY_worker_niceness", "0")
    if "RAY_ADDRESS" in os.environ:
        ray.init(log_to_driver=False, logging_level=logging.ERROR)
        return
    ray.init(
        address="local",
        num_cpus=workers,
        object_store_memory=_OBJECT_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        _node_ip_address="127.0.0.1",  # nobody else needs to reach it
    )


def _in_background(call: Callable[[], Any]) -> "Future[Any]":
    """Call in a thread that a second Ctrl-C does not wait for; Ray then leaves the first one to us, too."""
    future: Future[Any] = Future()

    def _call() -> None:
        try:
            with warnings.catch_warnings():
                # Ray 2.60 sets a default of its own that it calls deprecated.
                warnings.filterwarnings("ignore", "`use_push_based_shuffle`", DeprecationWarning)
                future.set_result(call())
        except BaseException as error:  # the waiting thread raises it
            future.set_exception(error)

    threading.Thread(target=_call, daemon=True).start()
    return future


def _fitted(running: "Future[Any]", folder: FitFolder, seconds: float) -> Fitted:
    try:
        running.result()
    except TrainingFailedError as error:
        raise WorkersLost(_LOST_WORKERS, str(error).strip().rpartition("\n")[2]) from error
    result = folder.result()
    if isinstance(result, str):
        raise FitRefused(result)
    return Fitted(**{**vars(result), "seconds": seconds})
