"""The canonical row and the digest: known answers, and what must not change them."""

import random

import cbor2
import numpy as np
import pyarrow as pa
import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.digest import STATE_BYTES, LtHash16
from graph_schema.rows import encode_edge_rows, encode_node_rows
from tunefi.hashing import keccak256

ROWS = st.lists(st.binary(min_size=1, max_size=40), max_size=20)


def test_the_canonical_row_of_a_node_is_these_bytes() -> None:
    table = pa.table(
        {"track_id": ["t1"], "title": ["é"], "duration_seconds": [300], "uri": pa.nulls(1, pa.string())}
    )
    expected = "8365547261636b627431a2657469746c6562c3a9706475726174696f6e5f7365636f6e647319012c"
    assert encode_node_rows("Track", table)[0].hex() == expected


def test_the_canonical_row_of_a_relationship_is_these_bytes() -> None:
    table = pa.table(
        {
            "source_label": ["Account"],
            "source": ["0x1"],
            "target_label": ["Track"],
            "target": ["t"],
            "utc_day": [-1],
            "signed_seconds": pa.array([None], pa.int64()),
        }
    )
    expected = "8769504c415945445f4f4e674163636f756e746330783165547261636b617420a0"
    assert encode_edge_rows("PLAYED_ON", table)[0].hex() == expected


def test_digests_of_known_sets() -> None:
    state = LtHash16()
    assert state.digest() == keccak256(bytes(STATE_BYTES))
    assert state.digest().hex() == "aeffb38c06e111d84216396baefeb7fed397f303d5cb84a33f1e8b485c4a22da"
    state.add([b"a", b"b"])
    assert state.digest().hex() == "8a427ee1b591053d562ce3370995118d7ed3daa36f7156ffc9d1f888faeb519e"


def test_the_state_of_one_row_is_its_blake3_expansion() -> None:
    state = LtHash16()
    state.add([b"row"])
    assert state.state == blake3(b"row").digest(STATE_BYTES)


def test_lanes_add_modulo_two_to_the_sixteen() -> None:
    state = LtHash16()
    state.add([b"a", b"b", b"a"])
    lanes = [np.frombuffer(blake3(row).digest(STATE_BYTES), "<u2").astype(int) for row in (b"a", b"b", b"a")]
    assert state.state == (sum(lanes) % 65536).astype("<u2").tobytes()


@given(st.text(max_size=300), st.integers(-(2**63), 2**63 - 1), st.booleans() | st.none())
def test_rows_are_what_a_cbor_library_calls_canonical(text: str, number: int, flag: bool | None) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    table = pa.table(
        {"address": [text], "plays": [number], "flag": pa.array([flag], pa.bool_()), "name": [text]}
    )
    properties = {"plays": number, "flag": flag, "name": text}
    properties = {name: value for name, value in properties.items() if value is not None}
    expected = cbor2.dumps(["Account", text, properties], canonical=True)
    assert encode_node_rows("Account", table) == [expected]


@given(ROWS, st.randoms(use_true_random=False))
def test_order_changes_nothing(rows: list[bytes], chance: random.Random) -> None:
    state, shuffled = LtHash16(), LtHash16()
    state.add(rows)
    chance.shuffle(rows)
    for row in rows:
        shuffled.add([row])
    assert state == shuffled


@given(ROWS, ROWS)
def test_removing_what_was_added_restores_the_state(kept: list[bytes], passing: list[bytes]) -> None:
    state, other = LtHash16(), LtHash16()
    state.add(kept + passing)
    state.remove(passing)
    other.add(kept)
    assert state == other


@given(ROWS)
def test_a_state_goes_on_from_its_bytes(rows: list[bytes]) -> None:
    state = LtHash16()
    state.add(rows)
    assert LtHash16(state.state).digest() == state.digest()


def test_a_row_twice_is_not_a_row_once() -> None:
    once, twice = LtHash16(), LtHash16()
    once.add([b"row"])
    twice.add([b"row", b"row"])
    assert once != twice


def test_a_state_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2048"):
        LtHash16(b"short")
