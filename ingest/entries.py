"""The entries of the interaction log and their bytes.

    Catalogue      records about artists, tracks, releases and tags, signed by the operator or by an artist
    Accounts       flags of accounts, signed by the operator
    Plays          aggregated play counts of one listener, unsigned
    Interaction    listen, like, hide, follow, befriend, tag, delete: what a person says, signed or not

A payload is deterministic CBOR (RFC 8949, section 4.2.1). Owns the form. Refuses to know whether an entry
is true.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cbor2

from ingest.catalogue_records import (
    ArtistRecord,
    LineageRecord,
    ReleaseRecord,
    TagRecord,
    TrackRecord,
    decode_lineage,
    decode_releases,
    decode_track,
    encode_lineage,
    encode_releases,
    encode_track,
)
from ingest.errors import MalformedEntry
from tunefi.errors import MalformedAddress
from tunefi.hashing import keccak256
from tunefi.ids import Address, Microseconds, TrackId, parse_address


class Kind(StrEnum):
    """What an entry says."""

    CATALOGUE = "catalogue"
    ACCOUNT = "account"
    PLAYS = "plays"
    LISTEN = "listen"
    LIKE = "like"
    HIDE = "hide"
    FOLLOW = "follow"
    BEFRIEND = "befriend"
    TAG = "tag"
    DELETE = "delete"


INTERACTIONS = frozenset(Kind) - {Kind.CATALOGUE, Kind.ACCOUNT, Kind.PLAYS}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A batch of records.

    Attributes:
        author: The account that controls the artists it is about; None: the operator speaks.
        signature: Of the author, or of the operator, over the EIP-712 type `Operator`.
    """

    idempotency_key: bytes
    at: Microseconds
    artists: tuple[ArtistRecord, ...] = ()
    tracks: tuple[TrackRecord, ...] = ()
    tags: tuple[TagRecord, ...] = ()
    signature: bytes | None = None
    releases: tuple[ReleaseRecord, ...] = ()
    lineage: tuple[LineageRecord, ...] = ()
    author: Address | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What the operator says about an account."""

    address: Address
    name: str | None = None
    generated: bool = False
    public_listener: bool = False


@dataclass(frozen=True, slots=True)
class Accounts:
    """A batch of account records; `signature` is the operator's over `Operator`."""

    idempotency_key: bytes
    at: Microseconds
    accounts: tuple[AccountRecord, ...]
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class Plays:
    """How often one listener played each track, of a source that knows neither time nor length."""

    idempotency_key: bytes
    account: Address
    counts: tuple[tuple[TrackId, int], ...]


@dataclass(frozen=True, slots=True)
class Interaction:
    """What one person says; the fields of the EIP-712 type, and what the log adds.

    Attributes:
        subject: Track, artist or account; of a tag `<id>#<tag>`; empty of a deletion.
        at: When, microseconds UTC; 0 where the source does not know.
        seconds: How long, of a listen; else 0.
        idempotency_key: 32 bytes.
        signature: 65 bytes, or None.
        subject_label: Label of the subject's node, decided when the entry was accepted.
        generated: The demo made it up.
    """

    kind: Kind
    account: Address
    subject: str
    at: Microseconds
    seconds: int
    idempotency_key: bytes
    signature: bytes | None = None
    subject_label: str = "Track"
    generated: bool = False


Entry = Catalogue | Accounts | Plays | Interaction


def kind_of(entry: Entry) -> Kind:
    """Return the kind of an entry."""
    if isinstance(entry, Interaction):
        return entry.kind
    return {Catalogue: Kind.CATALOGUE, Accounts: Kind.ACCOUNT, Plays: Kind.PLAYS}[type(entry)]


def account_of(entry: Entry) -> Address | None:
    """Return whose entry it is, and goes with its account's deletion; None: it is the catalogue's."""
    return entry.account if isinstance(entry, Interaction | Plays) else None


def scope_of(entry: Entry) -> str:
    """Return within whose keys an idempotency key is unique.

    What is unsigned never takes a key from what is signed, else anyone could block another's entry.
    """
    if isinstance(entry, Interaction | Plays):
        signed = isinstance(entry, Interaction) and entry.signature is not None
        return entry.account if signed else f"unsigned:{entry.account}"
    if isinstance(entry, Catalogue) and entry.author is not None:
        return f"artist:{entry.author}"
    return "operator"


