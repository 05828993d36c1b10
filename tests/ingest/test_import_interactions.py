"""A file of interactions enters the log once, line by line, whatever some of its lines are."""

import bz2
import gzip
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest.catalogue_records import ArtistRecord, TrackRecord
from ingest.entries import Catalogue, Interaction, Kind
from ingest.errors import FormatUnknown, ResumeRefused, SourceUnreadable, UnpackedTooLarge
from ingest.importers import interactions, source_file
from ingest.importers.catalogue_index import CatalogueIndex
from ingest.importers.import_report import MATCHED, SET_ASIDE
from ingest.importers.lines import LONGEST_LINE
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import KnownSubjects
from ingest.signatures import sign_interaction
from ingest.validation import Validator
from tests.kit.anvil import MNEMONIC
from tests.kit.entries import NOON
from tests.kit.imports import LISTENER, ImportDesk
from tunefi.chain.signing import derive_signer
from tunefi.ids import ArtistId, ChainId, Microseconds, TrackId

CHAIN = ChainId(31337)
KNOWN = KnownSubjects({TrackId("track:1"): None, TrackId("track:2"): 200}, {ArtistId("artist:1")})
YEAR = 365 * 86_400 * 1_000_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ImportDesk]:
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    yield ImportDesk(log, Validator(CHAIN, KNOWN), tmp_path / "report")
    log.close()


def line(number: int = 0, **changes: Any) -> dict[str, Any]:
    return {"subject": "track:1", "at": NOON - YEAR + number * 1_000_000, "seconds": 60, **changes}


def ndjson(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in lines)


def entries_of(desk: ImportDesk) -> list[Interaction]:
    found = [stored.entry for stored in desk.log.read(0, 10_000)]
    return [entry for entry in found if isinstance(entry, Interaction)]


def test_lines_become_unsigned_listens_in_their_order(desk: ImportDesk) -> None:
    summary = desk.run(
        ndjson(line(1), line(2, subject="track:2", seconds=200), line(3, account="0x" + "cd" * 20))
    )
    assert (summary.records, summary.appended, summary.finished) == (3, 3, True)
    first, second, third = entries_of(desk)
    assert (first.account, first.subject, first.seconds, first.signature) == (LISTENER, "track:1", 60, None)
    assert (second.subject, second.at) == ("track:2", NOON - YEAR + 2_000_000)
    assert third.account == "0x" + "cd" * 20


def test_the_same_file_again_adds_nothing(desk: ImportDesk) -> None:
    data = ndjson(*(line(number) for number in range(20)))
    desk.run(data)
    head = desk.log.head()
    again = desk.run(data)
    assert (again.appended, again.already_there) == (0, 20)
    assert desk.log.head() == head


def test_an_item_that_an_app_would_send_is_a_line(desk: ImportDesk) -> None:
    item = {"account": LISTENER, "track_id": "track:1", "at": NOON, "seconds": 30, "idempotency_key": "a:1"}
    assert desk.run(ndjson(item), account=None).appended == 1
    changed = desk.run(ndjson({**item, "seconds": 40}), account=None)
    assert changed.set_aside == {"idempotency_conflict": 1}


def test_a_signed_line_stays_signed_and_gets_no_more_time_than_over_the_api(desk: ImportDesk) -> None:
    alice = derive_signer(MNEMONIC, 0)

    def signed(at: int) -> dict[str, Any]:
        entry = Interaction(Kind.LIKE, alice.address, "track:1", Microseconds(at), 0, bytes([1]) * 32)
        signature = sign_interaction(entry, alice, CHAIN).signature
        assert signature is not None
        return {
            "kind": "like", "account": alice.address, "subject": "track:1", "at": at,
            "idempotency_key": "0x" + "01" * 32, "signature": "0x" + signature.hex(),
        }  # fmt: skip

    summary = desk.run(ndjson(signed(NOON), signed(NOON - YEAR), line(kind="like", seconds=0)))
    assert (summary.appended, summary.set_aside) == (1, {"too_old": 1, "unsigned": 1})
    assert entries_of(desk)[0].signature is not None


