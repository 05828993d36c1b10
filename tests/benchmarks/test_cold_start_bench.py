"""The benchmark of new tracks and listeners finds what was put into made-up data."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.cold_start import POPULAR, TAGS, measure_cold_start
from tests.kit.listening import block_pairs
from tests.training.settings import small_config
from tunefi.progress import SilentProgress

BLOCKS, LISTENERS, TRACKS = 3, 16, 40


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    """Three blocks; friends are of one block, and each track has the tag of its block."""
    pairs = block_pairs(BLOCKS, LISTENERS, TRACKS, 16)
    numbers = np.random.default_rng(1).integers(0, BLOCKS * LISTENERS, (200, 2))
    friends = [(a, b) for a, b in numbers.tolist() if a // LISTENERS == b // LISTENERS and a != b]
    tags = [(a, b, b // TRACKS) for b in range(BLOCKS * TRACKS) for a in range(3)]
    _write(tmp_path / "user_artists.dat", "userID artistID weight", [(a, b, 1) for a, b in pairs])
    _write(tmp_path / "user_friends.dat", "userID friendID", friends)
    _write(tmp_path / "user_taggedartists.dat", "userID artistID tagID", tags)
    return tmp_path


def test_related_tracks_and_friends_tell_more_than_popularity(blocks: Path) -> None:
    found = measure_cold_start(blocks, small_config(epochs=1), SilentProgress(), (0, 1))
    tracks = {row["way"]: row for row in found["new_tracks"]}
    assert tracks[TAGS]["recall@20"] > 1.1 * tracks["most tagged"]["recall@20"]
    assert tracks[TAGS]["recall@20_above_most_tagged"][0] > 0
    listeners = {row["way"]: row for row in found["new_listeners"]}
    for way in ("half of what they hear", "5 tracks", "friends"):
        assert listeners[way]["ndcg@20"] > 1.5 * listeners[POPULAR]["ndcg@20"], way
        assert listeners[way]["ndcg@20_above_popularity"][0] > 0, way


def _write(path: Path, columns: str, lines: list[tuple[int, ...]]) -> None:
    rows = ["\t".join(columns.split()), *("\t".join(map(str, line)) for line in lines)]
    path.write_text("\n".join(rows) + "\n")
