"""Exports of other services enter the log, each in the forms in which it is really written."""

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest.catalogue_records import ArtistRecord, TrackRecord
from ingest.entries import Catalogue, Interaction
from ingest.errors import SourceUnreadable, UnpackedTooLarge
from ingest.importers import json_array, source_file
from ingest.importers.accounts import ListenerAccounts
from ingest.importers.catalogue_index import CatalogueIndex
from ingest.importers.import_report import SET_ASIDE
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import load_known_subjects
from ingest.validation import Validator
from tests.kit.entries import NOON
from tests.kit.imports import LISTENER, ImportDesk
from tunefi.errors import MalformedAddress
from tunefi.ids import Address, ArtistId, ChainId, TrackId

MBID = "98255a8c-017a-4bc7-8dd6-1fa36124572b"
URI = "spotify:track:1rrgWMXGCGHru5bIRxGFV0"
AT = 1_443_521_965
RECORDS = Catalogue(
    bytes(32),
    NOON,
    (ArtistRecord(ArtistId("rick"), "Rick Astley"), ArtistRecord(ArtistId("hikaru"), "宇多田ヒカル")),
    (
        TrackRecord(
            TrackId("never"), ArtistId("rick"), "Never Gonna Give You Up", 213, None, (f"mbid:{MBID}", URI)
        ),
        TrackRecord(TrackId("love"), ArtistId("hikaru"), "First Love"),
    ),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ImportDesk]:
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    validator = Validator(ChainId(31337), load_known_subjects([RECORDS]))
    yield ImportDesk(log, validator, tmp_path / "report", CatalogueIndex([RECORDS]))
    log.close()


