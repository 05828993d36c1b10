"""`tunefi ingest interactions`: a file or a pipe into the log of a home, and what is told about it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from ingest.catalogue_records import TrackRecord
from ingest.entries import Catalogue
from ingest.interaction_log import InteractionLog
from ingest.signatures import sign_catalogue
from tests.kit.anvil import MNEMONIC
from tunefi.chain.signing import derive_signer
from tunefi.ids import ArtistId, ChainId, Microseconds, TrackId

LISTENER = "0x" + "ab" * 20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose catalogue has one track."""
    home = tmp_path / "home"
    home.mkdir()
    log = InteractionLog.at_path(home / "interactions.sqlite")
    track = TrackRecord(TrackId("track:1"), ArtistId("artist:1"), "A song")
    log.append(
        [
            sign_catalogue(
                Catalogue(bytes(32), Microseconds(0), tracks=(track,)),
                derive_signer(MNEMONIC, 1),
                ChainId(31337),
            )
        ]
    )
    log.close()
    return home


@pytest.fixture
def tunefi(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs the command for this home."""
    monkeypatch.setenv("TUNEFI_HOME", str(home))

    def run(*words: object, pipe: str | None = None) -> Result:
        return CliRunner().invoke(app, ["ingest", "interactions", *map(str, words)], input=pipe)

    return run


def test_a_file_is_imported_and_the_report_lies_where_it_says(
    home: Path, tmp_path: Path, tunefi: Callable[..., Result]
) -> None:
    lines = [{"track_id": "track:1", "at": "2019-05-01T12:00:00Z"}, {"track_id": "gone", "at": 1}]
    file = tmp_path / "history.ndjson"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = json.loads(tunefi(file, "--account", LISTENER, "--json").stdout)
    assert (summary["format"], summary["appended"], summary["set_aside"]) == (
        "ndjson",
        1,
        {"unknown_track": 1},
    )
    report = Path(summary["report"])
    assert report.parent == home / "imports"
    assert report.stat().st_mode & 0o077 == 0, "what people listen to is theirs"
    assert "unknown_track" in (report / "set_aside.csv").read_text()
    again = tunefi(file, "--account", LISTENER).stdout
    assert "already there" in again
    assert "unknown_track" in again


def test_a_pipe_is_imported_and_cannot_be_resumed(tmp_path: Path, tunefi: Callable[..., Result]) -> None:
    line = json.dumps({"track_id": "track:1", "at": "2019-05-01T12:00:00Z", "account": LISTENER})
    done = tunefi("-", "--json", "--report", tmp_path / "report", pipe=line)
    assert json.loads(done.stdout)["appended"] == 1, done.output
    assert (tmp_path / "report" / "summary.json").exists()
    refused = tunefi("-", "--json", "--resume", pipe=line)
    assert (refused.exit_code, json.loads(refused.stdout)["error"]) == (3, "ResumeRefused")


def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path: Path, tunefi: Callable[..., Result]) -> None:
    gone = tunefi(tmp_path / "gone.json")
    assert gone.exit_code == 3
    assert "gone.json" in gone.stderr
    assert "No such file" in gone.stderr
    assert tunefi(tmp_path / "gone.json", "--format", "winamp").exit_code == 2
    assert tunefi("-", "--account", "alice.eth", pipe="").exit_code == 3