def parse_idempotency_key(text: str) -> bytes:
    """Return 32 bytes: those written as 0x hex, or the hash of any other text."""
    if len(text) == 66 and text.startswith("0x"):
        try:
            return bytes.fromhex(text[2:])
        except ValueError:
            pass
    return keccak256(text.encode())


def encode_entry(entry: Entry) -> bytes:
    """Return the payload of an entry."""
    fields = {"kind": kind_of(entry).value, **_fields(entry)}
    return cbor2.dumps({name: value for name, value in fields.items() if value is not None}, canonical=True)


def decode_entry(payload: bytes) -> Entry:
    """Return the entry in a payload.

    Raises:
        MalformedEntry: The bytes are none.
    """
    try:
        fields = cbor2.loads(payload)
        kind = Kind(fields["kind"])
        return _DECODERS.get(kind, _interaction)(fields)
    except (cbor2.CBORDecodeError, ValueError, KeyError, TypeError, MalformedAddress) as error:
        raise MalformedEntry(f"{type(error).__name__}: {error}") from error


def encode_content(entry: Entry) -> bytes:
    """Return the payload less its signature: what the operator signs, what makes two entries the same."""
    fields = {"kind": kind_of(entry).value, **_fields(entry), "signature": None}
    return cbor2.dumps({name: value for name, value in fields.items() if value is not None}, canonical=True)


def _fields(entry: Entry) -> dict[str, Any]:
    match entry:
        case Interaction():
            return {
                "account": entry.account,
                "subject": entry.subject,
                "label": entry.subject_label,
                "at": entry.at,
                "seconds": entry.seconds,
                "key": entry.idempotency_key,
                "signature": entry.signature,
                "generated": True if entry.generated else None,
            }
        case Plays():
            return {
                "account": entry.account,
                "counts": [list(pair) for pair in entry.counts],
                "key": entry.idempotency_key,
            }
        case Accounts():
            rows = [[row.address, row.name, row.generated, row.public_listener] for row in entry.accounts]
            return {
                "accounts": rows,
                "at": entry.at,
                "key": entry.idempotency_key,
                "signature": entry.signature,
            }
        case Catalogue():
            return _catalogue_fields(entry)


def _catalogue_fields(entry: Catalogue) -> dict[str, Any]:
    """What is None is left out, so that a payload without it is what it was before it could be said."""
    return {
        "artists": [[row.artist_id, row.name, row.url] for row in entry.artists],
        "tracks": [encode_track(row) for row in entry.tracks],
        "tags": [[row.label, row.subject, row.tag, row.count] for row in entry.tags],
        "at": entry.at,
        "key": entry.idempotency_key,
        "signature": entry.signature,
        "releases": encode_releases(entry.releases),
        "lineage": encode_lineage(entry.lineage),
        "author": entry.author,
    }


def _interaction(fields: Mapping[str, Any]) -> Interaction:
    return Interaction(
        kind=Kind(fields["kind"]),
        account=parse_address(fields["account"]),
        subject=fields["subject"],
        at=Microseconds(fields["at"]),
        seconds=fields["seconds"],
        idempotency_key=fields["key"],
        signature=fields.get("signature"),
        subject_label=fields["label"],
        generated=fields.get("generated", False),
    )


def _plays(fields: Mapping[str, Any]) -> Plays:
    counts = tuple((TrackId(track_id), count) for track_id, count in fields["counts"])
    return Plays(fields["key"], parse_address(fields["account"]), counts)


def _accounts(fields: Mapping[str, Any]) -> Accounts:
    rows = tuple(AccountRecord(parse_address(row[0]), *row[1:]) for row in fields["accounts"])
    return Accounts(fields["key"], Microseconds(fields["at"]), rows, fields.get("signature"))


def _catalogue(fields: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        fields["key"],
        Microseconds(fields["at"]),
        tuple(ArtistRecord(*row) for row in fields["artists"]),
        tuple(decode_track(row) for row in fields["tracks"]),
        tuple(TagRecord(*row) for row in fields["tags"]),
        fields.get("signature"),
        decode_releases(fields.get("releases", ())),
        decode_lineage(fields.get("lineage", ())),
        parse_address(fields["author"]) if "author" in fields else None,
    )


_DECODERS: Mapping[Kind, Callable[[Mapping[str, Any]], Entry]] = {
    Kind.CATALOGUE: _catalogue,
    Kind.ACCOUNT: _accounts,
    Kind.PLAYS: _plays,
}
