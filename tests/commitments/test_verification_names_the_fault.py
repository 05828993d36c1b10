"""Whoever verifies an epoch is told what is false, by name, after each falsification by hand."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments.bundle import Bundle, load_bundle
from commitments.commitment import EpochCommitment
from commitments.errors import RefusedReport
from commitments.faults import Fault, Report
from commitments.leaves import LeafPlace
from commitments.opening import Opening, pack_rows, pack_scores, parse_opening, unpack_rows, unpack_scores
from commitments.opening_form import find_malformation
from commitments.verification import check_epoch, check_opening
from recsys.rank import score_tracks
from tests.kit.epochs import build_random_epoch, build_vector_epoch, publish
from tests.kit.vectors import load_vectors, to_bytes
from tunefi.ids import ChainId, EpochId, Hash32, ListenerRow

GIVEN = load_vectors("epoch")


@pytest.fixture(scope="module")
def epoch() -> Any:
    return build_random_epoch()


@pytest.fixture
def published(epoch: Any, tmp_path: Path) -> tuple[Bundle, EpochCommitment]:
    return publish(epoch, tmp_path / "bundle")


def first_fault(report: Report) -> Fault | None:
    return report.first_fault.fault if report.first_fault else None


def relist(opening: Opening, bundle: Bundle, rows: list[int]) -> Opening:
    """Return the opening with other rows, each with its true score."""
    scores = score_tracks(np.frombuffer(opening.vector, np.int8), bundle.track_vectors)
    return dataclasses.replace(
        opening, rows=pack_rows(np.array(rows, np.uint32)), scores=pack_scores(scores[np.array(rows)])
    )


def test_a_true_epoch_passes_every_check(epoch: Any, published: tuple[Bundle, EpochCommitment]) -> None:
    report = check_epoch(*published, place=epoch.terms.place)
    assert report.ok, report.first_fault
    assert {"track root", "listener root", "cid", "digests", "counts"} <= {c.name for c in report.checks}
    report.check()
    for opening in epoch.openings():
        lists = check_opening(opening, *published)
        assert lists.ok, lists.first_fault
        assert {"scores", "order", "exclusions", "omission", "leaf", "proof"} <= {
            c.name for c in lists.checks
        }


def test_one_byte_of_a_vector(published: tuple[Bundle, EpochCommitment]) -> None:
    bundle, commitment = published
    path = bundle.directory / "track_vectors.bin"
    content = bytearray(path.read_bytes())
    content[517] ^= 1
    path.write_bytes(content)
    report = check_epoch(load_bundle(bundle.directory), commitment)
    assert report.faults == (Fault.TRACK_VECTORS, Fault.CID)
    with pytest.raises(RefusedReport, match="track vectors or identities were changed"):
        report.check()


def test_one_byte_of_a_listeners_vector(epoch: Any, published: tuple[Bundle, EpochCommitment]) -> None:
    opening = epoch.opening(ListenerRow(2))
    vector = bytearray(opening.vector)
    vector[0] ^= 1
    report = check_opening(dataclasses.replace(opening, vector=bytes(vector)), *published)
    assert {Fault.LEAF, Fault.PROOF} <= set(report.faults)


def test_one_score(epoch: Any, published: tuple[Bundle, EpochCommitment]) -> None:
    opening = epoch.opening(ListenerRow(2))
    scores = unpack_scores(opening.scores).astype(np.int32)
    scores[3] += 1
    report = check_opening(dataclasses.replace(opening, scores=pack_scores(scores)), *published)
    assert report.faults == (Fault.SCORE, Fault.LEAF, Fault.PROOF)
    assert "rank 4" in report.first_fault.sentence  # type: ignore[union-attr]


@pytest.mark.parametrize("with_scores", [True, False])
def test_two_swapped_rows(epoch: Any, published: tuple[Bundle, EpochCommitment], with_scores: bool) -> None:
    opening = epoch.opening(ListenerRow(2))
    rows = unpack_rows(opening.rows).tolist()
    rows[2], rows[3] = rows[3], rows[2]
    swapped = relist(opening, published[0], rows)
    if not with_scores:
        swapped = dataclasses.replace(swapped, scores=opening.scores)
    assert first_fault(check_opening(swapped, *published)) == Fault.ORDER


def test_an_excluded_track_in_the_list(epoch: Any, published: tuple[Bundle, EpochCommitment]) -> None:
    opening = epoch.opening(ListenerRow(6))
    rows = unpack_rows(opening.rows).tolist()
    rows[5] = int(unpack_rows(opening.excluded)[0])
    report = check_opening(relist(opening, published[0], rows), *published)
    assert first_fault(report) == Fault.EXCLUDED
    assert "rank 6" in report.first_fault.sentence  # type: ignore[union-attr]


def test_a_better_track_left_out(epoch: Any, published: tuple[Bundle, EpochCommitment]) -> None:
    opening = epoch.opening(ListenerRow(2))
    scores = score_tracks(np.frombuffer(opening.vector, np.int8), published[0].track_vectors)
    order = np.lexsort((np.arange(len(scores)), -scores)).tolist()
    excluded = set(unpack_rows(opening.excluded).tolist())
    best = [row for row in order if row not in excluded]
    report = check_opening(relist(opening, published[0], best[:3] + best[4:9]), *published)
    assert first_fault(report) == Fault.OMISSION
    assert f"track row {best[3]} " in report.first_fault.sentence  # type: ignore[union-attr]


def test_a_leaf_of_another_epoch(epoch: Any, published: tuple[Bundle, EpochCommitment]) -> None:
    other = build_random_epoch(epoch=2)
    opening = other.opening(ListenerRow(2))
    assert check_opening(opening, *published).faults == (Fault.LEAF, Fault.PROOF)
    known = {EpochId(2): other.listener_tree.root, EpochId(3): epoch.listener_tree.root}
    report = check_opening(opening, *published, other_roots=known)
    assert first_fault(report) == Fault.OTHER_EPOCH
    assert "epoch 2" in report.first_fault.sentence  # type: ignore[union-attr]


@pytest.mark.parametrize("root", ["track_root", "listener_root"])
def test_a_wrong_root(published: tuple[Bundle, EpochCommitment], root: str) -> None:
    bundle, commitment = published
    changes: dict[str, Any] = {root: Hash32(b"\x99" * 32)}
    false = dataclasses.replace(commitment, **changes)
    report = check_epoch(bundle, false)
    assert report.faults == (Fault.WRONG_ROOT,)
    assert "99" * 32 in report.first_fault.sentence  # type: ignore[union-attr]


def test_a_root_that_is_wrong_names_the_proofs_of_openings(
    epoch: Any, published: tuple[Bundle, EpochCommitment]
) -> None:
    false = dataclasses.replace(published[1], listener_root=Hash32(b"\x99" * 32))
    assert check_opening(epoch.opening(ListenerRow(0)), published[0], false).faults == (Fault.PROOF,)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("tracks", 41, Fault.COUNTS),
        ("listeners", 11, Fault.COUNTS),
        ("list_length", 9, Fault.COUNTS),
        ("dimension", 64, Fault.COUNTS),
        ("snapshot_digest", b"\x01" * 32, Fault.DIGESTS),
        ("model_digest", b"\x01" * 32, Fault.DIGESTS),
        ("reference_hash", b"\x01" * 32, Fault.TERMS),
        ("valid_until", 1, Fault.TERMS),
        ("bundle_cid", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", Fault.CID),
    ],
)
def test_a_commitment_that_says_something_else(
    published: tuple[Bundle, EpochCommitment], field: str, value: Any, fault: Fault
) -> None:
    bundle, commitment = published
    assert check_epoch(bundle, dataclasses.replace(commitment, **{field: value})).faults == (fault,)


def test_lists_are_checked_though_the_commitment_has_another_dimension(
    epoch: Any, published: tuple[Bundle, EpochCommitment]
) -> None:
    false = dataclasses.replace(published[1], dimension=64)
    assert check_opening(epoch.opening(ListenerRow(0)), published[0], false).ok
    assert check_epoch(published[0], false).faults == (Fault.COUNTS,)


def test_a_bundle_of_another_chain(published: tuple[Bundle, EpochCommitment]) -> None:
    stated = published[0].header.terms.place
    report = check_epoch(*published, place=LeafPlace(ChainId(1), stated.contract, stated.epoch))
    assert first_fault(report) == Fault.TERMS
    assert Fault.TRACK_VECTORS in report.faults


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "change", "fault"),
    [
        ("listeners.json", lambda v: v[0].__setitem__(1, "0x" + "ab" * 32), Fault.LISTENERS),
        ("listeners.json", lambda v: v.reverse(), Fault.LISTENER_ORDER),
        ("track_ids.json", lambda v: v.reverse(), Fault.TRACK_ORDER),
        ("titles.json", lambda v: v.reverse(), Fault.CID),
        ("bundle.json", lambda v: v.__setitem__("generated", "nothing"), Fault.CID),
        ("bundle.json", lambda v: v.__setitem__("track_root", "0x" + "ab" * 32), Fault.WRONG_ROOT),
    ],
)
def test_a_bundle_that_was_changed(
    published: tuple[Bundle, EpochCommitment], file: str, change: Callable[[Any], None], fault: Fault
) -> None:
    bundle, commitment = published
    edit_json(bundle.directory / file, change)
    report = check_epoch(load_bundle(bundle.directory), commitment)
    assert first_fault(report) == fault
    assert Fault.CID in report.faults


@pytest.mark.parametrize("case", GIVEN["false_openings"], ids=lambda case: case["fault"])
def test_false_openings_of_the_vectors_are_named(case: dict[str, Any], tmp_path: Path) -> None:
    bundle, commitment = publish(build_vector_epoch(), tmp_path / "bundle")
    opening = parse_opening(case["opening"])
    committed = case["fault"] != "leaf"
    if committed:
        pairs = list(bundle.listeners)
        pairs[opening.row] = (opening.address, opening.hash())
        bundle = dataclasses.replace(bundle, listeners=tuple(pairs))
    commitment = dataclasses.replace(commitment, listener_root=Hash32(to_bytes(case["listener_root"])))
    report = check_opening(opening, bundle, commitment)
    if committed:
        assert first_fault(report) == Fault(case["fault"])
        assert not {Fault.LEAF, Fault.PROOF} & set(report.faults)
    else:
        assert {Fault.LEAF, Fault.PROOF} & set(report.faults)


@pytest.mark.parametrize("case", load_vectors("malformed")["cases"], ids=lambda case: case["fault"])
def test_bad_form_is_named(case: dict[str, Any]) -> None:
    opening = parse_opening({**case, "proof": []})
    found = find_malformation(opening, load_vectors("malformed")["dimension"], case["tracks"])
    assert (found or "none") == case["fault"]
    assert opening.hash() == to_bytes(case["opening_hash"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changed_byte_of_an_opening_is_found(
    epoch: Any, published: tuple[Bundle, EpochCommitment], data: st.DataObject
) -> None:
    opening = epoch.opening(ListenerRow(data.draw(st.integers(0, 11))))
    part = data.draw(st.sampled_from(["salt", "vector", "excluded", "rows", "scores"]))
    content = bytearray(getattr(opening, part))
    if not content:
        content = bytearray(4)
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    report = check_opening(dataclasses.replace(opening, **{part: bytes(content)}), *published)
    assert not report.ok
    assert Fault.LEAF in report.faults
    assert Fault.PROOF in report.faults
