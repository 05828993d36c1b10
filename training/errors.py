"""What can be wrong with a training run.

    FinalError
    ├── DegenerateSnapshot      nothing can be learned from the data, or it is damaged
    ├── MalformedSplit          shares that leave nothing to train on or to test
    ├── QuantisationLoss        freezing to int8 costs more accuracy than allowed
    ├── DivergedTraining        the loss is no longer a finite number
    ├── UnusableOutput          the output path is something else than an older run
    ├── UnknownModel            no model of that name
    ├── UnreadableSettings      a file of settings that is not there or is no such file
    ├── StudyOfOthers           a study of a search over other data or settings
    ├── UnknownRun              no run, or more than one, of that name
    ├── UnusableRun             a run that must not be promoted: interrupted, or altered
    └── NothingInCommon         two tables without a track, or a listener, of both
    RetryableError
    └── StudyInUse              another search works on the study

Owns the nouns of this package. Refuses to know exit codes beyond `training.program`.
"""

from pathlib import Path

from tunefi.errors import FinalError, RetryableError


class DegenerateSnapshot(FinalError):
    """A snapshot from which no model can be learned; the last model stays."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}; nothing was written, the last model stays in use")


class MalformedSplit(FinalError):
    """A held-out part that is empty, or that leaves nothing to train on."""

    def __init__(self, part: str, problem: str) -> None:
        self.part = part
        self.problem = problem
        super().__init__(f"{part} part: {problem}; change the shares or use a larger snapshot")


class QuantisationLoss(FinalError):
    """Freezing to int8 loses more NDCG@20 than the design allows."""

    def __init__(self, float_ndcg: float, int8_ndcg: float, allowed: float) -> None:
        self.float_ndcg = float_ndcg
        self.int8_ndcg = int8_ndcg
        self.allowed = allowed
        loss = 1 - int8_ndcg / float_ndcg if float_ndcg else 0.0
        super().__init__(
            f"freezing to int8 takes NDCG@20 from {float_ndcg:.5f} to {int8_ndcg:.5f}, a loss of {loss:.2%} "
            f"where {allowed:.2%} is allowed; nothing was written, train with a larger dimension"
        )


class DivergedTraining(FinalError):
    """The loss became infinite or not a number."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        super().__init__(f"the loss of epoch {epoch} is not finite; lower learning_rate and train again")


class UnusableOutput(FinalError):
    """An output path that must not be replaced, because it is not an older run of this program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists and holds no metrics.json of an older run; choose another --out")


class UnknownModel(FinalError):
    """A model name that no file of `training.models` registers."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known
        super().__init__(f"there is no model {name!r}; known are {', '.join(known)}")


class UnreadableSettings(FinalError):
    """A file of settings that cannot be read."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(
            f"{path}: {problem}; expected TOML (*.toml) or JSON with names and values of settings"
        )


class UnknownRun(FinalError):
    """A name that no run has, or that more than one begins with."""

    def __init__(self, name: str, found: tuple[str, ...]) -> None:
        self.name = name
        self.found = found
        what = (
            f"begins the name of {', '.join(found)}"
            if found
            else "is no run of this home and no folder of one"
        )
        super().__init__(f"{name!r} {what}; see `tunefi models list`")


class UnusableRun(FinalError):
    """A run that must not be promoted; the promoted model stays as it is."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}; nothing was changed")


class StudyOfOthers(FinalError):
    """A study of a search whose trials cannot be compared with new ones."""

    def __init__(self, path: Path, what: str, difference: str) -> None:
        self.path = path
        self.what = what
        self.difference = difference
        super().__init__(f"{path} is a study of other {what}: {difference}; name another file with --study")


class StudyInUse(RetryableError):
    """Another search works on the study."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"another search works on {path}; wait for its end, or name another file")


class NothingInCommon(FinalError):
    """Two tables that cannot be held against each other."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"the two tables share no {what}: they are of different collections")
