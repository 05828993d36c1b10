"""Through the program: broken data ends training with a clear error, and the last run stays byte for byte."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit.listening import block_pairs, save_listening
from training.program import main

PAIRS = block_pairs()
SMALL = ["--dimension=32", "--threads=1", "--epochs=2", "--evaluate-every=1", "--json"]

Save = Callable[[Path], Path]


def listening(pairs: Any, tracks: int = 30, plays: Any = None) -> Save:
    return lambda folder: save_listening(folder, pairs, tracks, plays)


def of_another_schema(folder: Path) -> Path:
    manifest = save_listening(folder, PAIRS, 30) / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**content, "schema_version": 99}))
    return folder


def cut_short(folder: Path) -> Path:
    path = save_listening(folder, PAIRS, 30) / "edges" / "LISTENED_TO.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    return folder


BROKEN: dict[str, tuple[Save, list[str], str]] = {
    "all-zero plays": (listening(PAIRS, plays=[0] * len(PAIRS)), [], "DegenerateSnapshot"),
    "negative plays": (listening(PAIRS, plays=[-1] * len(PAIRS)), [], "DegenerateSnapshot"),
    "nothing": (listening([]), [], "DegenerateSnapshot"),
    "one listener": (listening([(0, track) for track in range(9)]), [], "DegenerateSnapshot"),
    "one track": (listening([(listener, 0) for listener in range(9)]), [], "DegenerateSnapshot"),
    "a repeated pair": (listening([*PAIRS, PAIRS[0]]), [], "DegenerateSnapshot"),
    "another schema": (of_another_schema, [], "WrongSchemaVersion"),
    "a file cut short": (cut_short, [], "SnapshotTruncated"),
    "a loss that diverges": (listening(PAIRS), ["--temperature=1e-40"], "DivergedTraining"),
    "an empty test part": (listening(PAIRS), ["--test-share=0.001"], "MalformedSplit"),
}


@pytest.fixture
def last_run(tmp_path: Path) -> Path:
    """What an earlier run left; the program may replace it by a better one only."""
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("metrics.json", "table.json", "track_vectors.npy"):
        (folder / name).write_text(f"the {name} of the last run")
    return folder


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_data_ends_the_program_and_the_last_run_stays(
    what: str, last_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save, settings, error = BROKEN[what]
    before = content_of(last_run)
    snapshot = save(tmp_path / "snapshot")
    assert main([f"--snapshot={snapshot}", f"--out={last_run}", *SMALL, *settings]) == 1
    said = capsys.readouterr()
    found = json.loads(said.out.splitlines()[-1])
    assert found["error"] == error
    assert said.err.splitlines()[-1] == f"error: {found['message']}"
    assert content_of(last_run) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "snapshot"]


def test_disconnected_parts_and_a_listener_who_heard_everything_are_no_reason_to_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = [(99, track) for track in range(30)]
    snapshot = save_listening(tmp_path / "snapshot", [*PAIRS, *everything], 30)
    assert main([f"--snapshot={snapshot}", f"--out={tmp_path / 'run'}", *SMALL, _LENIENT]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["listeners"] == 37


_LENIENT = "--allowed-quantisation-loss=0.5"
