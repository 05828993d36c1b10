"""The benchmark of new tracks and listeners finds what was put into made-up data."""

from pathlib import Path

from benchmarks.cold_start import POPULAR, TAGS, measure_cold_start
from tests.kit.block_files import write_blocks
from tests.training.settings import small_config
from tunefi.progress import SilentProgress


def test_related_tracks_and_friends_tell_more_than_popularity(tmp_path: Path) -> None:
    found = measure_cold_start(write_blocks(tmp_path), small_config(epochs=1), SilentProgress(), (0, 1))
    tracks = {row["way"]: row for row in found["new_tracks"]}
    assert tracks[TAGS]["recall@20"] > 1.1 * tracks["most tagged"]["recall@20"]
    assert tracks[TAGS]["recall@20_above_most_tagged"][0] > 0
    listeners = {row["way"]: row for row in found["new_listeners"]}
    for way in ("half of what they hear", "5 tracks", "friends"):
        assert listeners[way]["ndcg@20"] > 1.5 * listeners[POPULAR]["ndcg@20"], way
        assert listeners[way]["ndcg@20_above_popularity"][0] > 0, way
