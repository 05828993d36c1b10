"""Snapshots: cut at a final block, derived rows, whole or refused on disk, the same from both stores."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from graph_schema.errors import (
    SnapshotAhead,
    SnapshotAltered,
    SnapshotMalformed,
    SnapshotMissing,
    SnapshotOffBranch,
    SnapshotTruncated,
    WrongSchemaVersion,
)
from graph_schema.snapshot import load_manifest, load_snapshot, read_snapshot, save_snapshot
from graph_schema.store import Cursor, EdgeRows, GraphStore
from tests.kit.graphs import Writer, block, edges, nodes


def played(source: str, target: str, day: int, seconds: int | None) -> EdgeRows:
    row = {"source": [source], "target": [target], "utc_day": [day]}
    seconds_column = pa.array([seconds], pa.int64())
    return EdgeRows("PLAYED_ON", "Account", "Track", pa.table(row | {"signed_seconds": seconds_column}))


async def write_scene(store: GraphStore) -> None:
    chain, log = Writer(store, "chain:1"), Writer(store, "log")
    await chain.write(
        edges(
            "CREATED", "Artist", "Track", source=["r", "r", "q"], target=["t", "u", "v"], minted=[True] * 3
        ),
        edges("HOLDS", "Account", "Track", source=["0x1"], target=["t"], amount=["1"]),
        block=block(1),
    )
    await log.write(
        nodes("Account", address=["0x1"], name=["one"], generated=[True]),
        played("0x1", "t", 3, 30),
        played("0x1", "u", 3, 12),
        played("0x1", "v", 3, 5),
        played("0x1", "t", 4, 7),
        played("0x2", "t", 3, None),
        played("0x2", "nobody's", 3, 9),
    )
    await chain.write(
        edges("HOLDS", "Account", "Track", source=["0x9"], target=["t"], amount=["5"]), block=block(2)
    )


async def test_listening_is_summed_per_artist_and_day_at_the_cut(store: GraphStore) -> None:
    await write_scene(store)
    snapshot = await read_snapshot(store, block(1), 1)
    rows = snapshot.edges["LISTENED_ON"].select(["source", "target", "utc_day", "signed_seconds"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("0x1", "q", 3, 5),
        ("0x1", "r", 3, 42),
        ("0x1", "r", 4, 7),
    ]


async def test_a_snapshot_holds_no_row_of_a_pending_block(store: GraphStore) -> None:
    await write_scene(store)
    at_one, at_two = await read_snapshot(store, block(1), 1), await read_snapshot(store, block(2), 1)
    assert at_one.edges["HOLDS"]["source"].to_pylist() == ["0x1"]
    assert at_two.edges["HOLDS"]["source"].to_pylist() == ["0x1", "0x9"]
    await store.undo_blocks([block(2)], Cursor("chain:1", 1, block(1).hash))
    assert (await read_snapshot(store, block(1), 1)).digest == at_one.digest
    assert (at_one.log_head.position, at_one.generated["accounts"]) == (1, 1)


async def test_a_cut_waits_for_the_block_and_for_its_branch(store: GraphStore) -> None:
    await write_scene(store)
    with pytest.raises(SnapshotAhead):
        await read_snapshot(store, block(3), 1)
    with pytest.raises(SnapshotOffBranch):
        await read_snapshot(store, block(2, "b"), 1)


async def test_a_snapshot_comes_back_from_disk(store: GraphStore, tmp_path: Path) -> None:
    await write_scene(store)
    snapshot = await read_snapshot(store, block(2), 1)
    manifest = save_snapshot(snapshot, tmp_path / "cut")
    assert load_manifest(tmp_path / "cut") == manifest
    save_snapshot(snapshot, tmp_path / "cut")
    loaded = load_snapshot(tmp_path / "cut")
    assert (loaded.digest, loaded.log_head, loaded.finalized_block) == (
        snapshot.digest,
        snapshot.log_head,
        block(2),
    )
    assert all(loaded.edges[name].equals(table) for name, table in snapshot.edges.items())
    assert [name for name in names_in(tmp_path) if "cut" in name] == ["cut"]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def cut_short(folder: Path) -> None:
    path = folder / "edges" / "HOLDS.parquet"
    path.write_bytes(path.read_bytes()[:-10])


def change_a_byte(folder: Path) -> None:
    path = folder / "nodes" / "Account.parquet"
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)


def lose_a_file(folder: Path) -> None:
    (folder / "nodes" / "Track.parquet").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def cut_the_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text()[:100])


def change(key: str, value: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))

    return edit


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (cut_short, SnapshotTruncated),
        (change_a_byte, SnapshotAltered),
        (lose_a_file, SnapshotMissing),
        (lose_the_manifest, SnapshotMissing),
        (cut_the_manifest, SnapshotMalformed),
        (change("digest", "0x" + "11" * 32), SnapshotAltered),
        (change("format", "other/1"), SnapshotMalformed),
        (change("files", []), SnapshotMalformed),
        (change("schema_version", 99), WrongSchemaVersion),
    ],
)
@pytest.mark.parametrize("store", ["ladybug"], indirect=True)
async def test_a_damaged_snapshot_is_refused_with_the_reason(
    store: GraphStore, tmp_path: Path, damage: Callable[[Path], None], error: type[Exception]
) -> None:
    await write_scene(store)
    save_snapshot(await read_snapshot(store, block(1), 1), tmp_path / "cut")
    damage(tmp_path / "cut")
    with pytest.raises(error):
        load_snapshot(tmp_path / "cut")
