"""Searching settings on the validation part, within some minutes, in a study that goes on where it was.

Each trial is the first fit of a run: it learns, and validation says which epoch was best. The settings that a
search begins with are its first trial, so what is found is at least as good on validation. Trials whose curve
lies below the median of those before are ended early. Owns the study. Refuses to know the test part: it is
never handed over.
"""

import fcntl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import torch
from optuna.trial import FrozenTrial, TrialState

from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.data.parts import Split
from training.digest import read_code_version
from training.errors import DivergedTraining, StudyInUse, StudyOfOthers
from training.fit import EpochRecord
from training.phases import Phase, PhaseRunner
from training.search_space import searched_settings, suggest_settings, within_bounds
from training.settings_file import save_settings_file, without_machine
from training.stop import StopRequest
from tunefi.ids import hex_of
from tunefi.progress import Progress, SilentProgress

_NAME = "tunefi"
_TRIALS_BEFORE_PRUNING = 4


@dataclass(frozen=True, eq=False)
class TuningParts:
    """What a search may see: what to learn from, and what says which settings are best."""

    learn: Interactions
    validation: Interactions


@dataclass(frozen=True)
class TuningLimits:
    """When a search ends: after some time, after some trials (None: any number), or when asked to."""

    seconds: float
    trials: int | None = None


class Tuning:
    """One study in one file.

    Args:
        parts: The data.
        base: Settings that are not searched; the searched ones of it are the first trial.
        study: The SQLite file; made when it does not exist.
        progress: Told in seconds.
        stop: Ctrl-C.
    """

    def __init__(
        self, parts: TuningParts, base: TrainingConfig, study: Path, progress: Progress, stop: StopRequest
    ) -> None:
        self._parts, self._base, self._path = parts, base, study
        self._progress, self._stop = progress, stop
        self._began = self._started = time.monotonic()
        self._limits = TuningLimits(0.0)

    @property
    def settings_path(self) -> Path:
        """Where the best settings are, as soon as there are any."""
        return self._path.with_suffix(".toml")

    def run(self, limits: TuningLimits) -> dict[str, Any]:
        """Search until a limit, and return what was found.

        Raises:
            StudyOfOthers: The study is of other data, or of other settings that are not searched.
            StudyInUse: Another search works on it.
        """
        torch.set_num_threads(self._base.threads)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self._path), _quiet_optuna():
            study = self._open()
            self._started, self._limits = time.monotonic(), limits
            wanted = None if limits.trials is None else limits.trials + _ended(study)
            while not self.over and (wanted is None or _ended(study) < wanted):
                self._try_once(study)
                self._save_best(study)
            return self._describe(study)

    def _open(self) -> optuna.Study:
        count = 0
        storage = optuna.storages.RDBStorage(f"sqlite:///{self._path.absolute()}")
        with suppress(KeyError):
            count = len(optuna.load_study(study_name=_NAME, storage=storage).trials)
        study = optuna.create_study(
            study_name=_NAME,
            storage=storage,
            # Another seed for each start: the same one would propose again what was tried first.
            sampler=optuna.samplers.TPESampler(seed=self._base.seed + count),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_TRIALS_BEFORE_PRUNING),
            direction="maximize",
            load_if_exists=True,
        )
        self._check_same(study)
        for trial in study.get_trials(states=(TrialState.RUNNING,)):
            # Its process was killed; nobody else works on this file.
            study.tell(trial.number, state=TrialState.FAIL)
            study.enqueue_trial(trial.params)
        if not study.trials:
            study.enqueue_trial(within_bounds(self._base))
        return study

    def _check_same(self, study: optuna.Study) -> None:
        settings, searched = without_machine(self._base.model_dump()), searched_settings()
        fixed = {name: value for name, value in settings.items() if name not in searched}
        for name, value in (("data", hex_of(self._parts.learn.snapshot_digest)), ("settings", fixed)):
            known = study.user_attrs.get(name)
            if known is None:
                study.set_user_attr(name, value)
            elif known != value:
                raise StudyOfOthers(self._path, name, _differences(known, value))
        study.set_user_attr("code_version", read_code_version())

    def _try_once(self, study: optuna.Study) -> None:
        trial = study.ask()
        config = TrainingConfig(**{**self._base.model_dump(), **suggest_settings(trial)})
        watch = _TrialWatch(self, study, trial)
        try:
            with tempfile.TemporaryDirectory() as folder:
                checkpoints = CheckpointFolder(Path(folder) / "checkpoint", "trial")
                runner = PhaseRunner(config, checkpoints, SilentProgress(), watch.stop, watch.on_epoch)
                chosen = runner.choose(self._cuts())
        except DivergedTraining:
            study.tell(trial, state=TrialState.FAIL)
            return
        if watch.pruned:
            study.tell(trial, state=TrialState.PRUNED)
        elif chosen.finished:
            study.tell(trial, watch.best)
        else:  # The time was over in the middle of it: the next search begins with it.
            study.tell(trial, state=TrialState.FAIL)
            study.enqueue_trial(trial.params)

    def _cuts(self) -> Split:
        """Return what a fit wants, with nothing in the place of the test part."""
        learn, validation = self._parts.learn, self._parts.validation
        nothing = learn.part(learn.listener_rows < 0)
        return Split("given", learn, nothing, learn, validation, nothing)

    @property
    def over(self) -> bool:
        """True once the time is over or somebody asked to stop."""
        return self._stop.requested or time.monotonic() - self._started > self._limits.seconds

    def say(self, study: optuna.Study, trial: optuna.Trial, record: EpochRecord) -> None:
        """Tell of a point of a trial's curve."""
        detail = f"trial {trial.number}: epoch {record.epoch}"
        if record.validation_ndcg is not None:
            detail += f", validation NDCG@20 {record.validation_ndcg:.4f}"
        if (best := _best(study)) is not None:
            detail += f"; best so far {best.value:.4f} in trial {best.number}"
        total = self._started - self._began + self._limits.seconds
        self._progress.update(min(time.monotonic() - self._began, total), total, detail)

    def _save_best(self, study: optuna.Study) -> None:
        if (best := _best(study)) is not None:
            settings = without_machine({**self._base.model_dump(), **best.params})
            comment = f"validation NDCG@20 {best.value:.5f}, trial {best.number} of {len(study.trials)}"
            save_settings_file(self.settings_path, settings, comment)

    def _describe(self, study: optuna.Study) -> dict[str, Any]:
        states = [trial.state for trial in study.trials]
        first, best = study.trials[0], _best(study)
        return {
            "study": str(self._path),
            "trials": {s.name.lower(): states.count(s) for s in (TrialState.COMPLETE, TrialState.PRUNED)},
            "first_validation_ndcg@20": first.value if first.state is TrialState.COMPLETE else None,
            "best_validation_ndcg@20": best.value if best else None,
            "best_settings": best.params if best else None,
            "settings_file": str(self.settings_path) if best else None,
            "seconds": round(time.monotonic() - self._started, 1),
            "interrupted": self._stop.interrupted,
        }


