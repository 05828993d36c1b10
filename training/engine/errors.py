"""What can be wrong with an engine.

FinalError
├── EngineMissing     Ray is not installed
├── FitRefused        a worker found that the fit cannot be done
└── WorkersLost       workers died more often than is allowed
"""

from tunefi.errors import FinalError


class EngineMissing(FinalError):
    """An engine whose library is not installed."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        super().__init__(
            f"the engine {engine} is not installed: pip install 'tunefi[{engine}]', or --engine local"
        )


class FitRefused(FinalError):
    """A fit that cannot be done, as every worker found."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class WorkersLost(FinalError):
    """Workers that died again and again."""

    def __init__(self, allowed: int, reason: str) -> None:
        self.allowed, self.reason = allowed, reason
        super().__init__(
            f"workers were lost more than {allowed} times, the last time for: {reason}; the same command "
            "goes on from the last epoch, look at the machines' memory first"
        )
