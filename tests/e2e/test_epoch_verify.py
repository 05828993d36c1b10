"""`tunefi epoch verify` on the demonstration's epoch: true as it is, and each falsification by its name."""

import json
import shutil
import struct
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commitments.bundle import load_bundle
from commitments.opening import parse_opening
from recsys.rank import score_tracks
from tests.kit.demo import RunningDemo

pytestmark = pytest.mark.evm

FALSE = 5
Change = Callable[[dict[str, Any], Path], None]


def _rows(opening: dict[str, Any]) -> list[int]:
    packed = bytes.fromhex(opening["rows"][2:])
    return list(struct.unpack(f">{len(packed) // 4}I", packed))


def _scores(opening: dict[str, Any]) -> list[int]:
    packed = bytes.fromhex(opening["scores"][2:])
    return list(struct.unpack(f">{len(packed) // 4}i", packed))


def _write(opening: dict[str, Any], rows: list[int], scores: list[int]) -> None:
    opening["rows"] = "0x" + struct.pack(f">{len(rows)}I", *rows).hex()
    opening["scores"] = "0x" + struct.pack(f">{len(scores)}i", *scores).hex()


def _true_scores(opening: dict[str, Any], bundle: Path) -> list[int]:
    import numpy as np

    vector = np.frombuffer(parse_opening(opening).vector, np.int8)
    return [int(score) for score in score_tracks(vector, load_bundle(bundle).track_vectors)]


def change_a_byte_of_a_vector(opening: dict[str, Any], bundle: Path) -> None:
    path = bundle / "track_vectors.bin"
    data = bytearray(path.read_bytes())
    data[1_000] = (data[1_000] + 1) % 127
    path.write_bytes(data)


def change_a_score(opening: dict[str, Any], bundle: Path) -> None:
    rows, scores = _rows(opening), _scores(opening)
    scores[-1] -= 1
    _write(opening, rows, scores)


def swap_two_rows(opening: dict[str, Any], bundle: Path) -> None:
    rows, scores = _rows(opening), _scores(opening)
    index = next(i for i in range(len(scores) - 1) if scores[i] != scores[i + 1])
    rows[index], rows[index + 1] = rows[index + 1], rows[index]
    scores[index], scores[index + 1] = scores[index + 1], scores[index]
    _write(opening, rows, scores)


def list_an_excluded_track(opening: dict[str, Any], bundle: Path) -> None:
    packed = bytes.fromhex(opening["excluded"][2:])
    excluded = struct.unpack(f">{len(packed) // 4}I", packed)
    true = _true_scores(opening, bundle)
    rows = sorted([*_rows(opening)[:-1], excluded[0]], key=lambda row: (-true[row], row))
    _write(opening, rows, [true[row] for row in rows])


def leave_a_better_track_out(opening: dict[str, Any], bundle: Path) -> None:
    true = _true_scores(opening, bundle)
    packed = bytes.fromhex(opening["excluded"][2:])
    taken = {*_rows(opening), *struct.unpack(f">{len(packed) // 4}I", packed)}
    worse = next(row for row in range(len(true)) if row not in taken)
    rows = sorted([*_rows(opening)[1:], worse], key=lambda row: (-true[row], row))
    _write(opening, rows, [true[row] for row in rows])


def state_a_wrong_root(opening: dict[str, Any], bundle: Path) -> None:
    path = bundle / "bundle.json"
    header = json.loads(path.read_text())
    header["listener_root"] = "0x" + "ab" * 32
    path.write_text(json.dumps(header))


@pytest.fixture(scope="session")
def answer(demo: RunningDemo) -> dict[str, Any]:
    """The recommendations of the first public listener, of whatever epoch is served now."""
    listeners = _get(demo, "/v1/listeners?limit=1")["items"]
    return _get(demo, f"/v1/recommendations/{listeners[0]['address']}")


@pytest.fixture
def opening(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["opening"]
    return found


@pytest.fixture
def epoch(answer: dict[str, Any]) -> int:
    return int(answer["epoch"]["epoch"])


def _get(demo: RunningDemo, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(demo.url + path, timeout=30) as response:
        body: dict[str, Any] = json.load(response)
        return body


def _verify(demo: RunningDemo, epoch: int, bundle: Path, *more: str) -> tuple[int, dict[str, Any]]:
    contract = _get(demo, "/v1/chain")["contracts"]["RecommendationGraph"]
    words = ["epoch", "verify", str(epoch), "--bundle", str(bundle), "--contract", contract, "--json", *more]
    done = demo.tunefi(*words, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def _first_fault(report: dict[str, Any]) -> str:
    return next(
        check["fault"] for part in report["reports"].values() for check in part["checks"] if not check["ok"]
    )


@pytest.fixture
def bundle(demo: RunningDemo, epoch: int, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo.home / f"epochs/{epoch}/bundle", tmp_path / "bundle"))


def test_an_outsider_verifies_with_node_and_bundle_alone(demo: RunningDemo, epoch: int, bundle: Path) -> None:
    code, report = _verify(demo, epoch, bundle)
    assert code == 0, report
    assert report["state"] == "final"
    assert report["lists_checked"] == 0


def test_a_listener_verifies_its_list_too(
    demo: RunningDemo, epoch: int, bundle: Path, opening: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "opening.json"
    file.write_text(json.dumps(opening))
    code, report = _verify(demo, epoch, bundle, "--openings", str(file))
    assert code == 0, report
    assert report["lists_checked"] == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (change_a_byte_of_a_vector, "track_vectors"),
        (change_a_score, "score"),
        (swap_two_rows, "order"),
        (list_an_excluded_track, "excluded"),
        (leave_a_better_track_out, "omission"),
        (state_a_wrong_root, "wrong_root"),
    ],
)
def test_a_falsification_is_named(
    demo: RunningDemo,
    epoch: int,
    bundle: Path,
    opening: dict[str, Any],
    tmp_path: Path,
    change: Change,
    fault: str,
) -> None:
    falsified = json.loads(json.dumps(opening))
    change(falsified, bundle)
    file = tmp_path / "opening.json"
    file.write_text(json.dumps(falsified))
    code, report = _verify(demo, epoch, bundle, "--openings", str(file))
    assert code == FALSE
    assert _first_fault(report) == fault


def test_an_epoch_that_was_never_committed_is_said_so(demo: RunningDemo, bundle: Path) -> None:
    code, report = _verify(demo, 99, bundle)
    assert code == 3
    assert report["error"] == "EpochNotCommitted"


def test_a_bundle_that_was_cut_short_is_said_so(demo: RunningDemo, epoch: int, bundle: Path) -> None:
    path = bundle / "track_vectors.bin"
    path.write_bytes(path.read_bytes()[:-100])
    code, report = _verify(demo, epoch, bundle)
    assert code == 3
    assert "track_vectors.bin" in report["detail"]


def test_a_file_of_openings_that_is_none_is_said_so(
    demo: RunningDemo, epoch: int, bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "opening.json"
    file.write_text("{")
    code, report = _verify(demo, epoch, bundle, "--openings", str(file))
    assert code == 3
    assert report["error"] == "OpeningsUnreadable"
