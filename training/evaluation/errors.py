"""What can be wrong with measuring and comparing models that are trained already.

    FinalError
    ├── ResultsMissing          a folder without each listener's metrics of a run
    ├── IncomparableResults     two models that were asked for different things
    ├── OtherData               a model that learned from other data than is named
    └── NothingHeldOut          data in which everything was learned

Owns the nouns of this package; `training.errors` has those of a run.
"""

from pathlib import Path

from tunefi.errors import FinalError


class ResultsMissing(FinalError):
    """A folder in which no run left each listener's metrics."""

    def __init__(self, directory: Path, problem: str) -> None:
        self.directory = directory
        super().__init__(f"{directory}: {problem}; name a folder that `tunefi train` wrote, or train it anew")


class IncomparableResults(FinalError):
    """Two models that were measured on different held-out pairs; their difference means nothing."""

    def __init__(self, names: tuple[str, str], a: str, b: str) -> None:
        self.names, self.a, self.b = names, a, b
        super().__init__(
            f"{names[0]} and {names[1]} were asked for different things ({a} and {b}): train both from one "
            "snapshot with the same cut, shares and seed, or name data that both are to be measured on"
        )


class OtherData(FinalError):
    """A model that learned from other data than is named; what it knows of the test cannot be told."""

    def __init__(self, path: Path, learned_from: str, found: str) -> None:
        self.path, self.learned_from, self.found = path, learned_from, found
        super().__init__(
            f"the model learned from data with the digest {learned_from}, and {path} has {found}: name the "
            "data that it learned from, or train a model from this"
        )


class NothingHeldOut(FinalError):
    """A snapshot without a pair that the model did not learn from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} holds nothing that the model did not learn from; name a later snapshot")
