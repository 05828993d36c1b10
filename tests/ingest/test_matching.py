"""A name leads to the track that is meant, or to none: what is not sure is never guessed."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.catalogue_records import ArtistRecord, TrackRecord
from ingest.entries import Catalogue, decode_entry, encode_entry
from ingest.importers.catalogue_index import BODY_OF_WORK, CatalogueIndex
from ingest.importers.found import known_as
from ingest.importers.hetrec import load_hetrec
from ingest.importers.matching import Match, NoMatch, Sureness, find_track
from ingest.importers.names import core_artist, core_title, plain_form, work_title
from tests.kit.name_variants import build_cases, build_catalogue_names
from tunefi.ids import ArtistId, Microseconds, TrackId

DATASET = Path(__file__).parents[2] / "datasets" / "hetrec2011-lastfm-2k"
MBID = "98255a8c-017a-4bc7-8dd6-1fa36124572b"
SPOTIFY = "spotify:track:1rrgWMXGCGHru5bIRxGFV0"


def catalogue(*tracks: tuple[str, str], **known: tuple[str, ...]) -> CatalogueIndex:
    """Artist and title of each track; its id is its number, from 0."""
    artists = sorted({artist for artist, _ in tracks})
    return CatalogueIndex(
        [
            Catalogue(
                bytes(32),
                Microseconds(0),
                tuple(ArtistRecord(ArtistId(f"artist:{name}"), name) for name in artists),
                tuple(
                    TrackRecord(
                        TrackId(str(number)),
                        ArtistId(f"artist:{artist}"),
                        title,
                        known_as=known.get(f"_{number}", ()),
                    )
                    for number, (artist, title) in enumerate(tracks)
                ),
            )
        ]
    )


SONGS = catalogue(
    ("Beyoncé", "Halo"),
    ("Radiohead", "Creep"),
    ("Radiohead", "Karma Police"),
    ("Radiohead", "Karma Police (Live)"),
    ("The Beatles", "Come Together - Remastered 2009"),
    ("Simon & Garfunkel", "The Boxer"),
    ("Blur", "Song 2"),
    ("宇多田ヒカル", "First Love"),
    ("Земфира", "Искала"),
    ("!!!", "Heart of Hearts"),
    ("Rick Astley", "Never Gonna Give You Up"),
    _10=("isrc:GBARL9300135", f"mbid:{MBID}", SPOTIFY),
)


@pytest.mark.parametrize(
    ("artist", "title", "track", "sureness"),
    [
        ("Beyoncé", "Halo", "0", "exact"),
        ("  beyoncé ", "HALO", "0", "exact"),
        ("Beyonce\u0301", "Halo", "0", "exact"),
        ("Beyonce", "Halo!", "0", "plain"),
        ("Ｂｅｙｏｎｃé", "Ha\u200blo\u202c", "0", "plain"),
        ("Beyoncé feat. JAY-Z", "Halo", "0", "core"),
        ("Beyoncé", "Halo (feat. Nobody) [2015 Remaster]", "0", "core"),
        ("Beatles", "Come Together", "4", "core"),
        ("Beatles, The", "Come Together (Remastered 2011)", "4", "core"),
        ("Radiohead", "Creep - Live at Glastonbury", "1", "work"),
        ("Radiohead", "Creep (Acoustic Version)", "1", "work"),
        ("Radiohead", "Karma Police", "2", "exact"),
        ("Radiohead", "Karma Police - Live", "3", "plain"),
        ("Simon and Garfunkel", "The Boxer", "5", "plain"),
        ("Simon & Garfunkle", "The Boxer", None, "ends differ"),
        ("Simon & Garfnukel", "The Boxer", "5", "similar"),
        ("Radiohead", "Karma Poilce", None, "two of them are as near"),
        ("Blur", "Song 3", None, "another number"),
        ("Blurr", "Song 2", None, "too short for a slip"),
        ("宇多田ヒカル", "First Love", "7", "exact"),
        ("宇多田ヒカリ", "First Love", None, "another name"),
        ("ЗЕМФИРА", "искала", "8", "exact"),
        ("!!!", "Heart of Hearts", "9", "exact"),
        ("???", "Heart of Hearts", None, "signs alone"),
        ("Radiohead", "Creep (Remix)", None, "a remix is another recording"),
        ("Radiohead Tribute Band", "Creep", None, "another artist"),
        ("Postmodern Jukebox", "Creep", None, "a cover"),
        ("Radiohead", "No Surprises", None, "another title"),
        ("", "", None, "nothing"),
        ("R" * 1_000_000, "Creep", None, "too long"),
    ],
)
def test_names_are_found_as_far_as_they_are_sure(
    artist: str, title: str, track: str | None, sureness: str
) -> None:
    found = find_track(SONGS, artist, title)
    if track is None:
        assert isinstance(found, NoMatch), sureness
        assert found.detail
    else:
        assert isinstance(found, Match), found
        assert (found.track_id, found.sureness) == (track, sureness)
        assert (found.score == 1) == (sureness != "similar")


@pytest.mark.parametrize(
    "ids",
    [
        known_as(isrc="GB-ARL-93-00135"),
        known_as(isrc="gbarl9300135"),
        known_as(recording_mbid=MBID.upper()),
        known_as(spotify=SPOTIFY),
        known_as(spotify="https://open.spotify.com/intl-de/track/1rrgWMXGCGHru5bIRxGFV0?si=x"),
        known_as(isrc="USRC17607839", recording_mbid=MBID),
    ],
)
def test_an_id_elsewhere_decides_whatever_the_names_say(ids: tuple[str, ...]) -> None:
    assert find_track(SONGS, "Somebody", "else", ids) == Match(TrackId("10"), Sureness.ID)


def test_what_is_no_id_is_none() -> None:
    assert known_as("", "", "") == ()
    assert known_as("none", "unknown", "spotify:episode:1rrgWMXGCGHru5bIRxGFV0") == ()


def test_ids_elsewhere_are_kept_by_the_log_and_payloads_without_them_stay_what_they_were() -> None:
    with_ids = TrackRecord(TrackId("1"), ArtistId("a"), "A", 200, None, ("isrc:GBARL9300135",))
    without = TrackRecord(TrackId("2"), ArtistId("a"), "B")
    entry = Catalogue(bytes(32), Microseconds(0), tracks=(with_ids, without))
    assert decode_entry(encode_entry(entry)) == entry
    alone = encode_entry(Catalogue(bytes(32), Microseconds(0), tracks=(without,)))
    five_fields = b"\x85" + b"\x61\x32" + b"\x61\x61" + b"\x61\x42" + b"\xf6\xf6"
    assert five_fields in alone


def test_two_tracks_that_are_as_near_are_both_named_and_neither_is_taken() -> None:
    index = catalogue(("Air", "Alpha Beta"), ("air", "alpha beta"), ("Air", "Kelly Watch the Stars"))
    found = find_track(index, "AIR", "Alpha  Beta")
    assert isinstance(found, NoMatch)
    assert found.ambiguous
    assert "Air – Alpha Beta" in found.detail
    assert "air – alpha beta" in found.detail
    near = catalogue(("Gabrielle Cilmi", "Sweet About Me"), ("Gabriolle Cilmi", "Sweet About Me"))
    between = find_track(near, "Gabriulle Cilmi", "Sweet About Me")
    assert isinstance(between, NoMatch)
    assert between.ambiguous


def test_a_body_of_work_takes_every_title_of_its_artist() -> None:
    body = TrackRecord(TrackId("body"), ArtistId("a"), "Air", stands_for=BODY_OF_WORK)
    song = TrackRecord(TrackId("song"), ArtistId("a"), "Sexy Boy")
    index = CatalogueIndex(
        [Catalogue(bytes(32), Microseconds(0), (ArtistRecord(ArtistId("a"), "Air"),), (body, song))]
    )
    assert find_track(index, "AIR", "All I Need") == Match(TrackId("body"), Sureness.EXACT)
    assert find_track(index, "Air", "Sexy Boy (Remastered)") == Match(TrackId("song"), Sureness.CORE)


def test_the_later_name_of_an_artist_counts() -> None:
    first = Catalogue(
        bytes(32),
        Microseconds(0),
        (ArtistRecord(ArtistId("a"), "Prince"),),
        (TrackRecord(TrackId("1"), ArtistId("a"), "Kiss"),),
    )
    second = Catalogue(bytes(32), Microseconds(1), (ArtistRecord(ArtistId("a"), "The Artist"),))
    index = CatalogueIndex([first, second])
    assert isinstance(find_track(index, "Prince", "Kiss"), NoMatch)
    assert isinstance(find_track(index, "The Artist", "Kiss"), Match)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_forms_without_anything_that_cannot_be_seen(text: str) -> None:
    for form in (plain_form, core_artist, core_title, work_title):
        assert form(text).isprintable()
    assert isinstance(find_track(SONGS, text, text), Match | NoMatch)


def test_precision_and_recall_on_names_of_real_artists_are_what_the_documents_say() -> None:
    names = list(load_hetrec(DATASET).artists.values())
    kept_in, _ = build_catalogue_names(names)
    index = CatalogueIndex(
        [
            Catalogue(
                bytes(32),
                Microseconds(0),
                tuple(ArtistRecord(ArtistId(name), name) for name in kept_in),
                tuple(
                    TrackRecord(TrackId(name), ArtistId(name), name, stands_for=BODY_OF_WORK)
                    for name in kept_in
                ),
            )
        ]
    )
    cases = build_cases(names, seed=5, sample=60)
    found = [find_track(index, case.written, "A song") for case in cases]
    right = sum(
        isinstance(match, Match) and match.track_id == case.meant
        for case, match in zip(cases, found, strict=True)
    )
    matched = sum(isinstance(match, Match) for match in found)
    meant = sum(case.meant is not None for case in cases)
    assert right / matched > 0.995, "precision"
    assert right / meant > 0.92, "recall"
    assert meant < 0.6 * len(cases), "most of the rest must not match"
