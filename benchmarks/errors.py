"""Why a benchmark does not run."""

from tunefi.errors import FinalError


class GraphNotEmpty(FinalError):
    """The graph to measure with holds something that a benchmark would mix with its own."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"the graph at {place} is not empty; name one that may be filled with made-up rows")


class RunFailed(FinalError):
    """A measured process ended with an error."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(f"the run of {what} failed: {reason}")


class ShortCatalogue(FinalError):
    """A catalogue in which made-up listeners find too few tracks."""

    def __init__(self, tracks: int, least: int) -> None:
        self.tracks, self.least = tracks, least
        super().__init__(f"{tracks} tracks are too few to draw listening from; at least {least} are needed")


class BaselinesMissing(FinalError):
    """What a benchmark measures against is not installed."""

    def __init__(self, module: str) -> None:
        self.module = module
        super().__init__(f"the module {module!r} is missing; install `tunefi[baselines]`")
