"""Epochs are those of the vectors, bundles are whole, equal and hold nothing private."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commitments.bundle import CORE_FILES, load_bundle, save_bundle
from commitments.epoch import build_epoch
from commitments.errors import DamagedBundle, EmptyEpoch, MalformedEpoch, MalformedOpening
from commitments.opening import parse_opening
from commitments.openings_file import erase_opening, load_opening, load_openings, save_openings
from recsys.arrays import CsrRows
from tests.kit.epochs import (
    SECRET,
    build_random_epoch,
    build_random_table,
    build_terms,
    build_vector_epoch,
    publish,
)
from tests.kit.full_disk import limit_file_size
from tests.kit.vectors import load_vectors
from tunefi.ids import ListenerRow, hex_of, parse_address

GIVEN = load_vectors("epoch")


def test_the_epoch_of_the_vectors_is_rebuilt_bit_for_bit() -> None:
    epoch = build_vector_epoch()
    assert hex_of(epoch.track_tree.root) == GIVEN["track_root"]
    assert hex_of(epoch.listener_tree.root) == GIVEN["listener_root"]
    assert [opening.to_json() for opening in epoch.openings()] == GIVEN["openings"]
    proofs = [[hex_of(s) for s in epoch.track_tree.proof(row)] for row in range(GIVEN["tracks"])]
    assert proofs == GIVEN["track_proofs"]


def test_the_bundle_says_what_was_committed(tmp_path: Path) -> None:
    epoch = build_vector_epoch()
    bundle, commitment = publish(epoch, tmp_path / "bundle")
    assert bundle.header.commitment(commitment.bundle_cid) == commitment
    assert list(bundle.track_ids) == GIVEN["track_ids"]
    assert hex_of(bundle.track_vectors.tobytes()) == GIVEN["track_vectors"]
    assert [[a, hex_of(h)] for a, h in bundle.listeners] == GIVEN["listener_openings"]
    said = json.loads((tmp_path / "bundle" / "bundle.json").read_text())
    same = ("chain_id", "recommendation_graph", "epoch", "dimension", "list_length", "tracks", "listeners")
    assert {name: said[name] for name in same} == {name: GIVEN[name] for name in same}
    assert said["log_head"] == {"position": 77, "hash": "0x" + "22" * 32}


def test_equal_epochs_give_equal_bytes_and_cids(tmp_path: Path) -> None:
    first, second = (publish(build_random_epoch(), tmp_path / name)[1] for name in ("one", "two"))
    assert first == second
    for name in CORE_FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_another_secret_changes_the_listener_root_only() -> None:
    table, excluded, terms = build_random_table(), CsrRows.empty(12), build_terms()
    one = build_epoch(table, excluded, terms, SECRET)
    two = build_epoch(table, excluded, terms, SECRET[::-1])
    assert one.track_tree.root == two.track_tree.root
    assert one.listener_tree.root != two.listener_tree.root


def test_the_bundle_holds_nothing_private(tmp_path: Path) -> None:
    epoch = build_random_epoch()
    bundle, _ = publish(epoch, tmp_path / "bundle")
    assert {path.name for path in bundle.directory.iterdir()} == {*CORE_FILES, "model_card.md"}
    content = b"\n".join(path.read_bytes() for path in bundle.directory.iterdir())
    numbers = set[int]()
    for opening in epoch.openings():
        private = [opening.vector, opening.salt, opening.rows, opening.scores]
        if len(opening.excluded) > 4:
            private.append(opening.excluded)
        for secret in private:
            assert secret not in content
            assert secret.hex().encode() not in content
        numbers.update(np.frombuffer(opening.scores, ">i4").tolist())
    assert not [
        n for n in numbers if abs(n) > 9999 and str(n).encode() in content.replace(b'"', b" ").split()
    ]
    assert SECRET not in content


@pytest.mark.parametrize("name", CORE_FILES)
def test_a_file_that_is_cut_short_or_missing_is_named(tmp_path: Path, name: str) -> None:
    bundle, _ = publish(build_random_epoch(), tmp_path / "bundle")
    path = bundle.directory / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DamagedBundle, match=name):
        load_bundle(bundle.directory)
    path.unlink()
    with pytest.raises(DamagedBundle, match=f"{name}.*missing"):
        load_bundle(bundle.directory)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "tunefi-epoch-bundle/2"),
        ("tracks", -1),
        ("epoch", "3"),
        ("track_root", "0x12"),
        ("log_head", 0),
    ],
)
def test_a_header_of_another_form_is_refused(tmp_path: Path, field: str, value: Any) -> None:
    bundle, _ = publish(build_random_epoch(), tmp_path / "bundle")
    path = bundle.directory / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(DamagedBundle):
        load_bundle(bundle.directory)


@pytest.mark.parametrize("text", ["[" * 100_000, '["' + chr(92) + 'ud800"]', "\xff", "{}", "[1]"])
def test_texts_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    bundle, _ = publish(build_random_epoch(), tmp_path / "bundle")
    (bundle.directory / "titles.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DamagedBundle, match="titles"):
        load_bundle(bundle.directory)


def test_an_older_bundle_is_replaced_whole(tmp_path: Path) -> None:
    epoch = build_random_epoch()
    publish(epoch, tmp_path / "bundle")
    titles = ["x"] * 40
    cid = save_bundle(epoch, titles, tmp_path / "bundle")
    assert not (tmp_path / "bundle" / "model_card.md").exists()
    assert load_bundle(tmp_path / "bundle").cid() == cid
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_an_older_bundle_outlives_a_full_disk(tmp_path: Path) -> None:
    _, commitment = publish(build_random_epoch(), tmp_path / "bundle")
    with limit_file_size(1000), pytest.raises(OSError):
        publish(build_random_epoch(seed=2), tmp_path / "bundle")
    assert load_bundle(tmp_path / "bundle").cid() == commitment.bundle_cid
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("name", ["bundle.json", "../x", "a/b", "", ".hidden"])
def test_extra_files_cannot_take_a_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(MalformedEpoch, match="extra files"):
        save_bundle(build_random_epoch(), ["x"] * 40, tmp_path / "bundle", {name: b""})


def test_inputs_that_are_no_epoch_are_refused() -> None:
    table = build_random_table()
    for listeners, terms, secret, error in (
        (12, build_terms(list_length=0), SECRET, MalformedEpoch),
        (12, build_terms(list_length=257), SECRET, MalformedEpoch),
        (12, build_terms(), b"short", MalformedEpoch),
    ):
        with pytest.raises(error):
            build_epoch(table, CsrRows.empty(listeners), terms, secret)
    with pytest.raises(EmptyEpoch):
        build_epoch(build_random_table(listeners=0), CsrRows.empty(0), build_terms(), SECRET)


def test_openings_are_kept_by_address_and_private(tmp_path: Path) -> None:
    epoch = build_random_epoch()
    path = tmp_path / "openings.sqlite"
    save_openings(epoch.openings(), path)
    assert path.stat().st_mode & 0o077 == 0
    assert list(load_openings(path)) == list(epoch.openings())
    opening = epoch.opening(ListenerRow(4))
    assert load_opening(path, opening.address) == opening
    assert load_opening(path, parse_address("0x" + "00" * 20)) is None


def test_an_erased_opening_leaves_no_byte(tmp_path: Path) -> None:
    epoch = build_random_epoch()
    path = tmp_path / "openings.sqlite"
    save_openings(epoch.openings(), path)
    opening = epoch.opening(ListenerRow(4))
    assert opening.salt in path.read_bytes()
    assert erase_opening(path, opening.address)
    assert not erase_opening(path, opening.address)
    assert load_opening(path, opening.address) is None
    content = path.read_bytes()
    assert opening.salt not in content
    assert opening.vector not in content


def test_a_damaged_file_of_openings_is_named(tmp_path: Path) -> None:
    path = tmp_path / "openings.sqlite"
    with pytest.raises(DamagedBundle, match="missing"):
        list(load_openings(path))
    save_openings(build_random_epoch().openings(), path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DamagedBundle, match="cut short"):
        list(load_openings(path))


def test_an_opening_survives_json() -> None:
    for value in GIVEN["openings"]:
        assert parse_opening(value).to_json() == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "0x12"),
        ("row", -1),
        ("row", True),
        ("row", 2**32),
        ("salt", "0x12"),
        ("vector", "12"),
        ("vector", "0xzz"),
        ("rows", None),
        ("proof", None),
        ("proof", ["0x12"]),
    ],
)
def test_a_json_that_is_no_opening_is_refused(field: str, value: Any) -> None:
    with pytest.raises(MalformedOpening) as caught:
        parse_opening({**GIVEN["openings"][0], field: value})
    assert caught.value.field == field


def test_a_list_is_no_opening() -> None:
    with pytest.raises(MalformedOpening):
        parse_opening([])
