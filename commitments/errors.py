"""What can be wrong with the data of a commitment before anyone verifies it.

    FinalError
    ├── EmptyEpoch              no tracks or no listeners: nothing to commit
    ├── EmptyTree               a tree of no leaves
    ├── MalformedOpening        a JSON that is not an opening
    ├── MalformedEpoch          inputs that cannot become an epoch
    ├── DamagedBundle           a bundle that is cut short, altered or of another format
    ├── NotAbsent               a listener that has a leaf, of whom absence was to be shown
    └── RefusedReport           a verification that found something false, for callers that need a raise

Owns the nouns of this package. What verification finds is a `Fault` (`commitments.faults`), not an error.
"""

from pathlib import Path

from tunefi.errors import FinalError
from tunefi.ids import Address


class EmptyEpoch(FinalError):
    """An epoch without tracks or listeners, which is not committed."""

    def __init__(self, tracks: int, listeners: int) -> None:
        self.tracks = tracks
        self.listeners = listeners
        super().__init__(
            f"an epoch of {tracks} tracks and {listeners} listeners is not committed; "
            "ingest listening and train first"
        )


class EmptyTree(FinalError):
    """A Merkle tree needs at least one leaf."""

    def __init__(self) -> None:
        super().__init__("a Merkle tree needs at least one leaf")


class MalformedOpening(FinalError):
    """A JSON text that should be an opening and is not."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"opening, field {field!r}: {problem}")


class MalformedEpoch(FinalError):
    """Inputs that cannot become an epoch."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"epoch, {field}: {problem}")


class DamagedBundle(FinalError):
    """A bundle that cannot be read; fetch it again."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"bundle file {path}: {problem}; fetch the bundle again")


class NotAbsent(FinalError):
    """A listener that has a leaf; answer its demand with its opening."""

    def __init__(self, listener: Address) -> None:
        self.listener = listener
        super().__init__(f"{listener} has a leaf in this epoch; answer its demand with its opening")


class RefusedReport(FinalError):
    """A verification that found something false."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)
