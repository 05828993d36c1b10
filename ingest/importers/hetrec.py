"""The HetRec 2011 Last.fm data set as entries of the interaction log.

Owns the mapping: an artist is one artist and one track that stands for its body of work; a listener is an
account whose address is derived from a mnemonic; play counts are unsigned and without time. Refuses to
invent anything else, and to append a part of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ingest.catalogue_records import ArtistRecord, TagRecord, TrackRecord
from ingest.entries import AccountRecord, Accounts, Catalogue, Entry, Interaction, Kind, Plays
from ingest.errors import MalformedDataFile
from ingest.importers.table_file import load_numbers, load_rows
from ingest.interaction_log import InteractionLog
from ingest.signatures import sign_accounts, sign_catalogue
from tunefi.chain.signing import Signer, derive_signers
from tunefi.hashing import keccak256
from tunefi.ids import Address, ArtistId, ChainId, Microseconds, TrackId

T = TypeVar("T")

RECORDS_AN_ENTRY = 1_000
FIRST_ACCOUNT = 100_000
"""Index of listener 0 among the accounts of the mnemonic, far from those that people use."""
PUBLISHED_AT = Microseconds(1_304_208_000_000_000)
"""May 2011: a fixed time, so that importing again makes the same entries."""


@dataclass(frozen=True, slots=True)
class HetrecData:
    """The data set.

    Attributes:
        artists: Name by number.
        plays: Artist and count, by listener.
        friends: Each friendship once, lower number first.
        tags: How many listeners gave a tag to an artist.
        unknown_tag_assignments: How many were left out, because their artist has no name.
    """

    artists: Mapping[int, str]
    plays: Mapping[int, Sequence[tuple[int, int]]]
    friends: Sequence[tuple[int, int]]
    tags: Mapping[tuple[int, str], int]
    unknown_tag_assignments: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; `duplicates` stood in the log before."""

    entries: int
    appended: int
    duplicates: int
    listeners: int
    artists: int
    play_counts: int
    friendships: int
    tags: int
    left_out: int


def load_hetrec(folder: Path) -> HetrecData:
    """Return the data set from a folder, checked whole.

    Raises:
        MalformedDataFile: A file is missing, cut short or altered; names it and its line.
    """
    artists = {
        _number("artist_names.tsv", line, number): name
        for line, (number, name) in enumerate(load_rows(folder, "artist_names.tsv", 2), start=2)
    }
    tags = {
        _number("tags.dat", line, number): tag
        for line, (number, tag) in enumerate(load_rows(folder, "tags.dat", 2, encoding="latin-1"), start=2)
    }
    assignments = load_numbers(folder, "user_taggedartists.dat", 6)
    known = [(artist, tags[tag]) for _, artist, tag, *_ in assignments if artist in artists and tag in tags]
    return HetrecData(
        artists,
        _load_plays(folder, artists),
        sorted({(min(pair), max(pair)) for pair in map(tuple, load_numbers(folder, "user_friends.dat", 2))}),
        Counter(known),
        len(assignments) - len(known),
    )


def import_hetrec(
    log: InteractionLog, data: HetrecData, *, mnemonic: str, operator: Signer, chain_id: ChainId
) -> ImportReport:
    """Append the data set to a log in one transaction; importing it again appends nothing.

    Args:
        mnemonic: The listeners' addresses are derived from it.
        operator: Signs the catalogue and the accounts.
        chain_id: Of the signatures' domain.
    """
    entries = list(build_hetrec_entries(data, mnemonic=mnemonic, operator=operator, chain_id=chain_id))
    receipts = log.append(entries)
    duplicates = sum(receipt.duplicate for receipt in receipts)
    return ImportReport(
        entries=len(entries),
        appended=len(entries) - duplicates,
        duplicates=duplicates,
        listeners=len(list_listeners(data)),
        artists=len(data.artists),
        play_counts=sum(len(counts) for counts in data.plays.values()),
        friendships=len(data.friends),
        tags=len(data.tags),
        left_out=data.unknown_tag_assignments,
    )


