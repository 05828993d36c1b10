"""Where the demonstration's data set lies.

Owns the search. The data set is not part of the wheel: its terms are not the code's.
"""

from pathlib import Path

from tunefi.errors import FinalError
from tunefi.hashing import keccak256

_NAME = "hetrec2011-lastfm-2k"


class DatasetMissing(FinalError):
    """The data set is nowhere to be found."""

    def __init__(self, tried: list[Path]) -> None:
        self.tried = tried
        places = " or ".join(str(path) for path in tried)
        super().__init__(
            f"the data set is not at {places}; run the demonstration in a checkout of the project"
        )


def find_dataset() -> Path:
    """Return the folder of the data set, of the current directory's checkout or of this code's.

    Raises:
        DatasetMissing: It is in neither.
    """
    tried = [root / "datasets" / _NAME for root in (Path.cwd(), Path(__file__).parents[2])]
    for folder in tried:
        if folder.is_dir():
            return folder
    raise DatasetMissing(tried)


def digest_of_folder(folder: Path) -> str:
    """Return a digest of the names and bytes of a folder's files."""
    parts = [path.name.encode() + keccak256(path.read_bytes()) for path in sorted(folder.iterdir())]
    return keccak256(b"".join(parts)).hex()