class _TrialStop(StopRequest):
    """Ends a trial where the whole search is over, at the next step and not only at the next epoch."""

    def __init__(self, tuning: Tuning) -> None:
        super().__init__()
        self._tuning = tuning

    @property
    def requested(self) -> bool:
        return super().requested or self._tuning.over


class _TrialWatch:
    """Follows the curve of one trial and ends it where it is worse than those before."""

    def __init__(self, tuning: Tuning, study: optuna.Study, trial: optuna.Trial) -> None:
        self.stop = _TrialStop(tuning)
        self.best = 0.0
        self.pruned = False
        self._tuning, self._study, self._trial = tuning, study, trial

    def on_epoch(self, phase: Phase, record: EpochRecord) -> None:
        """Hear of a point of the curve."""
        self._tuning.say(self._study, self._trial, record)
        if record.validation_ndcg is None:
            return
        self.best = max(self.best, record.validation_ndcg)
        self._trial.report(record.validation_ndcg, record.epoch)
        if self._trial.should_prune():
            self.pruned = True
            self.stop.interrupt()


def _ended(study: optuna.Study) -> int:
    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))


def _best(study: optuna.Study) -> FrozenTrial | None:
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(complete, key=lambda trial: (trial.value or 0.0, -trial.number), default=None)


def _differences(known: Any, found: Any) -> str:
    if not isinstance(known, dict):
        return f"{known} there, {found} here"
    names = [name for name in {**known, **found} if known.get(name) != found.get(name)]
    return ", ".join(f"{name} is {known.get(name)} there, {found.get(name)} here" for name in names)


@contextmanager
def _alone(study: Path) -> Iterator[None]:
    with study.with_name(f".{study.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StudyInUse(study) from error
        yield


@contextmanager
def _quiet_optuna() -> Iterator[None]:
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)
