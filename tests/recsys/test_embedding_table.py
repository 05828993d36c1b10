"""A table keeps the order of commitments, survives the disk, and notices every damage."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import DamagedTable, DimensionMismatch, MalformedRows, MalformedVectors, UnknownTrack
from recsys.table import EmbeddingTable, build_table, load_table, save_table, table_digest
from recsys.table_rows import track_key
from tests.kit.full_disk import limit_file_size
from tunefi.errors import MalformedAddress
from tunefi.ids import Hash32, TrackId, parse_address

IDS = [f"hetrec:track:{i}" for i in range(7)]
ADDRESSES = ["0x" + f"{i:02X}" * 20 for i in (200, 3, 171, 4)]


def build(
    ids: list[str] = IDS, addresses: list[str] = ADDRESSES, order: list[int] | None = None, **changes: Any
) -> EmbeddingTable:
    random = np.random.default_rng(1)
    tracks = random.integers(-127, 128, (7, 32)).astype(np.int8)
    listeners = random.integers(-127, 128, (4, 32)).astype(np.int8)
    places = order or list(range(7))
    given: dict[str, Any] = {
        "track_ids": [ids[i] for i in places],
        "track_vectors": tracks[places],
        "listener_addresses": addresses,
        "listener_vectors": listeners,
        "snapshot_digest": Hash32(b"\x01" * 32),
        "model_digest": Hash32(b"\x02" * 32),
        "model_name": "lightgcn",
    }
    return build_table(**{**given, **changes})


def test_rows_ascend_by_hash_and_address() -> None:
    table = build()
    keys = [track_key(track_id) for track_id in table.track_ids]
    assert keys == sorted(keys)
    assert list(table.listener_addresses) == sorted(address.lower() for address in ADDRESSES)
    original = np.random.default_rng(1).integers(-127, 128, (7, 32)).astype(np.int8)
    for row, track_id in enumerate(table.track_ids):
        assert np.array_equal(table.track_vectors[row], original[IDS.index(track_id)])


@given(st.permutations(range(7)))
def test_the_order_of_the_input_changes_nothing(order: list[int]) -> None:
    assert table_digest(build(order=order)) == table_digest(build())


def test_rows_are_found_by_identity() -> None:
    table = build()
    assert all(table.track_row(track_id) == row for row, track_id in enumerate(table.track_ids))
    assert table.listener_row(parse_address(ADDRESSES[1])) == 0
    assert table.listener_row(parse_address("0x" + "00" * 20)) is None
    with pytest.raises(UnknownTrack, match="nowhere"):
        table.track_row(TrackId("nowhere"))


def test_listeners_without_a_vector_are_left_out() -> None:
    vectors = np.ones((4, 32), np.int8)
    vectors[2] = 0
    table = build(listener_vectors=vectors)
    assert len(table.listener_addresses) == 3
    assert table.listener_row(parse_address(ADDRESSES[2])) is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"track_ids": IDS[:6]}, MalformedRows),
        ({"track_ids": [*IDS[:6], IDS[0]]}, MalformedRows),
        ({"track_ids": [*IDS[:6], ""]}, MalformedRows),
        ({"track_ids": [*IDS[:6], chr(0xD800)]}, MalformedRows),
        ({"listener_addresses": [*ADDRESSES[:3], ADDRESSES[0].lower()]}, MalformedRows),
        ({"listener_addresses": [*ADDRESSES[:3], "0x12"]}, MalformedAddress),
        ({"listener_vectors": np.ones((4, 64), np.int8)}, DimensionMismatch),
        ({"track_vectors": np.full((7, 32), -128, np.int8)}, MalformedVectors),
    ],
)
def test_input_that_is_no_table_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        build(**changes)


def test_a_saved_table_is_loaded_bit_for_bit(tmp_path: Path) -> None:
    table = build(ids=[*IDS[:6], "Пісня ♪"])
    save_table(table, tmp_path / "table")
    loaded = load_table(tmp_path / "table")
    assert table_digest(loaded) == table_digest(table)
    assert loaded.track_ids == table.track_ids
    assert loaded.model_name == "lightgcn"
    assert isinstance(loaded.track_vectors, np.memmap)


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save_table(build(), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_digest_covers_everything() -> None:
    tables = [
        build(),
        build(model_name="other"),
        build(model_digest=Hash32(b"\x03" * 32)),
        build(snapshot_digest=Hash32(b"\x03" * 32)),
        build(listener_vectors=np.ones((4, 32), np.int8)),
        build(track_vectors=np.ones((7, 32), np.int8)),
        build(ids=[*IDS[:6], "other"]),
    ]
    assert len({table_digest(table) for table in tables}) == len(tables)


FILES = ("track_ids.json", "listeners.json", "track_vectors.npy", "listener_vectors.npy", "table.json")


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_or_missing_is_named(tmp_path: Path, name: str) -> None:
    save_table(build(), tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(DamagedTable, match=name):
        load_table(tmp_path)
    path.unlink()
    with pytest.raises(DamagedTable, match="missing"):
        load_table(tmp_path)


@pytest.mark.parametrize("name", FILES[:4])
def test_one_changed_byte_is_noticed(tmp_path: Path, name: str) -> None:
    save_table(build(), tmp_path)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedTable, match="altered"):
        load_table(tmp_path)


@pytest.mark.parametrize(
    "change", [{"format": "other/1"}, {"files": {}}, {"model_digest": 5}, {"model_digest": "0xzz"}]
)
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = save_table(build(), tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DamagedTable):
        load_table(tmp_path)


def test_an_interrupted_write_is_no_table(tmp_path: Path) -> None:
    path = save_table(build(), tmp_path)
    path.unlink()
    with pytest.raises(DamagedTable, match=r"table\.json.*missing"):
        load_table(tmp_path)


def test_an_older_table_outlives_a_full_disk(tmp_path: Path) -> None:
    save_table(build(), tmp_path)
    (tmp_path / "model_card.md").touch()
    names = {path.name for path in tmp_path.iterdir()}
    with limit_file_size(150), pytest.raises(OSError):
        save_table(build(model_name="newer"), tmp_path)
    assert load_table(tmp_path).model_name == "lightgcn"
    assert {path.name for path in tmp_path.iterdir()} == names
    save_table(build(model_name="newer"), tmp_path)
    assert load_table(tmp_path).model_name == "newer"
