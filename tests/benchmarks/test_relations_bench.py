"""The benchmark of relations trains each variant alike and says what it adds."""

from pathlib import Path

from benchmarks.relations import ALONE, measure_relations
from tests.kit.block_files import write_blocks
from tunefi.progress import SilentProgress

SETTINGS = {"dimension": 32, "threads": 1, "epochs": 2, "batch_listeners": 16, "tag_tracks": 1}


def test_each_variant_has_a_row_that_is_held_against_plays_alone(tmp_path: Path) -> None:
    variants = {
        ALONE: {"model": "spectral-lightgcn"},
        "tags": {"model": "relational-lightgcn", "friend_weight": 0.2},
    }
    found = measure_relations(write_blocks(tmp_path, heard=6), SETTINGS, SilentProgress(), (0, 1), variants)
    alone, tags = found["variants"]
    assert [alone["variant"], tags["variant"]] == [ALONE, "tags"]
    assert alone["recall@20_gain"] == [0, 0, 0]
    gain, low, high = tags["recall@20_gain"]
    assert low <= gain <= high
    # A listener heard six of forty tracks: tags say what four plays hardly do.
    assert gain > 0.02
    assert len(tags["validation_ndcg@20"]) == 2
