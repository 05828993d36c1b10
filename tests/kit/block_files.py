"""Made-up listening in blocks, in the files of HetRec: friends and tags are those of a block."""

from pathlib import Path

import numpy as np

from tests.kit.listening import block_pairs

BLOCKS, LISTENERS, TRACKS = 3, 16, 40


def write_blocks(folder: Path, *, heard: int = 16) -> Path:
    """Write the files and return their folder.

    Args:
        heard: Tracks of their block that each listener heard.
    """
    pairs = block_pairs(BLOCKS, LISTENERS, TRACKS, heard)
    numbers = np.random.default_rng(1).integers(0, BLOCKS * LISTENERS, (200, 2))
    friends = [(a, b) for a, b in numbers.tolist() if a // LISTENERS == b // LISTENERS and a != b]
    tags = [(a, b, b // TRACKS) for b in range(BLOCKS * TRACKS) for a in range(3)]
    _write(folder / "user_artists.dat", "userID artistID weight", [(a, b, 1) for a, b in pairs])
    _write(folder / "user_friends.dat", "userID friendID", friends)
    _write(folder / "user_taggedartists.dat", "userID artistID tagID", tags)
    return folder


def _write(path: Path, columns: str, lines: list[tuple[int, ...]]) -> None:
    rows = ["\t".join(columns.split()), *("\t".join(map(str, line)) for line in lines)]
    path.write_text("\n".join(rows) + "\n")