def build_hetrec_entries(
    data: HetrecData, *, mnemonic: str, operator: Signer, chain_id: ChainId
) -> Iterator[Entry]:
    """Yield the catalogue, then accounts, plays and friendships; the same data make the same entries."""
    addresses = {listener: signer.address for listener, signer in derive_listeners(data, mnemonic).items()}
    for catalogue in (*_build_artists(data), *_build_tags(data)):
        yield sign_catalogue(catalogue, operator, chain_id)
    for accounts in _build_accounts(addresses):
        yield sign_accounts(accounts, operator, chain_id)
    for listener, counts in sorted(data.plays.items()):
        yield Plays(
            _key("plays", listener),
            addresses[listener],
            tuple((track_id_of(artist), count) for artist, count in counts),
        )
    for first, second in data.friends:
        yield Interaction(
            Kind.BEFRIEND,
            addresses[first],
            addresses[second],
            Microseconds(0),
            0,
            _key("befriend", first, second),
            subject_label="Account",
        )


def list_listeners(data: HetrecData) -> list[int]:
    """Return the numbers of all listeners, ascending."""
    return sorted({*data.plays, *(listener for pair in data.friends for listener in pair)})


def derive_listeners(data: HetrecData, mnemonic: str) -> dict[int, Signer]:
    """Return the key of each listener, by number."""
    listeners = list_listeners(data)
    signers = derive_signers(mnemonic, max(listeners, default=0) + 1, FIRST_ACCOUNT)
    return {listener: signers[listener] for listener in listeners}


def artist_id_of(artist: int) -> ArtistId:
    """Return the id of an artist of the data set."""
    return ArtistId(f"hetrec:artist:{artist}")


def track_id_of(artist: int) -> TrackId:
    """Return the id of the track that stands for an artist's body of work."""
    return TrackId(f"hetrec:track:{artist}")


def _build_artists(data: HetrecData) -> Iterator[Catalogue]:
    for number, some in enumerate(_batches(sorted(data.artists.items()))):
        yield Catalogue(
            _key("artists", number),
            PUBLISHED_AT,
            artists=tuple(ArtistRecord(artist_id_of(artist), name) for artist, name in some),
            tracks=tuple(
                TrackRecord(track_id_of(artist), artist_id_of(artist), name, stands_for="body of work")
                for artist, name in some
            ),
        )


def _build_tags(data: HetrecData) -> Iterator[Catalogue]:
    for number, some in enumerate(_batches(sorted(data.tags.items()))):
        records = tuple(
            TagRecord("Artist", artist_id_of(artist), tag, count) for (artist, tag), count in some
        )
        yield Catalogue(_key("tags", number), PUBLISHED_AT, tags=records)


def _build_accounts(addresses: Mapping[int, Address]) -> Iterator[Accounts]:
    for number, some in enumerate(_batches(sorted(addresses.items()))):
        records = tuple(
            AccountRecord(address, f"Listener {listener}", generated=True, public_listener=True)
            for listener, address in some
        )
        yield Accounts(_key("accounts", number), PUBLISHED_AT, records)


def _load_plays(folder: Path, artists: Mapping[int, str]) -> dict[int, list[tuple[int, int]]]:
    plays: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for line, (listener, artist, count) in enumerate(load_numbers(folder, "user_artists.dat", 3), start=2):
        if artist not in artists:
            raise MalformedDataFile("user_artists.dat", line, f"artist {artist} is not in artist_names.tsv")
        if count < 1:
            raise MalformedDataFile("user_artists.dat", line, f"{count} plays")
        plays[listener].append((artist, count))
    return dict(plays)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Items in the number that one entry holds."""
    listed = list(items)
    for start in range(0, len(listed), RECORDS_AN_ENTRY):
        yield listed[start : start + RECORDS_AN_ENTRY]


def _number(name: str, line: int, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise MalformedDataFile(name, line, f"{text[:40]!r} is not a number") from error


def _key(*parts: object) -> bytes:
    return keccak256(":".join(("hetrec2011-lastfm-2k", *map(str, parts))).encode())
