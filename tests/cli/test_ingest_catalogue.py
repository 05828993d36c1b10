"""`tunefi ingest catalogue`: the operator's lines and an artist's signed ones into the log of a home."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from ingest.catalogue_records import TrackRecord
from ingest.entries import Catalogue
from ingest.interaction_log import InteractionLog
from tests.kit.anvil import MNEMONIC
from tests.kit.graphs import Writer, edges
from tests.kit.wiped_graphs import open_small_ladybug
from tunefi.chain.signing import Signer, derive_signers
from tunefi.home import Home

OPERATOR, ARTIST, OTHER = derive_signers(MNEMONIC, 3)
ISRC = "USSM10804556"
TRACK = {"track_id": "track:1", "artist_id": "artist:1", "title": "Halo", "isrc": ISRC}
LINE = {"at": "2025-11-25T12:00:00Z", "tracks": [TRACK]}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose graph says who controls an artist."""
    home = Home(tmp_path / "home").create()
    asyncio.run(_control(home))
    return home


async def _control(home: Home) -> None:
    store = await open_small_ladybug(home.graph)
    controls = edges("CONTROLS", "Account", "Artist", source=[ARTIST.address], target=["artist:1"])
    await Writer(store, "chain:31337").write(controls)
    await store.close()


@pytest.fixture
def tunefi(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs the command for this home, with lines on its standard input."""
    monkeypatch.setenv("TUNEFI_HOME", str(home.root))
    monkeypatch.setenv("TUNEFI_OPERATOR_KEY", OPERATOR.export_key())

    def run(*words: str, lines: list[Any]) -> Result:
        text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        return CliRunner().invoke(app, ["ingest", "catalogue", "-", *words], input=text)

    return run


def signed(tunefi: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, who: Signer, *lines: Any) -> str:
    monkeypatch.setenv("TUNEFI_ARTIST_KEY", who.export_key())
    done = tunefi("--sign", lines=list(lines))
    assert done.exit_code == 0, done.output
    return done.stdout


def entries(home: Home) -> list[Catalogue]:
    log = InteractionLog.at_path(home.log)
    found = [stored.entry for stored in log.read(0, 100)]
    log.close()
    return [entry for entry in found if isinstance(entry, Catalogue)]


def test_the_operators_lines_are_signed_and_appended_once(home: Home, tunefi: Callable[..., Result]) -> None:
    report = json.loads(tunefi("--json", lines=[LINE]).stdout)
    assert report == {"appended": 1, "already_there": 0, "refused": []}
    assert json.loads(tunefi("--json", lines=[LINE]).stdout)["already_there"] == 1
    (entry,) = entries(home)
    assert entry.author is None
    assert entry.tracks == (TrackRecord("track:1", "artist:1", "Halo", known_as=(f"isrc:{ISRC}",)),)


def test_an_artists_signed_lines_count_for_its_own_artist_alone(
    home: Home, tunefi: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    album = {"release_id": "album:1", "artist_id": "artist:1", "title": "One", "tracks": ["track:1"]}
    good = signed(tunefi, monkeypatch, ARTIST, LINE, {"at": 1, "releases": [album]})
    stolen = signed(tunefi, monkeypatch, OTHER, LINE)
    done = tunefi("--json", lines=[good, stolen])
    assert done.exit_code == 5
    report = json.loads(done.stdout)
    assert (report["appended"], report["already_there"]) == (2, 0)
    assert [(one["line"], one["reason"]) for one in report["refused"]] == [(3, "not_the_artists")]
    assert [entry.author for entry in entries(home)] == [ARTIST.address] * 2


def test_bad_lines_are_told_by_number_and_stop_nothing(home: Home, tunefi: Callable[..., Result]) -> None:
    bad_isrc = {**LINE, "tracks": [{**TRACK, "isrc": "12345"}]}
    lost = {"at": 1, "lineage": [{"track_id": "track:1", "source_id": "track:9"}]}
    done = tunefi(lines=["nonsense\n", bad_isrc, {"at": 1, "mood": "happy"}, lost, LINE])
    assert done.exit_code == 5
    assert "line 1 refused, not_json" in done.stdout
    assert "line 2 refused, malformed: tracks.0: Value error, of ['12345'" in done.stdout
    assert "line 3 refused, malformed: mood" in done.stdout
    assert "line 4 refused, unknown_track: the catalogue has no track 'track:1'" in done.stdout
    assert len(entries(home)) == 1


def test_a_missing_key_is_named(tunefi: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUNEFI_OPERATOR_KEY")
    monkeypatch.delenv("TUNEFI_ARTIST_KEY", raising=False)
    for words, variable in (((), "TUNEFI_OPERATOR_KEY"), (("--sign",), "TUNEFI_ARTIST_KEY")):
        done = tunefi(*words, lines=[LINE])
        assert done.exit_code == 3
        assert f"{variable} is not set" in done.stderr
