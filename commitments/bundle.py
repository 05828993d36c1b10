"""The public bundle of an epoch: a directory that becomes one CIDv1.

    bundle.json         what the commitment says, and the head of the log
    track_vectors.bin   int8 (N, D), row-major
    track_ids.json      list of N texts, by row
    titles.json         list of N texts, by row; for people, not committed
    listeners.json      list of M pairs [address, opening hash], by row
    and whatever describes the model: model_card.json, model_card.md, metrics.json, pictures

Owns the format. Refuses to know openings: what a person listens to is not public. Equal epochs give
equal bytes. Whether a bundle is true is asked of `commitments.verification`.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import from_json

from commitments.commitment import EpochCommitment
from commitments.epoch import Epoch, EpochTerms
from commitments.errors import DamagedBundle, MalformedEpoch
from recsys.arrays import Int8Matrix
from tunefi.errors import FinalError
from tunefi.ids import (
    Address,
    BlockNumber,
    ChainId,
    EpochId,
    Hash32,
    LogPosition,
    hex_of,
    parse_address,
)
from tunefi.ipfs.cid import directory_cid

FORMAT = "tunefi-epoch-bundle/1"
CORE_FILES = ("bundle.json", "track_vectors.bin", "track_ids.json", "titles.json", "listeners.json")

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class BundleHeader:
    """What `bundle.json` says; nothing in it is verified by loading.

    Attributes:
        terms: Where and when the epoch is committed.
        dimension: Length of a vector.
        tracks: Number of tracks.
        listeners: Number of listeners.
        track_root: Root of the tree over tracks.
        listener_root: Root of the tree over listeners.
        snapshot_digest: Digest of the graph snapshot.
        model_digest: Digest of the model.
    """

    terms: EpochTerms
    dimension: int
    tracks: int
    listeners: int
    track_root: Hash32
    listener_root: Hash32
    snapshot_digest: Hash32
    model_digest: Hash32

    def commitment(self, bundle_cid: str) -> EpochCommitment:
        """Return the commitment that the bundle claims to belong to."""
        terms = self.terms
        return EpochCommitment(
            epoch=terms.epoch,
            track_root=self.track_root,
            listener_root=self.listener_root,
            tracks=self.tracks,
            listeners=self.listeners,
            dimension=self.dimension,
            list_length=terms.list_length,
            snapshot_digest=self.snapshot_digest,
            model_digest=self.model_digest,
            reference_block=terms.reference_block,
            reference_hash=terms.reference_hash,
            keeper_set_version=terms.keeper_set_version,
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
            bundle_cid=bundle_cid,
        )


@dataclass(frozen=True, eq=False)
class Bundle:
    """A loaded bundle, its vectors memory-mapped.

    Attributes:
        directory: Where it lies.
        header: What `bundle.json` says.
        track_ids: N identities, by row.
        track_vectors: int8 (N, D), read-only.
        titles: N titles, by row; not committed.
        listeners: Address and opening hash of each listener, by row.
    """

    directory: Path
    header: BundleHeader
    track_ids: tuple[str, ...] = field(repr=False)
    track_vectors: Int8Matrix = field(repr=False)
    titles: tuple[str, ...] = field(repr=False)
    listeners: tuple[tuple[Address, Hash32], ...] = field(repr=False)

    def cid(self) -> str:
        """Return the CID of the directory, computed from its bytes."""
        return directory_cid(self.directory)


def save_bundle(
    epoch: Epoch, titles: Sequence[str], directory: Path, extras: Mapping[str, bytes] | None = None
) -> str:
    """Write the bundle of an epoch and return its CID.

    It is written beside its place and then moved there, so a bundle that exists is whole and an older
    one outlives a full disk.

    Args:
        epoch: What `build_epoch` made.
        titles: Title of each track, by row of the epoch's table.
        directory: Where it will lie; an older bundle there is replaced.
        extras: Other public files by name: model card, metrics, pictures. Never openings.

    Raises:
        MalformedEpoch: Titles do not fit the tracks, or an extra's name is taken or not plain.
    """
    if len(titles) != len(epoch.table.track_ids):
        raise MalformedEpoch("titles", f"{len(titles)} titles for {len(epoch.table.track_ids)} tracks")
    for name in extras or {}:
        if name in CORE_FILES or not _FILE_NAME.fullmatch(name):
            raise MalformedEpoch("extra files", f"the name {name!r} is taken or not plain")
    waiting = directory.with_name(f".{directory.name}.part")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        _write_core(epoch, titles, waiting)
        for name, content in (extras or {}).items():
            (waiting / name).write_bytes(content)
        shutil.rmtree(directory, ignore_errors=True)
        waiting.replace(directory)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return directory_cid(directory)


def load_bundle(directory: Path) -> Bundle:
    """Return the bundle in a directory; its form is checked here, its truth by `check_epoch`.

    Raises:
        DamagedBundle: A file is missing, cut short, or not of the format.
    """
    header = _parse_header(directory / "bundle.json")
    track_ids = _read_texts(directory / "track_ids.json", header.tracks)
    titles = _read_texts(directory / "titles.json", header.tracks)
    listeners = _read_listeners(directory / "listeners.json", header.listeners)
    vectors = _map_vectors(directory / "track_vectors.bin", header.tracks, header.dimension)
    return Bundle(directory, header, track_ids, vectors, titles, listeners)


def _write_core(epoch: Epoch, titles: Sequence[str], directory: Path) -> None:
    table = epoch.table
    pairs = zip(table.listener_addresses, epoch.opening_hashes, strict=True)
    _write_json(directory / "bundle.json", _header_json(epoch))
    _write_json(directory / "track_ids.json", list(table.track_ids))
    _write_json(directory / "titles.json", list(titles))
    _write_json(directory / "listeners.json", [[address, hex_of(opening)] for address, opening in pairs])
    with (directory / "track_vectors.bin").open("wb") as file:
        np.ascontiguousarray(table.track_vectors).tofile(file)


def _header_json(epoch: Epoch) -> dict[str, Any]:
    terms, table = epoch.terms, epoch.table
    return {
        "format": FORMAT,
        "chain_id": terms.chain_id,
        "recommendation_graph": terms.recommendation_graph,
        "epoch": terms.epoch,
        **epoch.fields,
        "track_root": hex_of(epoch.track_tree.root),
        "listener_root": hex_of(epoch.listener_tree.root),
        "snapshot_digest": hex_of(table.snapshot_digest),
        "model_digest": hex_of(table.model_digest),
        "reference_block": terms.reference_block,
        "reference_hash": hex_of(terms.reference_hash),
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "keeper_set_version": terms.keeper_set_version,
        "log_head": {"position": terms.log_position, "hash": hex_of(terms.log_hash)},
        "generated": terms.generated,
    }


def _parse_header(path: Path) -> BundleHeader:
    value = _read_json(path)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise DamagedBundle(path, f"the format is not {FORMAT!r}")
    try:
        terms = EpochTerms(
            chain_id=ChainId(_number(value["chain_id"])),
            recommendation_graph=parse_address(value["recommendation_graph"]),
            epoch=EpochId(_number(value["epoch"])),
            list_length=_number(value["list_length"]),
            reference_block=BlockNumber(_number(value["reference_block"])),
            reference_hash=_hash(value["reference_hash"]),
            keeper_set_version=_number(value["keeper_set_version"]),
            valid_from=_number(value["valid_from"]),
            valid_until=_number(value["valid_until"]),
            log_position=LogPosition(_number(value["log_head"]["position"])),
            log_hash=_hash(value["log_head"]["hash"]),
            generated=str(value["generated"]),
        )
        counts = {name: _number(value[name]) for name in ("dimension", "tracks", "listeners")}
        names = ("track_root", "listener_root", "snapshot_digest", "model_digest")
        return BundleHeader(terms=terms, **counts, **{name: _hash(value[name]) for name in names})  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError, FinalError) as error:
        raise DamagedBundle(path, f"a field is missing or wrong ({error!r})") from error


def _map_vectors(path: Path, tracks: int, dimension: int) -> Int8Matrix:
    if not path.is_file():
        raise DamagedBundle(path, "the file is missing")
    size = path.stat().st_size
    if size != tracks * dimension or size == 0:
        raise DamagedBundle(path, f"{size} bytes instead of {tracks} tracks of {dimension}")
    return np.memmap(path, np.int8, "r", shape=(tracks, dimension))


def _read_texts(path: Path, count: int) -> tuple[str, ...]:
    value = _read_json(path)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise DamagedBundle(path, "expected a list of texts")
    try:
        "".join(value).encode()
    except UnicodeEncodeError as error:
        raise DamagedBundle(path, f"a text has no form in UTF-8 ({error.reason})") from error
    if len(value) != count:
        raise DamagedBundle(path, f"{len(value)} entries instead of {count}")
    return tuple(value)


def _read_listeners(path: Path, count: int) -> tuple[tuple[Address, Hash32], ...]:
    value = _read_json(path)
    if not isinstance(value, list) or len(value) != count:
        raise DamagedBundle(path, f"expected a list of {count} pairs")
    try:
        return tuple((parse_address(address), _hash(opening)) for address, opening in value)
    except (TypeError, ValueError, FinalError) as error:
        raise DamagedBundle(path, f"expected pairs of address and hash ({error})") from error


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _hash(text: Any) -> Hash32:
    data = bytes.fromhex(text[2:]) if isinstance(text, str) and text.startswith("0x") else b""
    if len(data) != 32:
        raise ValueError(f"{text!r} is not a hash")
    return Hash32(data)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_json(path: Path) -> Any:
    try:
        # Bounded in depth whatever the interpreter's limit is: a bundle may come from anyone.
        return from_json(path.read_bytes())
    except FileNotFoundError as error:
        raise DamagedBundle(path, "the file is missing") from error
    except ValueError as error:
        raise DamagedBundle(path, f"not JSON, or cut short ({error})") from error
