"""A snapshot on disk: a folder of Parquet files and the manifest that holds their hashes.

    <folder>/
    ├── manifest.json           format, schema version, chain id, finalized block, log head, digest, files
    ├── nodes/<Label>.parquet
    └── edges/<TYPE>.parquet

Owns the files. A folder appears whole or not at all: it is written beside its place and renamed. Refuses
to know the graph.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graph_schema.edges import EDGES
from graph_schema.errors import (
    SnapshotAltered,
    SnapshotMalformed,
    SnapshotMissing,
    SnapshotTruncated,
    WrongSchemaVersion,
)
from graph_schema.migrations import SCHEMA_VERSION
from graph_schema.nodes import NODES
from graph_schema.snapshot_tables import (
    LogHead,
    Snapshot,
    edge_table_schema,
    node_table_schema,
    snapshot_digest,
)
from graph_schema.store import BlockRef
from tunefi.ids import Hash32

FORMAT = "tunefi-snapshot/1"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One file as the manifest lists it; `path` is relative to the folder."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says; cheap to load, for whoever needs only the identity of a snapshot."""

    schema_version: int
    chain_id: int
    finalized_block: BlockRef
    log_head: LogHead
    digest: Hash32
    files: tuple[SnapshotFile, ...]
    generated: dict[str, int]


def save_snapshot(snapshot: Snapshot, folder: Path) -> Manifest:
    """Write a snapshot to `folder`, whole or not at all; one that is there already is replaced.

    Raises:
        OSError: The disk is full or the parent folder is not writable; nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        manifest = _save_into(snapshot, work)
        work.chmod(0o755)
        _replace(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _save_into(snapshot: Snapshot, work: Path) -> Manifest:
    files = []
    for part, tables in (("nodes", snapshot.nodes), ("edges", snapshot.edges)):
        (work / part).mkdir()
        for name, table in sorted(tables.items()):
            path = work / part / f"{name}.parquet"
            pq.write_table(table, path, compression="zstd")
            files.append(_describe(path, f"{part}/{name}.parquet", table.num_rows))
    manifest = Manifest(
        snapshot.schema_version,
        snapshot.chain_id,
        snapshot.finalized_block,
        snapshot.log_head,
        snapshot.digest,
        tuple(files),
        snapshot.generated,
    )
    text = json.dumps(_manifest_json(manifest), indent=2, sort_keys=True) + "\n"
    with (work / MANIFEST).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _describe(path: Path, name: str, rows: int) -> SnapshotFile:
    data = path.read_bytes()
    return SnapshotFile(name, rows, len(data), hashlib.sha256(data).hexdigest())


def _replace(work: Path, folder: Path) -> None:
    """Move `work` to `folder`; an older snapshot there is moved away first and then deleted."""
    if not folder.exists():
        work.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    folder.rename(old / "snapshot")
    work.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _manifest_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "schema_version": manifest.schema_version,
        "chain_id": manifest.chain_id,
        "finalized_block": asdict(manifest.finalized_block),
        "log_head": asdict(manifest.log_head),
        "digest": "0x" + manifest.digest.hex(),
        "files": [asdict(file) for file in manifest.files],
        "generated": manifest.generated,
    }


def load_manifest(folder: Path) -> Manifest:
    """Return what a snapshot says about itself, without reading its tables.

    Raises:
        SnapshotMissing: The folder has no manifest.
        SnapshotMalformed: The manifest cannot be read.
        WrongSchemaVersion: Another version of the schema wrote it.
    """
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise SnapshotMalformed(path, f"its format is {data['format']!r}, not {FORMAT!r}")
        manifest = Manifest(
            int(data["schema_version"]),
            int(data["chain_id"]),
            BlockRef(**data["finalized_block"]),
            LogHead(**data["log_head"]),
            Hash32(bytes.fromhex(data["digest"][2:])),
            tuple(SnapshotFile(**file) for file in data["files"]),
            dict(data["generated"]),
        )
    except FileNotFoundError as error:
        raise SnapshotMissing(path) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotMalformed(path, f"{type(error).__name__}: {error}") from error
    if manifest.schema_version != SCHEMA_VERSION:
        raise WrongSchemaVersion(str(folder), manifest.schema_version, SCHEMA_VERSION)
    return manifest


def load_snapshot(folder: Path, *, check_digest: bool = True) -> Snapshot:
    """Return a snapshot from its folder, every file held against the manifest.

    Args:
        folder: What `save_snapshot` wrote.
        check_digest: Also recompute the digest from the rows (seconds for a large snapshot); the files'
            own hashes are always checked.

    Raises:
        SnapshotMissing, SnapshotMalformed, SnapshotTruncated, SnapshotAltered: The folder is not what
            was written.
        WrongSchemaVersion: Another version of the schema wrote it.
    """
    manifest = load_manifest(folder)
    listed = {file.path: file for file in manifest.files}
    tables: dict[str, dict[str, pa.Table]] = {"nodes": {}, "edges": {}}
    for part, name, schema in _expected_tables():
        path = f"{part}/{name}.parquet"
        if path not in listed:
            raise SnapshotMalformed(folder / MANIFEST, f"it lists no {path}")
        tables[part][name] = _load_table(folder / path, listed[path], schema)
    if check_digest:
        found = snapshot_digest(tables["nodes"], tables["edges"])
        if found != manifest.digest:
            raise SnapshotAltered(folder, manifest.digest.hex(), found.hex())
    return Snapshot(
        tables["nodes"],
        tables["edges"],
        manifest.chain_id,
        manifest.finalized_block,
        manifest.log_head,
        manifest.schema_version,
        manifest.digest,
    )


def _expected_tables() -> Iterator[tuple[str, str, pa.Schema]]:
    for node in NODES:
        yield "nodes", node.label, node_table_schema(node)
    for edge in EDGES:
        yield "edges", edge.type, edge_table_schema(edge)


def _load_table(path: Path, listed: SnapshotFile, schema: pa.Schema) -> pa.Table:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SnapshotMissing(path) from error
    if len(data) < listed.bytes:
        raise SnapshotTruncated(path, listed.bytes, len(data))
    found = hashlib.sha256(data).hexdigest()
    if found != listed.sha256:
        raise SnapshotAltered(path, listed.sha256, found)
    try:
        return pq.read_table(pa.BufferReader(data)).select(schema.names).cast(schema)
    except (pa.ArrowException, KeyError) as error:
        raise SnapshotMalformed(path, str(error)) from error
