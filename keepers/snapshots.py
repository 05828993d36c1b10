"""The snapshots of a home: which there are, which is the newest, and whether one says anything new.

Owns their order. Refuses to know how a snapshot is cut and hashed; `graph_schema.snapshot` does that.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engagement.history import History, build_history
from graph_schema.snapshot import Manifest, Snapshot, load_manifest, load_snapshot
from tunefi.home import Home
from tunefi.ids import Hash32

_BOOKKEEPING_NODES = frozenset({"Epoch", "Claim", "Challenge"})
_BOOKKEEPING_EDGES = frozenset({"COMMITTED", "CHALLENGED", "EARNED", "CLAIMED"})


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot on disk, its tables not read yet."""

    path: Path
    manifest: Manifest

    @property
    def digest(self) -> Hash32:
        """Digest of its rows."""
        return self.manifest.digest

    def load(self, *, check_digest: bool = False) -> Snapshot:
        """Return its tables; `check_digest` recomputes the digest from the rows.

        Raises:
            SnapshotMissing, SnapshotMalformed, SnapshotTruncated, SnapshotAltered: It is not what was cut.
        """
        return load_snapshot(self.path, check_digest=check_digest)


def list_snapshots(home: Home) -> list[StoredSnapshot]:
    """Return the snapshots of a home, oldest first: by finalized block, then by the log's head."""
    paths = home.snapshots.glob("*/manifest.json") if home.snapshots.is_dir() else ()
    found = [_stored(path.parent) for path in paths if not path.parent.name.startswith(".")]
    return sorted(found, key=_age)


def find_latest_snapshot(home: Home) -> StoredSnapshot | None:
    """Return the newest snapshot, or None."""
    return next(reversed(list_snapshots(home)), None)


def find_snapshot(home: Home, digest: Hash32) -> StoredSnapshot | None:
    """Return the snapshot with this digest, or None."""
    folder = home.snapshot(digest)
    found = _stored(folder) if (folder / "manifest.json").is_file() else None
    return found if found and found.digest == digest else None


def verify_nothing_new(snapshot: Snapshot, previous: Snapshot) -> bool:
    """Return whether a snapshot differs from another only by what keepers themselves write.

    Committing and paying an epoch leave rows in the graph, nodes of the keepers' accounts among them; alone
    they are no reason for another epoch. A node without properties matters by its relationships only.
    """
    nodes = (label for label in snapshot.nodes if label not in _BOOKKEEPING_NODES)
    edges = (type_ for type_ in snapshot.edges if type_ not in _BOOKKEEPING_EDGES)
    return all(
        _described(snapshot.nodes[label]).equals(_described(previous.nodes[label])) for label in nodes
    ) and all(snapshot.edges[type_].equals(previous.edges[type_]) for type_ in edges)


def build_snapshot_history(snapshot: Snapshot) -> History:
    """Return the rows of a snapshot that rewards depend on."""
    block = snapshot.finalized_block
    return build_history(snapshot.edges, digest=snapshot.digest, block=block.number, at=block.timestamp_at)


def _described(nodes: pa.Table) -> pa.Table:
    """Return the rows in which anything but the key, the first column, is known."""
    known = pa.array(np.zeros(nodes.num_rows, bool))
    for column in nodes.columns[1:]:
        known = pc.or_(known, pc.is_valid(column))
    return nodes.filter(known)


def _stored(folder: Path) -> StoredSnapshot:
    return StoredSnapshot(folder, load_manifest(folder))


def _age(stored: StoredSnapshot) -> tuple[int, int]:
    return stored.manifest.finalized_block.number, stored.manifest.log_head.position
