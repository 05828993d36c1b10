"""The first cut at which the snapshots of two keepers differ.

Snapshots of one (block, log position) are to be equal, and their manifests say whether they are; a graph
that went wrong stays wrong, so that halving finds the first difference in O(log n) looks, and only three
snapshots are read whole. Owns the search. Refuses to know why graphs differ.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graph_schema.row_differences import RowDifference, find_row_differences
from graph_schema.snapshot import Manifest, Snapshot, load_manifest, load_snapshot

Cut = tuple[int, int]
"""Finalized block and log position."""


@dataclass(frozen=True, slots=True)
class SnapshotDifference:
    """Between which cuts two keepers began to differ, and in what.

    Attributes:
        last_same: The newest common cut before it at which both had one digest, or None.
        first_different: The first common cut at which they had not.
        mine: One keeper's snapshot of that cut.
        other: The other's.
        same: What both had at the last cut before, or None.
        rows: What differs.
    """

    last_same: Cut | None
    first_different: Cut
    mine: Snapshot
    other: Snapshot
    same: Snapshot | None
    rows: list[RowDifference]


def find_snapshot_difference(mine: Path, other: Path) -> SnapshotDifference | None:
    """Return where the snapshots of two folders begin to differ; None where all common ones are equal.

    Args:
        mine: Folder of snapshots, one folder each; or one snapshot.
        other: The same of the other keeper.
    """
    ours, theirs = _by_cut(mine), _by_cut(other)
    cuts = sorted(ours.keys() & theirs.keys())

    def differs(index: int) -> bool:
        return ours[cuts[index]].manifest.digest != theirs[cuts[index]].manifest.digest

    if not cuts or not differs(len(cuts) - 1):
        return None
    index = bisect_left(range(len(cuts) - 1), True, key=differs)
    pair = load_snapshot(ours[cuts[index]].folder), load_snapshot(theirs[cuts[index]].folder)
    last_same = cuts[index - 1] if index else None
    same = load_snapshot(ours[last_same].folder) if last_same else None
    return SnapshotDifference(last_same, cuts[index], *pair, same, find_row_differences(*pair))


@dataclass(frozen=True, slots=True)
class _Found:
    folder: Path
    manifest: Manifest


def _by_cut(root: Path) -> Mapping[Cut, _Found]:
    folders = [root] if (root / "manifest.json").exists() else sorted(root.glob("*/"))
    found = [
        _Found(folder, load_manifest(folder)) for folder in folders if (folder / "manifest.json").exists()
    ]
    return {(one.manifest.finalized_block.number, one.manifest.log_head.position): one for one in found}
