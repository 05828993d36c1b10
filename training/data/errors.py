"""What can be wrong with data, before any model sees it.

    FinalError
    ├── MalformedText       a line of a text file is not `user item item …`
    ├── MalformedTable      a table lacks a column, or a row of it makes no sense
    ├── TimesMissing        a cut by time was asked for where pairs carry no time
    └── LeakingSplit        a part knows what another part asks for

Owns the nouns of this package; `training.errors` has those of a run.
"""

from pathlib import Path

from tunefi.errors import FinalError


class MalformedText(FinalError):
    """A text file of pairs that cannot be read, with the first line that is wrong."""

    def __init__(self, path: Path, line: int | None, problem: str, remedy: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        where = path.name if line is None else f"{path.name} line {line}"
        super().__init__(f"{where}: {problem}; {remedy} ({path})")


class MalformedTable(FinalError):
    """A table of interactions that lacks a column or holds a value that makes no sense."""

    def __init__(self, column: str, row: int | None, problem: str, remedy: str) -> None:
        self.column, self.row, self.problem = column, row, problem
        where = f"column {column!r}" if row is None else f"column {column!r} row {row} (from 0)"
        super().__init__(f"{where}: {problem}; {remedy}")


class TimesMissing(FinalError):
    """A cut by time of pairs whose times are not all known."""

    def __init__(self, cut: str) -> None:
        self.cut = cut
        super().__init__(
            f"a {cut} cut needs the time of every pair, and not all are known; use a grouped cut"
        )


class LeakingSplit(FinalError):
    """Parts of which one tells a model what another asks for; what it would measure is worth nothing."""

    def __init__(self, problem: str, count: int, listener: str, track: str) -> None:
        self.problem, self.count = problem, count
        self.listener, self.track = listener, track
        pairs = "1 pair" if count == 1 else f"{count} pairs"
        super().__init__(
            f"{problem}: {pairs}, the first is listener {listener}, track {track}; cut the data anew"
        )
