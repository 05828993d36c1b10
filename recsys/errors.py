"""What can be wrong with vectors, rows and tables.

    FinalError
    ├── MalformedVectors        wrong shape, dimension, type or values
    ├── DimensionMismatch       listeners and tracks come from different models
    ├── MalformedRows           rows out of range, unsorted or repeated
    ├── UnknownTrack            an identity that the table does not hold
    └── DamagedTable            a table on disk that is cut short, altered or of another format

Owns the nouns of this package. Refuses to know how an error looks over HTTP.
"""

from pathlib import Path

from tunefi.errors import FinalError


class MalformedVectors(FinalError):
    """Vectors that cannot be frozen or ranked."""

    def __init__(self, what: str, problem: str) -> None:
        self.what = what
        self.problem = problem
        super().__init__(f"{what}: {problem}")


class DimensionMismatch(FinalError):
    """Two tables of different dimension; reload both from one model."""

    def __init__(self, listeners: int, tracks: int) -> None:
        self.listeners = listeners
        self.tracks = tracks
        super().__init__(
            f"listener vectors have dimension {listeners}, track vectors {tracks}: "
            "they come from different models, reload both from one table"
        )


class MalformedRows(FinalError):
    """Row numbers that do not fit the table they point into."""

    def __init__(self, what: str, problem: str) -> None:
        self.what = what
        self.problem = problem
        super().__init__(f"{what}: {problem}")


class UnknownTrack(FinalError):
    """A track that the table does not hold."""

    def __init__(self, track_id: str) -> None:
        self.track_id = track_id
        super().__init__(f"track {track_id[:120]!r} is not in the embedding table of this epoch")


class DamagedTable(FinalError):
    """A table on disk that must not be used; build or copy it again."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"embedding table at {path}: {problem}; build or copy the table again")
