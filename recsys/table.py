"""The embedding table: the frozen vectors of one model, in the order that commitments use.

On disk it is a directory:

    table.json            format, dimension, counts, digests, and size and SHA-256 of each other file
    track_ids.json        list of N texts, by row
    listeners.json        list of M addresses, by row
    track_vectors.npy     int8 (N, D)
    listener_vectors.npy  int8 (M, D)

The manifest is moved in last, so a directory without one is an interrupted write. Owns the identity of a
table and its format. Refuses to know how the vectors were trained.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from recsys.arrays import Int8Matrix
from recsys.errors import DamagedTable, DimensionMismatch, MalformedRows, MalformedVectors, UnknownTrack
from recsys.quantise import check_components
from recsys.table_rows import check_ascending, check_identities, track_key
from tunefi.hashing import keccak256
from tunefi.ids import Address, Hash32, ListenerRow, TrackId, TrackRow, hex_of, parse_address

FORMAT = "tunefi-embedding-table/1"
MANIFEST = "table.json"

_FILES = ("track_ids.json", "listeners.json", "track_vectors.npy", "listener_vectors.npy")


@dataclass(frozen=True, eq=False)
class EmbeddingTable:
    """Frozen vectors of one model; build one with `build_table`, which sorts the rows.

    Attributes:
        track_ids: N identities; row i is track row i.
        track_vectors: int8 (N, D), one scale for all.
        listener_addresses: M addresses, ascending; listeners whose vector is zero are not in the table.
        listener_vectors: int8 (M, D), a scale for each listener.
        snapshot_digest: Digest of the graph snapshot that the model was trained on.
        model_digest: Digest of the trained model.
        model_name: Name of the model for people, such as `lightgcn`.
    """

    track_ids: tuple[TrackId, ...]
    track_vectors: Int8Matrix = field(repr=False)
    listener_addresses: tuple[Address, ...]
    listener_vectors: Int8Matrix = field(repr=False)
    snapshot_digest: Hash32
    model_digest: Hash32
    model_name: str

    @property
    def dimension(self) -> int:
        """Length of every vector, D."""
        return int(self.track_vectors.shape[1])

    @cached_property
    def track_rows(self) -> dict[TrackId, TrackRow]:
        """Row of each track."""
        return {track_id: TrackRow(row) for row, track_id in enumerate(self.track_ids)}

    @cached_property
    def listener_rows(self) -> dict[Address, ListenerRow]:
        """Row of each listener."""
        return {address: ListenerRow(row) for row, address in enumerate(self.listener_addresses)}

    def track_row(self, track_id: TrackId) -> TrackRow:
        """Return the row of a track.

        Raises:
            UnknownTrack: The table has no such track.
        """
        if track_id not in self.track_rows:
            raise UnknownTrack(track_id)
        return self.track_rows[track_id]

    def listener_row(self, address: Address) -> ListenerRow | None:
        """Return the row of a listener, or None where there is no vector and the fallback applies."""
        return self.listener_rows.get(address)


def build_table(
    track_ids: Sequence[str],
    track_vectors: Int8Matrix,
    listener_addresses: Sequence[str],
    listener_vectors: Int8Matrix,
    *,
    snapshot_digest: Hash32,
    model_digest: Hash32,
    model_name: str,
) -> EmbeddingTable:
    """Return the table of quantised vectors, its rows in the order that commitments need.

    Args:
        track_ids: N identities in any order.
        track_vectors: int8 (N, D) from `quantise_tracks`, in the same order.
        listener_addresses: M addresses in any order and case.
        listener_vectors: int8 (M, D) from `quantise_listeners`; zero vectors are left out of the table.
        snapshot_digest: Digest of the snapshot.
        model_digest: Digest of the model.
        model_name: Name for people.

    Raises:
        MalformedVectors: A dimension that is not allowed, or a component of -128.
        DimensionMismatch: Tracks and listeners differ in dimension.
        MalformedRows: Counts do not match, or an identity is repeated or empty.
    """
    check_components(track_vectors, "track vectors")
    check_components(listener_vectors, "listener vectors")
    if listener_vectors.shape[1] != track_vectors.shape[1]:
        raise DimensionMismatch(listener_vectors.shape[1], track_vectors.shape[1])
    addresses = [parse_address(text) for text in listener_addresses]
    check_identities(track_ids, len(track_vectors), "track_ids")
    check_identities(addresses, len(listener_vectors), "listener_addresses")
    track_order = sorted(range(len(track_ids)), key=[track_key(text) for text in track_ids].__getitem__)
    shown = np.any(listener_vectors != 0, axis=1)
    listener_order = [row for row in sorted(range(len(addresses)), key=addresses.__getitem__) if shown[row]]
    return EmbeddingTable(
        track_ids=tuple(TrackId(track_ids[row]) for row in track_order),
        track_vectors=np.ascontiguousarray(track_vectors[track_order]),
        listener_addresses=tuple(addresses[row] for row in listener_order),
        listener_vectors=np.ascontiguousarray(listener_vectors[listener_order]),
        snapshot_digest=snapshot_digest,
        model_digest=model_digest,
        model_name=model_name,
    )


def table_digest(table: EmbeddingTable) -> Hash32:
    """Return the digest of a table: equal digests mean equal rows, vectors and origins."""
    parts = (
        b"tunefi-embedding-table/1",
        table.dimension.to_bytes(4, "big"),
        b"".join(track_key(track_id) for track_id in table.track_ids),
        table.track_vectors.tobytes(),
        "".join(table.listener_addresses).encode(),
        table.listener_vectors.tobytes(),
        table.snapshot_digest,
        table.model_digest,
        table.model_name.encode(),
    )
    return keccak256(b"".join(keccak256(part) for part in parts))


def save_table(table: EmbeddingTable, directory: Path) -> Path:
    """Write a table and return the path of its manifest; equal tables give equal bytes.

    An older table stays as it was when the disk is full.

    Args:
        table: What to write.
        directory: Made when it does not exist; an older table in it is replaced.
    """
    directory.mkdir(parents=True, exist_ok=True)
    waiting = directory / ".table.part"
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir()
    try:
        _write_files(table, waiting)
        (directory / MANIFEST).unlink(missing_ok=True)
        for name in (*_FILES, MANIFEST):
            (waiting / name).replace(directory / name)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return directory / MANIFEST


def load_table(directory: Path) -> EmbeddingTable:
    """Return the table in a directory, its vectors memory-mapped and read-only.

    Raises:
        DamagedTable: A file is missing, cut short or altered, or the format is another one.
    """
    manifest = _read_json(directory / MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DamagedTable(directory / MANIFEST, f"the format is not {FORMAT!r}")
    try:
        _check_files(directory, manifest["files"])
        table = _assemble(directory, manifest)
        _check_table(table)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedTable(directory, f"a field is missing or of a wrong type ({error!r})") from error
    except (MalformedRows, MalformedVectors, DimensionMismatch) as error:
        raise DamagedTable(directory, str(error)) from error
    return table


def _check_table(table: EmbeddingTable) -> None:
    check_ascending([track_key(track_id) for track_id in table.track_ids], "track rows")
    check_ascending(table.listener_addresses, "listener rows")
    for what, ids, vectors in (
        ("track vectors", table.track_ids, table.track_vectors),
        ("listener vectors", table.listener_addresses, table.listener_vectors),
    ):
        check_components(vectors, what)
        if len(ids) != len(vectors):
            raise MalformedVectors(what, f"{len(vectors)} vectors for {len(ids)} identities")
    if not np.all(np.any(table.listener_vectors, axis=1)):
        raise MalformedVectors("listener vectors", "a listener's vector is zero")


def _write_files(table: EmbeddingTable, directory: Path) -> None:
    _write_json(directory / "track_ids.json", list(table.track_ids))
    _write_json(directory / "listeners.json", list(table.listener_addresses))
    np.save(directory / "track_vectors.npy", table.track_vectors)
    np.save(directory / "listener_vectors.npy", table.listener_vectors)
    _write_json(directory / MANIFEST, _manifest(table, directory))


def _manifest(table: EmbeddingTable, directory: Path) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "dimension": table.dimension,
        "tracks": len(table.track_ids),
        "listeners": len(table.listener_addresses),
        "scales": {"tracks": "one for all", "listeners": "one for each"},
        "model_name": table.model_name,
        "snapshot_digest": hex_of(table.snapshot_digest),
        "model_digest": hex_of(table.model_digest),
        "table_digest": hex_of(table_digest(table)),
        "files": {name: _fingerprint(directory / name) for name in _FILES},
    }


def _assemble(directory: Path, manifest: dict[str, Any]) -> EmbeddingTable:
    return EmbeddingTable(
        track_ids=tuple(TrackId(text) for text in _read_json(directory / "track_ids.json")),
        track_vectors=_map_vectors(directory / "track_vectors.npy"),
        listener_addresses=tuple(Address(text) for text in _read_json(directory / "listeners.json")),
        listener_vectors=_map_vectors(directory / "listener_vectors.npy"),
        snapshot_digest=Hash32(bytes.fromhex(manifest["snapshot_digest"][2:])),
        model_digest=Hash32(bytes.fromhex(manifest["model_digest"][2:])),
        model_name=str(manifest["model_name"]),
    )


def _map_vectors(path: Path) -> Int8Matrix:
    return cast("Int8Matrix", np.load(path, mmap_mode="r", allow_pickle=False))


def _check_files(directory: Path, files: dict[str, dict[str, Any]]) -> None:
    for name in _FILES:
        path, expected = directory / name, files[name]
        if not path.is_file():
            raise DamagedTable(path, "the file is missing")
        size = path.stat().st_size
        if size != expected["bytes"]:
            raise DamagedTable(path, f"{size} bytes instead of {expected['bytes']}, so it was cut short")
        if _fingerprint(path) != expected:
            raise DamagedTable(path, "the SHA-256 is not that of the manifest, so it was altered")


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DamagedTable(path, "the file is missing") from error
    except ValueError as error:
        raise DamagedTable(path, f"not JSON ({error})") from error