def heard(desk: ImportDesk) -> list[tuple[str, int, int]]:
    """Track, second and length of each listen in the log."""
    found = [stored.entry for stored in desk.log.read(0, 1_000)]
    return [(e.subject, e.at // 1_000_000, e.seconds) for e in found if isinstance(e, Interaction)]


def reasons(desk: ImportDesk) -> list[tuple[int, str]]:
    return [(int(row["line"]), row["reason"]) for row in desk.table(SET_ASIDE)]


def lines(*items: Any) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def listenbrainz(
    artist: str = "Rick Astley", title: str = "Never Gonna Give You Up", at: Any = AT, **more: Any
) -> dict[str, Any]:
    info = more.pop("additional_info", {"tags": ["rick rolled"], "isrc": ["no text"]})
    return {
        "listened_at": at,
        "track_metadata": {"artist_name": artist, "track_name": title, "additional_info": info},
        **more,
    }


def test_listens_of_listenbrainz_are_read(desk: ImportDesk) -> None:
    other = {"recording_mbid": MBID, "duration_ms": 213_000}
    old = listenbrainz("宇多田ヒカル", "First Love", user_id=1, recording_msid="x")
    old["timestamp"] = old.pop("listened_at")
    summary = desk.run(
        lines(listenbrainz(), listenbrainz("Somebody", "else", AT + 1, additional_info=other), old)
    )
    assert (summary.format, summary.appended) == ("listenbrainz", 3)
    assert summary.matched == {"exact": 2, "id": 1}
    assert heard(desk) == [("never", AT, 30), ("never", AT + 1, 30), ("love", AT, 30)]


def test_bad_listens_of_listenbrainz_are_set_aside(desk: ImportDesk) -> None:
    bad = [
        (listenbrainz(at="never"), "malformed"),
        (listenbrainz(at=-1), "malformed"),
        (listenbrainz(at=0), "too_old"),
        (listenbrainz(at=2**256 - 1), "malformed"),
        (listenbrainz(artist="Nobody"), "not_in_catalogue"),
        (listenbrainz(artist=""), "not_in_catalogue"),
        ({"listened_at": AT, "track_metadata": None}, "malformed"),
        (listenbrainz(title="x" * 900_000), "malformed"),
    ]
    desk.run(lines(listenbrainz(), *(item for item, _ in bad), listenbrainz(at=str(AT + 9))))
    assert reasons(desk) == [(number, reason) for number, (_, reason) in enumerate(bad, start=2)]
    assert heard(desk) == [("never", AT, 30), ("never", AT + 9, 30)]


def test_each_user_of_a_dump_has_an_account_or_is_set_aside(desk: ImportDesk) -> None:
    data = lines(
        *(listenbrainz(at=AT + n, user_name=user) for n, user in enumerate(("rob", "ann", LISTENER)))
    )
    rob = Address("0x" + "01" * 20)
    named = ListenerAccounts.parse([f"rob={rob}", LISTENER], derived=False)
    assert desk.run(data, accounts=named).set_aside == {"no_account": 2}
    derived = desk.run(data, accounts=ListenerAccounts.parse([f"rob={rob}"], derived=True))
    assert (derived.appended, derived.already_there) == (2, 1)
    accounts = [e.account for s in desk.log.read(0, 9) if isinstance(e := s.entry, Interaction)]
    assert accounts[0] == rob
    assert len(set(accounts)) == 3
    assert LISTENER not in accounts, "a name elsewhere that looks like an address is a name"
    with pytest.raises(MalformedAddress):
        ListenerAccounts.parse(["rob=alice.eth"], derived=False)


def tar_of(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def test_a_dump_is_read_from_its_packed_tar_and_a_cut_one_up_to_the_cut(desk: ImportDesk) -> None:
    days = [lines(*(listenbrainz(at=AT + 1_000 * day + n) for n in range(200))) for day in range(2)]
    dump = tar_of(
        **{"dump/listens/2015/9.listens": days[0], "dump/TIMESTAMP": b"2020", "dump/x/10.listens": days[1]}
    )
    with pytest.raises(SourceUnreadable, match="a file, "):
        desk.run(pa.compress(dump[: len(days[0]) + 15_000], codec="zstd", asbytes=True))
    assert 200 <= len(heard(desk)) < 400
    summary = desk.run(pa.compress(dump, codec="zstd", asbytes=True))
    assert len(heard(desk)) == 400
    assert summary.set_aside == {"other_file": 1}
    assert desk.table(SET_ASIDE)[0]["file"] == "dump/TIMESTAMP"


def spotify(
    artist: str | None = "Rick Astley", title: str | None = "Never Gonna Give You Up", **more: Any
) -> dict[str, Any]:
    return {
        "ts": "2015-09-29T10:20:00Z",
        "platform": "android",
        "ms_played": 120_000,
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": artist,
        "spotify_track_uri": "spotify:track:0000000000000000000000",
        "episode_name": None,
        "incognito_mode": False,
        **more,
    }


SPOTIFY_END = 1_443_522_000


def test_the_extended_history_of_spotify_is_read_from_its_zip(desk: ImportDesk) -> None:
    plays = [
        spotify(),
        spotify(None, None, episode_name="A podcast"),
        spotify(incognito_mode=True),
        spotify("Somebody", "else", spotify_track_uri=URI, ts="2015-09-29 10:30:00", ms_played=400_000),
        spotify(ms_played=12_000),
        spotify(ms_played=-5),
        spotify(ts="1970-01-01T00:00:00Z"),
        spotify(ts="soon"),
        spotify(ms_played="200000", ts="2015-09-29T10:40:00Z"),
        "no object",
    ]
    archive = zip_of(
        {
            "MyData/ReadMeFirst.pdf": b"%PDF-1.4",
            "MyData/Streaming_History_Audio_2015_0.json": json.dumps(plays, indent=2).encode(),
            "MyData/Streaming_History_Video_2015.json": json.dumps([spotify(title="A clip")]).encode(),
        }
    )
    summary = desk.run(archive)
    assert summary.format == "spotify"
    assert heard(desk) == [
        ("never", SPOTIFY_END - 120, 120),
        ("never", SPOTIFY_END + 600 - 400, 213),
        ("never", SPOTIFY_END + 1_200 - 200, 200),
    ]
    assert reasons(desk)[1:] == [
        (2, "not_music"), (3, "private"), (5, "too_short"), (6, "malformed"), (7, "malformed"),
        (8, "malformed"), (10, "malformed"), (1, "not_in_catalogue"),
    ]  # fmt: skip
    assert desk.run(archive).already_there == 3


def test_bytes_that_are_no_text_spoil_one_play_and_a_cut_file_keeps_what_came_before(
    desk: ImportDesk,
) -> None:
    good = json.dumps(spotify()).encode()
    spoilt = json.dumps(spotify("Caf", ts="2016-01-01T00:00:00Z")).encode().replace(b"Caf", b"Caf\xe9")
    desk.run(b"[" + spoilt + b"," + good + b"]")
    assert reasons(desk) == [(1, "not_in_catalogue")]
    later = json.dumps(spotify(ts="2017-01-01T00:00:00Z")).encode()
    with pytest.raises(SourceUnreadable, match="after object 1"):
        desk.run(b"[" + later + b"," + good[:90])
    assert len(heard(desk)) == 2


def test_an_object_without_end_is_given_up_before_it_fills_the_memory(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_array, "_LARGEST_OBJECT", 1 << 20)
    endless = b'[{"ts": "2015", "ms_played": 1, "x": "' + b"a" * (2 << 20)
    with pytest.raises(SourceUnreadable, match="an object of more than"):
        desk.run(endless)


def test_a_zip_that_unpacks_without_end_is_refused(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_file, "_FREE_BYTES", 1 << 20)
    bomb = zip_of({"a.json": lines(listenbrainz()) + b" " * (40 << 20)})
    with pytest.raises(UnpackedTooLarge):
        desk.run(bomb)
    with pytest.raises(SourceUnreadable, match="the list of the zip's files"):
        desk.run(zip_of({"a.json": lines(listenbrainz())})[:-30])


GHAN = (
    "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
    f'{AT},"29 Sep 2015, 10:19",Rick Astley,,"Whenever, you",,Never Gonna Give You Up,\n'
    f'"{AT + 60}","29 Sep 2015, 10:20","Somebody","","","","else","{MBID}"\n'
)
STATS = f"Artist;Album;AlbumId;Track;Date#someone\nRick Astley;;;Never Gonna Give You Up;{AT}000\n"
PLAIN = (
    'Rick Astley,,Never Gonna Give You Up,29 Sep 2015 10:19\n宇多田ヒカル,,First Love,"29 Sep 2015 10:20"\n'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GHAN, [("never", AT, 30), ("never", AT + 60, 30)]),
        ("\ufeff" + GHAN.replace("\n", "\r\n"), [("never", AT, 30), ("never", AT + 60, 30)]),
        (STATS, [("never", AT, 30)]),
        (PLAIN, [("never", SPOTIFY_END - 60, 30), ("love", SPOTIFY_END, 30)]),
    ],
    ids=["ghan", "ghan of Windows", "lastfmstats", "no header"],
)
def test_scrobbles_are_read_from_csv(
    desk: ImportDesk, text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert desk.run(text.encode()).format == "lastfm"
    assert heard(desk) == expected


def scrobble(at: Any = str(AT), **more: Any) -> dict[str, Any]:
    return {
        "artist": {"mbid": "", "#text": "Rick Astley"},
        "name": "Never Gonna Give You Up",
        "mbid": "",
        "date": {"uts": at, "#text": "29 Sep 2015, 10:19"},
        **more,
    }


PAGE = [
    scrobble(),
    {**scrobble(), "@attr": {"nowplaying": "true"}},
    scrobble(str(AT + 1), artist={"name": "Rick Astley"}),
]


@pytest.mark.parametrize(
    "document",
    [
        PAGE,
        [PAGE],
        {"recenttracks": {"track": PAGE, "@attr": {"page": "1"}}},
        [{"recenttracks": {"track": PAGE}}],
    ],
    ids=["array", "pages", "page of the API", "pages of the API"],
)
def test_scrobbles_are_read_from_json(desk: ImportDesk, document: Any) -> None:
    summary = desk.run(json.dumps(document).encode())
    assert (summary.format, summary.set_aside) == ("lastfm", {"not_a_listen": 1})
    assert heard(desk) == [("never", AT, 30), ("never", AT + 1, 30)]


def test_scrobbles_of_lastfmstats_are_read_from_json(desk: ImportDesk) -> None:
    one = {"track": "First Love", "artist": "宇多田ヒカル", "album": "", "date": AT * 1_000}
    desk.run(
        json.dumps({"username": "someone", "scrobbles": [one, {"track": 5}, {**one, "date": None}]}).encode()
    )
    assert heard(desk) == [("love", AT, 30)]
    assert reasons(desk) == [(2, "malformed"), (3, "malformed")]


def test_bad_scrobbles_are_set_aside(desk: ImportDesk) -> None:
    rows = [
        (b',"",Rick Astley,,,,Never Gonna Give You Up,', "malformed"),
        (b"yesterday,,Rick Astley,,,,Never Gonna Give You Up,", "malformed"),
        (b'0,"01 Jan 1970, 00:00",Rick Astley,,,,Never Gonna Give You Up,', "too_old"),
        (b"1443521965,,Rick \xff,,,,Never Gonna Give You Up,", "malformed"),
        (b'1443521965,,"Rick Astley,,,,Never Gonna Give You Up,', "malformed"),
        (b"1443521965", "not_in_catalogue"),
        (b"1443521965,," + b"x" * 130_000 + b",,,,Never Gonna Give You Up,", "malformed"),
    ]
    header, good, *_ = GHAN.encode().split(b"\n")
    desk.run(b"\n".join([header, *(row for row, _ in rows), good, good[:20]]))
    assert reasons(desk)[:-1] == [(number, reason) for number, (_, reason) in enumerate(rows, start=2)]
    assert heard(desk) == [("never", AT, 30)]


def test_the_same_scrobble_from_two_services_is_one_listen(desk: ImportDesk) -> None:
    desk.run(GHAN.encode())
    assert desk.run(lines(listenbrainz("RICK ASTLEY"), listenbrainz(at=AT + 5))).already_there == 1