def test_bad_lines_are_set_aside_with_number_and_reason_and_stop_nothing(desk: ImportDesk) -> None:
    bad: list[tuple[bytes, str]] = [
        (b"{", "not_json"),
        (b'{"at": 1, "subject": "\xff\xfe"}', "not_json"),
        (b"[1, 2]", "malformed"),
        (b'{"at": 1}', "malformed"),
        (b"null", "malformed"),
        (json.dumps(line(subject="track:9")).encode(), "unknown_track"),
        (json.dumps(line(seconds=-5)).encode(), "malformed"),
        (json.dumps(line(seconds=29)).encode(), "too_short"),
        (json.dumps(line(seconds=10**30)).encode(), "malformed"),
        (json.dumps(line(at=-1)).encode(), "malformed"),
        (json.dumps(line(at=0)).encode(), "too_old"),
        (json.dumps(line(at=NOON + YEAR)).encode(), "in_the_future"),
        (json.dumps(line(at=2**256 - 1)).encode(), "malformed"),
        (json.dumps(line(at="9999-12-31T23:59:59Z")).encode(), "malformed"),
        (json.dumps(line(at="yesterday")).encode(), "malformed"),
        (json.dumps(line(account="alice.eth")).encode(), "unknown_account_form"),
        (json.dumps(line(kind="catalogue")).encode(), "malformed"),
        (json.dumps(line(seconsd=60)).encode(), "malformed"),
        (json.dumps(line(subject="track\u202e:1")).encode(), "malformed"),
        (b'{"subject": ' * 5_000, "not_json"),
        (b'{"x": "' + b"a" * LONGEST_LINE + b'"}', "too_large"),
        (json.dumps(line(at=NOON, signature="0x" + "00" * 65)).encode(), "bad_signature"),
    ]
    good = json.dumps(line()).encode()
    data = b"\n".join([good, *(text for text, _ in bad), b"", good[:-3]])
    summary = desk.run(data)
    aside = desk.table(SET_ASIDE)
    assert [(int(row["line"]), row["reason"]) for row in aside[:-1]] == [
        (number, reason) for number, (_, reason) in enumerate(bad, start=2)
    ]
    assert (aside[-1]["line"], aside[-1]["reason"]) == (str(len(bad) + 3), "not_json"), (
        "the file is cut short"
    )
    assert summary.appended == 1
    assert summary.set_aside.total() == len(bad) + 1
    assert all(row["detail"] and len(row["detail"]) < 1_000 for row in aside)
    text = (desk.folder / SET_ASIDE).read_text(encoding="utf-8")
    assert text.replace("\n", "").replace("\r", "").isprintable()


def test_numbers_as_text_a_byte_order_mark_and_times_in_words_are_read(desk: ImportDesk) -> None:
    data = b"\xef\xbb\xbf" + ndjson(
        line(at=str(NOON), seconds="45"), line(at="2025-11-25T13:00:00+01:00", subject="track:2")
    )
    assert desk.run(data).appended == 2
    assert [entry.at for entry in entries_of(desk)] == [NOON, NOON]


def test_what_has_no_account_is_set_aside(desk: ImportDesk) -> None:
    assert desk.run(ndjson(line()), account=None).set_aside == {"no_account": 1}


def test_a_listen_without_length_counts_as_the_shortest_play(desk: ImportDesk) -> None:
    desk.run(ndjson({"subject": "track:1", "at": NOON}))
    assert [entry.seconds for entry in entries_of(desk)] == [30]


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, lambda data: pa.compress(data, codec="zstd", asbytes=True)],
    ids=["gzip", "bz2", "xz", "zstd"],
)
def test_packed_files_are_read_in_parts_and_a_cut_one_says_where(desk: ImportDesk, pack: Any) -> None:
    half = ndjson(*(line(number) for number in range(1_500)))
    other = ndjson(*(line(number) for number in range(1_500, 3_000)))
    cut = (pack(half) + pack(other))[:-60]
    with pytest.raises(SourceUnreadable, match="a file, after") as caught:
        desk.run(cut)
    assert "import it again" in str(caught.value)
    kept = desk.log.head().position
    assert 1_000 <= kept < 3_000, "what comes more than 64 KiB before the damage is in the log"
    whole = desk.run(pack(half) + pack(other))
    assert (whole.appended, whole.already_there) == (3_000 - kept, kept)


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_a_file_that_unpacks_without_end_is_refused(
    desk: ImportDesk, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_file, "_FREE_BYTES", 1 << 20)
    bomb = pa.compress(ndjson(line()) + b" " * (40 << 20), codec=codec, asbytes=True)
    with pytest.raises(UnpackedTooLarge, match="unpack it yourself"):
        desk.run(bomb)
    assert desk.log.head().position == 1, "the line before is kept"


