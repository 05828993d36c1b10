"""What is accepted is decided before it is appended, and what is refused is told why."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue_records import ArtistRecord, TagRecord, TrackRecord
from ingest.entries import (
    AccountRecord,
    Accounts,
    Catalogue,
    Interaction,
    Kind,
    Plays,
    decode_entry,
    encode_entry,
)
from ingest.errors import MalformedEntry
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import KnownSubjects
from ingest.signatures import sign_accounts, sign_catalogue, sign_interaction
from ingest.validation import Reason, Refusal, Rules, Validator
from tests.kit.anvil import MNEMONIC
from tests.kit.entries import NOON
from tunefi.chain.signing import derive_signers
from tunefi.ids import Address, ArtistId, ChainId, Microseconds, TrackId

CHAIN = ChainId(31337)
ALICE, BOB, OPERATOR = derive_signers(MNEMONIC, 3)
KNOWN = KnownSubjects({TrackId("track:1"): None, TrackId("track:2"): 200}, {ArtistId("artist:1")})
VALIDATOR = Validator(CHAIN, KNOWN, frozenset({OPERATOR.address}), Rules(max_age_seconds=1_000))
SECOND = 1_000_000


def interaction(kind: Kind = Kind.LISTEN, **changes: Any) -> Interaction:
    seconds = 60 if kind is Kind.LISTEN else 0
    entry = Interaction(kind, ALICE.address, "track:1", NOON, seconds, b"\x01" * 32)
    return replace(entry, **changes)


def reason_of(entry: Any, now_at: int = NOON) -> Reason | None:
    verdict = VALIDATOR.judge(entry, Microseconds(now_at))
    return verdict.reason if isinstance(verdict, Refusal) else None


def signed(entry: Interaction) -> Interaction:
    return sign_interaction(entry, ALICE, CHAIN)


@pytest.mark.parametrize(
    "entry",
    [
        interaction(),
        signed(interaction()),
        interaction(subject="track:2", seconds=200),
        interaction(seconds=30),
        interaction(seconds=600),
        interaction(account=Address("0x" + "AB" * 20)),
        signed(interaction(Kind.LIKE)),
        signed(interaction(Kind.HIDE)),
        signed(interaction(Kind.FOLLOW, subject="artist:1")),
        signed(interaction(Kind.FOLLOW, subject=BOB.address)),
        signed(interaction(Kind.BEFRIEND, subject=BOB.address)),
        signed(interaction(Kind.TAG, subject="track:1#drum#bass")),
        signed(interaction(Kind.TAG, subject="artist:1#舞")),
        signed(interaction(Kind.DELETE, subject="")),
    ],
)
def test_good_interactions_are_accepted_and_survive_their_bytes(entry: Interaction) -> None:
    verdict = VALIDATOR.judge_interaction(entry, NOON)
    assert isinstance(verdict, Interaction)
    assert verdict.account == entry.account.lower()
    assert decode_entry(encode_entry(verdict)) == verdict


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (interaction(account="0x1234"), Reason.UNKNOWN_ACCOUNT_FORM),
        (interaction(account="alice.eth"), Reason.UNKNOWN_ACCOUNT_FORM),
        (interaction(subject="track:9"), Reason.UNKNOWN_TRACK),
        (interaction(subject="track\x00"), Reason.MALFORMED),
        (interaction(subject="t" * 3_000), Reason.MALFORMED),
        (interaction(idempotency_key=b"x"), Reason.MALFORMED),
        (interaction(seconds=-1), Reason.MALFORMED),
        (interaction(seconds=2**32), Reason.MALFORMED),
        (interaction(at=-1), Reason.MALFORMED),
        (interaction(at=NOON + 200 * SECOND), Reason.IN_THE_FUTURE),
        (interaction(at=NOON - 1_001 * SECOND), Reason.TOO_OLD),
        (interaction(seconds=29), Reason.TOO_SHORT),
        (interaction(seconds=601), Reason.TOO_LONG),
        (interaction(subject="track:2", seconds=201), Reason.TOO_LONG),
        (interaction(Kind.LIKE), Reason.UNSIGNED),
        (interaction(Kind.DELETE, subject=""), Reason.UNSIGNED),
        (interaction(Kind.BEFRIEND, subject=BOB.address), Reason.UNSIGNED),
        (signed(interaction(Kind.LIKE, seconds=3)), Reason.MALFORMED),
        (signed(interaction(Kind.BEFRIEND, subject=ALICE.address)), Reason.MALFORMED),
        (signed(interaction(Kind.FOLLOW, subject="artist:9")), Reason.UNKNOWN_SUBJECT),
        (signed(interaction(Kind.TAG, subject="track:1")), Reason.MALFORMED),
        (signed(interaction(Kind.TAG, subject="track:1# ")), Reason.MALFORMED),
        (signed(interaction(Kind.TAG, subject="track:9#rock")), Reason.UNKNOWN_TRACK),
        (signed(interaction(Kind.DELETE, subject="track:1")), Reason.MALFORMED),
    ],
)
def test_bad_interactions_are_refused_with_the_reason(entry: Interaction, reason: Reason) -> None:
    assert reason_of(entry) is reason


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 61},
        {"subject": "track:2"},
        {"at": NOON + 1},
        {"account": BOB.address},
        {"idempotency_key": b"\x02" * 32},
        {"signature": bytes(65)},
        {"signature": b""},
        {"signature": b"\xff" * 65},
    ],
)
def test_a_forged_listen_is_refused(changes: dict[str, Any]) -> None:
    assert reason_of(replace(signed(interaction()), **changes)) is Reason.BAD_SIGNATURE


def test_a_signature_for_another_chain_is_refused() -> None:
    assert reason_of(sign_interaction(interaction(), ALICE, ChainId(1))) is Reason.BAD_SIGNATURE


def test_the_second_form_of_a_signature_is_refused() -> None:
    entry = signed(interaction())
    assert entry.signature is not None
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    flipped = (order - int.from_bytes(entry.signature[32:64])).to_bytes(32)
    other = entry.signature[:32] + flipped + bytes([55 - entry.signature[64]])
    assert reason_of(entry) is None
    assert reason_of(replace(entry, signature=other)) is Reason.BAD_SIGNATURE


def test_only_an_operator_signs_catalogue_and_accounts() -> None:
    catalogue = Catalogue(b"\x01" * 32, NOON, tags=(TagRecord("Artist", "artist:1", "rock", 2),))
    accounts = Accounts(b"\x01" * 32, NOON, (AccountRecord(BOB.address, "Bob"),))
    assert reason_of(sign_catalogue(catalogue, OPERATOR, CHAIN)) is None
    assert reason_of(sign_accounts(accounts, OPERATOR, CHAIN)) is None
    for forged in (
        catalogue,
        sign_catalogue(catalogue, ALICE, CHAIN),
        replace(sign_catalogue(catalogue, OPERATOR, CHAIN), at=Microseconds(0)),
        replace(sign_catalogue(catalogue, OPERATOR, CHAIN), tags=()),
        sign_accounts(accounts, BOB, CHAIN),
    ):
        assert reason_of(forged) is Reason.NOT_OPERATOR


def test_play_counts_need_a_known_track_and_a_number() -> None:
    assert reason_of(Plays(b"\x01" * 32, ALICE.address, ((TrackId("track:1"), 5),))) is None
    assert reason_of(Plays(b"\x01" * 32, ALICE.address, ((TrackId("track:9"), 5),))) is Reason.UNKNOWN_TRACK
    assert reason_of(Plays(b"\x01" * 32, ALICE.address, ((TrackId("track:1"), 0),))) is Reason.MALFORMED


@pytest.mark.parametrize("payload", [b"", b"\xff", b"\x01", b"\xa0", encode_entry(interaction())[:-5]])
def test_bytes_that_are_no_entry_are_refused(payload: bytes) -> None:
    with pytest.raises(MalformedEntry):
        decode_entry(payload)


def catalogue(**changes: Any) -> Catalogue:
    """A batch of one record a kind, signed by the operator, some fields of all of them changed."""
    records = (
        ArtistRecord(ArtistId("artist:1"), "Name"),
        TrackRecord(TrackId("track:1"), ArtistId("artist:1"), "Title", 200),
        TagRecord("Track", "track:1", "rock", 3),
    )
    artist, track, tag = (
        replace(record, **{name: value for name, value in changes.items() if hasattr(record, name)})
        for record in records
    )
    return sign_catalogue(Catalogue(b"\x01" * 32, NOON, (artist,), (track,), (tag,)), OPERATOR, CHAIN)


INVISIBLE = ["a\u200bb", "\u202egnirts", "a\u2066b", "\ufeffa", "a\x00", "a\nb", "\x7f"]


@pytest.mark.parametrize("text", [*INVISIBLE, "x" * 1_000_000, "舞" * 700, "👩‍🚀"])
def test_what_cannot_be_seen_or_is_too_long_identifies_nothing(text: str) -> None:
    KNOWN.tracks[TrackId(text)] = None
    assert reason_of(interaction(subject=text)) is Reason.MALFORMED
    assert reason_of(signed(interaction(Kind.TAG, subject=f"track:1#{text}"))) is Reason.MALFORMED
    assert reason_of(signed(interaction(Kind.FOLLOW, subject=text))) is Reason.MALFORMED
    for field in ("artist_id", "track_id", "subject", "tag"):
        assert reason_of(catalogue(**{field: text})) is Reason.MALFORMED, field
    del KNOWN.tracks[TrackId(text)]


@pytest.mark.parametrize(
    "name",
    [
        "Sigur Rós",
        "Σtella",
        "فرقة\u200fالأمل",
        "می\u200cخواهم",
        "क्\u200dष",
        "東京事変",
        "\u202egnirts\u202c",
        "👩‍🚀",
        "e\u0301",
    ],
)
def test_a_name_of_any_script_is_kept_letter_by_letter(name: str) -> None:
    verdict = VALIDATOR.judge(catalogue(name=name, title=name), NOON)
    assert isinstance(verdict, Catalogue)
    kept = decode_entry(encode_entry(verdict))
    assert isinstance(kept, Catalogue)
    assert (kept.artists[0].name, kept.tracks[0].title) == (name, name)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 1_000_000},
        {"title": "x" * 1_000_000},
        {"title": "a\x00b"},
        {"url": "\x1b[2J"},
        {"name": "\ud800"},
        {"duration_seconds": 0},
        {"duration_seconds": -5},
        {"duration_seconds": 2**256 - 1},
        {"count": 0},
        {"count": 2**256 - 1},
        {"label": "Account"},
        {"tag": ""},
        {"track_id": ""},
    ],
)
def test_a_malformed_record_refuses_its_batch(changes: dict[str, Any]) -> None:
    entry = catalogue()
    records = {
        field: tuple(
            replace(record, **{n: v for n, v in changes.items() if hasattr(record, n)}) for record in rows
        )
        for field, rows in (("artists", entry.artists), ("tracks", entry.tracks), ("tags", entry.tags))
    }
    assert reason_of(replace(entry, **records)) is Reason.MALFORMED


@pytest.mark.parametrize("name", ["x" * 1_000_000, "a\x00b", "\ud800"])
def test_a_malformed_name_refuses_its_accounts(name: str) -> None:
    accounts = Accounts(b"\x01" * 32, NOON, (AccountRecord(BOB.address, name),))
    assert reason_of(accounts) is Reason.MALFORMED
    assert (
        reason_of(Accounts(b"\x01" * 32, NOON, (AccountRecord(Address("bob"), "Bob"),))) is Reason.MALFORMED
    )


def test_the_largest_number_of_the_chain_is_no_time_length_or_count() -> None:
    largest = 2**256 - 1
    for changes in ({"seconds": largest}, {"at": Microseconds(largest)}):
        assert reason_of(interaction(**changes)) is Reason.MALFORMED
    assert reason_of(Plays(b"\x01" * 32, ALICE.address, ((TrackId("track:1"), largest),))) is Reason.MALFORMED


@pytest.mark.parametrize("payload", [b"\xa1\x64kind\x62\xff\xfe", b"\xa1\x62\xff\xfe\x01"])
def test_bytes_that_are_no_text_are_no_entry(payload: bytes) -> None:
    with pytest.raises(MalformedEntry):
        decode_entry(payload)


def test_a_clock_that_is_a_little_ahead_is_believed_and_one_far_ahead_is_not() -> None:
    assert reason_of(interaction(at=NOON + 120 * SECOND)) is None
    assert reason_of(interaction(at=NOON + 121 * SECOND)) is Reason.IN_THE_FUTURE
    assert reason_of(interaction(at=NOON - 1_000 * SECOND)) is None


def test_a_replayed_listen_is_one_entry_and_one_with_another_key_is_too_old_at_last(tmp_path: Path) -> None:
    """A signature covers the key, so a recorded listen can only be sent again as it is."""
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    entry = signed(interaction())
    assert [log.append([entry])[0].duplicate for _ in range(3)] == [False, True, True]
    assert reason_of(replace(entry, idempotency_key=b"\x02" * 32)) is Reason.BAD_SIGNATURE
    assert reason_of(entry, NOON + 1_001 * SECOND) is Reason.TOO_OLD
    log.close()
