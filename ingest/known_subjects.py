"""The tracks and artists that the log's catalogue knows, and whose they are.

Owns how it is learnt, in the order of the log: a later record of a track counts, and an id elsewhere stays
with the artist who named it first. Refuses to judge.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.entries import Catalogue, Entry
from ingest.interaction_log import InteractionLog
from tunefi.ids import ArtistId, TrackId

_ENTRIES_A_READ = 100


@dataclass
class KnownSubjects:
    """What exists by the catalogue.

    Attributes:
        tracks: How many seconds each lasts, where that is known.
        artists: Every artist.
        creators: Artist of each track.
        releases: Artist of each release.
        elsewhere: Artist of each id elsewhere.
    """

    tracks: dict[TrackId, int | None] = field(default_factory=dict)
    artists: set[ArtistId] = field(default_factory=set)
    creators: dict[TrackId, ArtistId] = field(default_factory=dict)
    releases: dict[str, ArtistId] = field(default_factory=dict)
    elsewhere: dict[str, ArtistId] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Learn the subjects of a catalogue entry; others teach nothing."""
        if not isinstance(entry, Catalogue):
            return
        self.artists.update(record.artist_id for record in entry.artists)
        for track in entry.tracks:
            self.tracks[track.track_id] = track.duration_seconds
            self.creators[track.track_id] = track.artist_id
            for known_as in track.known_as:
                self.elsewhere.setdefault(known_as, track.artist_id)
        self.releases.update((record.release_id, record.artist_id) for record in entry.releases)


class LogCatalogue:
    """The catalogue of one log, which others append to as well.

    Args:
        log: Read by kind.

    Attributes:
        known: What was learnt so far; shared with whoever judges.
    """

    def __init__(self, log: InteractionLog) -> None:
        self._log = log
        self._position = 0
        self.known = KnownSubjects()

    def refresh(self) -> None:
        """Learn what was appended since."""
        for entry in self.read_new():
            self.known.add(entry)

    def read_new(self) -> Iterator[Entry]:
        """Yield catalogue entries that were not yielded before, in the order of the log."""
        while entries := self._log.read_catalogue(self._position, _ENTRIES_A_READ):
            yield from (stored.entry for stored in entries if stored.entry is not None)
            self._position = entries[-1].position


def load_known_subjects(entries: Iterable[Entry]) -> KnownSubjects:
    """Return what exists by these entries."""
    known = KnownSubjects()
    for entry in entries:
        known.add(entry)
    return known