def test_an_interrupted_import_goes_on_where_it_was(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions, "BATCH_LINES", 10)
    lines = [line(number, subject="track:9" if number % 7 == 3 else "track:1") for number in range(95)]
    data = ndjson(*lines)
    with desk.start(data) as interrupted:
        for _ in range(4):
            assert interrupted.run_batch()
    head = desk.log.head()
    assert interrupted.summary.records == 40
    with (desk.folder / SET_ASIDE).open("ab") as file:
        file.write(b"a row that was written and not counted")
    summary = desk.run(data, resume=True)
    assert (summary.records, summary.already_there, summary.finished) == (95, 0, True)
    assert summary.appended == desk.log.head().position > head.position
    assert summary.set_aside == {"unknown_track": len(desk.table(SET_ASIDE))}
    assert [int(row["line"]) for row in desk.table(SET_ASIDE)] == [
        number + 1 for number in range(95) if number % 7 == 3
    ]


def test_only_an_import_of_the_same_file_is_resumed(desk: ImportDesk) -> None:
    with pytest.raises(ResumeRefused, match="no import was begun here"):
        desk.run(ndjson(line(1)), resume=True)
    desk.run(ndjson(line(1)))
    with pytest.raises(ResumeRefused, match="of another file"):
        desk.run(ndjson(line(2)), resume=True)


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"ID3\x04 a song", b"<html>Sign in</html>"])
def test_a_file_of_no_known_form_is_refused_with_the_forms_that_are_known(
    desk: ImportDesk, data: bytes
) -> None:
    with pytest.raises(FormatUnknown, match=r"--format: .*ndjson"):
        desk.run(data)


def test_a_track_named_by_artist_and_title_is_looked_up_and_the_report_says_how_sure_it_is(
    tmp_path: Path, desk: ImportDesk
) -> None:
    records = Catalogue(
        bytes(32),
        NOON,
        (ArtistRecord(ArtistId("artist:1"), "Beyoncé"),),
        (
            TrackRecord(TrackId("track:1"), ArtistId("artist:1"), "Halo", known_as=("isrc:USSM10804556",)),
            TrackRecord(TrackId("track:2"), ArtistId("artist:1"), "Irreplaceable", 200),
        ),
    )
    desk.catalogue = CatalogueIndex([records])
    data = ndjson(
        {"artist": "BEYONCE", "title": "halo", "at": NOON - 1_000_000},
        {"artist": "Beyoncé", "title": "Irreplacaeble", "at": NOON, "seconds": 230},
        {"isrc": "US-SM1-08-04556", "at": NOON},
        {"artist": "\u202eBeyoncé", "title": "Crazy in Love", "at": NOON},
        {"artist": "=SUM(A1)", "title": "Halo", "at": NOON},
    )
    summary = desk.run(data)
    assert summary.matched == {"plain": 1, "similar": 1, "id": 1}
    assert [(entry.subject, entry.seconds) for entry in entries_of(desk)] == [
        ("track:1", 30), ("track:2", 200), ("track:1", 30)
    ]  # fmt: skip
    aside = desk.table(SET_ASIDE)
    assert [(row["reason"], row["artist"]) for row in aside] == [
        ("not_in_catalogue", "\\u202eBeyoncé"),
        ("not_in_catalogue", "'=SUM(A1)"),
    ]
    assert "no such title" in aside[0]["detail"]
    assert [(row["track_id"], row["sureness"], row["score"]) for row in desk.table(MATCHED)] == [
        ("track:1", "plain", "1.0"), ("track:2", "similar", "0.923"), ("track:1", "id", "1.0")
    ]  # fmt: skip
    again = desk.run(data)
    assert (again.appended, again.already_there) == (0, 3)
