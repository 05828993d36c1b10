"""The tracks of the catalogue by their ids elsewhere and by the forms of their names.

Owns the index. Refuses to decide which of several tracks is meant.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ingest.catalogue_records import TrackRecord
from ingest.entries import Catalogue, Entry
from ingest.importers.names import core_artist, core_title, exact_form, frame_of, plain_form, work_title
from tunefi.ids import ArtistId, TrackId

BODY_OF_WORK = "body of work"
"""What a track stands for that is every track of its artist."""
_MOST_SIMILAR = 5
_SHORTEST_SIMILAR = 5


class Form(IntEnum):
    """Forms of names, the strictest first; see `names`."""

    EXACT = 0
    PLAIN = 1
    CORE = 2
    WORK = 3


_ARTIST_FORMS: Mapping[Form, Callable[[str], str]] = {
    Form.EXACT: exact_form,
    Form.PLAIN: plain_form,
    Form.CORE: lambda name: _compact(core_artist(name)),
}
_TITLE_FORMS: Mapping[Form, Callable[[str], str]] = {
    Form.EXACT: exact_form,
    Form.PLAIN: plain_form,
    Form.CORE: lambda title: _compact(core_title(title)),
    Form.WORK: lambda title: _compact(work_title(title)),
}


class CatalogueIndex:
    """Learns catalogue entries in the order of the log; the later record of an artist or track counts."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.artists: dict[ArtistId, str] = {}
        self.tracks: dict[TrackId, TrackRecord] = {}
        for entry in entries:
            if isinstance(entry, Catalogue):
                self.artists.update((record.artist_id, record.name) for record in entry.artists)
                self.tracks.update((record.track_id, record) for record in entry.tracks)
        self._by_id: dict[str, list[TrackId]] = defaultdict(list)
        self._by_artist: dict[tuple[Form, str], list[ArtistId]] = defaultdict(list)
        self._by_title: dict[tuple[ArtistId, Form, str], list[TrackId]] = defaultdict(list)
        self._frames: dict[str, dict[str, list[ArtistId]]] = defaultdict(dict)
        self._works: dict[tuple[ArtistId, str], dict[str, list[TrackId]]] = defaultdict(dict)
        self.bodies: dict[ArtistId, list[TrackId]] = defaultdict(list)
        self._index_artists()
        self._index_tracks()

    def find_ids(self, known_as: str) -> list[TrackId]:
        """Return the tracks that have an id elsewhere, or here."""
        return self._by_id.get(known_as, [])

    def find_artists(self, form: Form, name: str) -> list[ArtistId]:
        """Return the artists whose name is equal in a form."""
        return self._by_artist.get((form, _ARTIST_FORMS[form](name)), [])

    def find_titles(self, artist: ArtistId, form: Form, title: str) -> list[TrackId]:
        """Return the tracks of an artist whose title is equal in a form."""
        return self._by_title.get((artist, form, _TITLE_FORMS[form](title)), [])

    def find_similar_artists(self, name: str, least: float) -> Iterator[tuple[ArtistId, float]]:
        """Yield artists whose name is similar, and how much: 1 less the share of letters to change."""
        core = core_artist(name)
        for other, score in _similar(core, self._frames.get(frame_of(core), {}), least):
            for artist in self._frames[frame_of(core)][other]:
                yield artist, score

    def find_similar_titles(
        self, artist: ArtistId, title: str, least: float
    ) -> Iterator[tuple[TrackId, float]]:
        """Yield tracks of an artist whose title is similar, and how much."""
        work = work_title(title)
        alike = self._works.get((artist, frame_of(work)), {})
        for other, score in _similar(work, alike, least):
            for track in alike[other]:
                yield track, score

    def _index_artists(self) -> None:
        for artist, name in self.artists.items():
            for form, shape in _ARTIST_FORMS.items():
                if key := shape(name):
                    self._by_artist[form, key].append(artist)
            core = core_artist(name)
            self._frames[frame_of(core)].setdefault(core, []).append(artist)

    def _index_tracks(self) -> None:
        for track in self.tracks.values():
            for known_as in (track.track_id, *track.known_as):
                self._by_id[known_as].append(track.track_id)
            if track.stands_for == BODY_OF_WORK:
                self.bodies[track.artist_id].append(track.track_id)
                continue
            for form, shape in _TITLE_FORMS.items():
                if key := shape(track.title):
                    self._by_title[track.artist_id, form, key].append(track.track_id)
            work = work_title(track.title)
            self._works[track.artist_id, frame_of(work)].setdefault(work, []).append(track.track_id)


def _compact(words: str) -> str:
    return words.replace(" ", "")


def _similar(words: str, others: Iterable[str], least: float) -> list[tuple[str, float]]:
    if len(words) < _SHORTEST_SIMILAR:
        return []
    found = process.extract(
        words, list(others), scorer=OSA.normalized_similarity, score_cutoff=least, limit=_MOST_SIMILAR
    )
    return [(other, score) for other, score, _ in found]
