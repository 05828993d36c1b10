"""Why a baseline does not run.

    FinalError
    ├── DataTooLarge        a closed form needs more memory than is free
    └── LibraryMissing      a baseline of a library that is not installed

Owns the nouns of this package.
"""

from tunefi.errors import FinalError

_MIB = 1024 * 1024


class DataTooLarge(FinalError):
    """A baseline whose memory grows with the square of the catalogue."""

    def __init__(self, name: str, side: int, needed: int, free: int) -> None:
        self.needed, self.free = needed, free
        super().__init__(
            f"{name} inverts a matrix of {side:,} by {side:,}, which takes {needed // _MIB:,} MiB where "
            f"{free // _MIB:,} are free; leave it out, or run it on a larger machine"
        )


class LibraryMissing(FinalError):
    """A baseline whose library is not installed."""

    def __init__(self, name: str, library: str) -> None:
        self.library = library
        super().__init__(f"{name} needs {library}: pip install 'tunefi[baselines]'")
