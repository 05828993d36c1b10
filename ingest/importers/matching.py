"""Which track of the catalogue a name means, and how sure that is.

    id          an ISRC, a MusicBrainz recording, a Spotify track, or an id of this catalogue
    exact       artist and title as the catalogue writes them
    plain       but for diacritics, punctuation, spaces and the like
    core        but for guests, the article of the artist and labels of an edition
    work        but for the kind of performance: live, acoustic, demo
    similar     almost the same letters

The first of these that finds a track decides; where it finds several, none is guessed. Owns the order and
the threshold of likeness. Refuses to know where a name comes from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from ingest.importers.catalogue_index import CatalogueIndex, Form
from ingest.importers.found import LONGEST_NAME
from tunefi.ids import ArtistId, TrackId

LEAST_SIMILAR = 0.9
"""Measured on names of the HetRec artists: docs/importing.md has precision and recall beside it."""
_MARGIN = 0.05
"""The second most similar track must be this much farther away."""
_NAMED = 3


class Sureness(StrEnum):
    """How a track was found, the surest first."""

    ID = "id"
    EXACT = "exact"
    PLAIN = "plain"
    CORE = "core"
    WORK = "work"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Match:
    """The track that is meant; `score` is 1 but for similar names."""

    track_id: TrackId
    sureness: Sureness
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No track, or more than one; `detail` says which come nearest."""

    ambiguous: bool
    detail: str


_SURENESS = {
    Form.EXACT: Sureness.EXACT,
    Form.PLAIN: Sureness.PLAIN,
    Form.CORE: Sureness.CORE,
    Form.WORK: Sureness.WORK,
}
_ARTIST_FORMS = (Form.EXACT, Form.PLAIN, Form.CORE)
_PAIRS = sorted(product(_ARTIST_FORMS, Form), key=lambda pair: (max(pair), sum(pair)))
"""Forms of artist and title together, the strictest first."""


def find_track(
    index: CatalogueIndex, artist: str, title: str, ids: Iterable[str] = (), *, least: float = LEAST_SIMILAR
) -> Match | NoMatch:
    """Return the track that is meant.

    Args:
        index: Of the catalogue.
        artist: As the source writes it.
        title: As the source writes it; where a track stands for all of an artist's work, it does not matter.
        ids: Ids that the source knows the track by, the surest first.
        least: How similar names must be that are not equal in any form.
    """
    for known_as in ids:
        if found := index.find_ids(known_as):
            return _only(index, found, Sureness.ID)
    if not artist or max(len(artist), len(title)) > LONGEST_NAME:
        return NoMatch(ambiguous=False, detail=f"no artist, or a name of more than {LONGEST_NAME} characters")
    return (
        _find_named(index, artist, title)
        or _find_body_of_work(index, artist)
        or _find_similar(index, artist, title, least)
    )


def _find_named(index: CatalogueIndex, artist: str, title: str) -> Match | NoMatch | None:
    artists = {form: index.find_artists(form, artist) for form in _ARTIST_FORMS}
    for artist_form, title_form in _PAIRS:
        found = [
            track
            for artist_id in artists[artist_form]
            for track in index.find_titles(artist_id, title_form, title)
        ]
        if found:
            return _only(index, found, _SURENESS[max(artist_form, title_form)])
    return None


def _find_body_of_work(index: CatalogueIndex, artist: str) -> Match | NoMatch | None:
    for form in _ARTIST_FORMS:
        bodies = [
            track
            for artist_id in index.find_artists(form, artist)
            for track in index.bodies.get(artist_id, ())
        ]
        if bodies:
            return _only(index, bodies, _SURENESS[form])
    return None


def _find_similar(index: CatalogueIndex, artist: str, title: str, least: float) -> Match | NoMatch:
    scores: dict[TrackId, float] = {}
    artists = _artists_like(index, artist, least)
    for artist_id, artist_score in artists.items():
        for track in index.bodies.get(artist_id, ()):
            scores[track] = artist_score
        for track, score in index.find_similar_titles(artist_id, title, least):
            scores[track] = min(score, artist_score)
    if not scores:
        known = "has this artist and no such title" if artists else "has no such artist"
        return NoMatch(ambiguous=False, detail=f"the catalogue {known}")
    best = max(scores.values())
    near = [track for track, score in scores.items() if score > best - _MARGIN]
    return _only(index, near, Sureness.SIMILAR, best)


def _artists_like(index: CatalogueIndex, artist: str, least: float) -> dict[ArtistId, float]:
    for form in _ARTIST_FORMS:
        if equal := index.find_artists(form, artist):
            return dict.fromkeys(equal, 1.0)
    return dict(index.find_similar_artists(artist, least))


def _only(
    index: CatalogueIndex, tracks: list[TrackId], sureness: Sureness, score: float = 1.0
) -> Match | NoMatch:
    if len(tracks) == 1:
        return Match(tracks[0], sureness, score)
    named = "; ".join(_name_of(index, track) for track in tracks[:_NAMED])
    return NoMatch(ambiguous=True, detail=f"{len(tracks)} tracks are as near ({sureness}): {named}")


def _name_of(index: CatalogueIndex, track: TrackId) -> str:
    record = index.tracks[track]
    return f"{index.artists.get(record.artist_id, record.artist_id)} – {record.title}"
