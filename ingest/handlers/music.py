"""Events of MusicNFT: who controls an artist, which editions exist, who bought and who holds them.

Owns what they mean in the graph. Refuses to know blocks and nodes of the network.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from ingest.chain_names import EDITION_LABELS, chain_name, currency_name
from ingest.handlers.registry import Context, handles
from ingest.handlers.royalties import split_name
from tunefi.ids import ZERO_ADDRESS, Address, hex_of


@dataclass(frozen=True, slots=True)
class ArtistRegistered:
    """An artist exists, controlled by one account."""

    artist_key: bytes
    controller: Address
    artist_id: str


@dataclass(frozen=True, slots=True)
class ArtistTransferred:
    """An artist is controlled by another account."""

    artist_key: bytes
    previous_controller: Address
    controller: Address
    artist_id: str


class EditionTerms(NamedTuple):
    """What an artist fixes of an edition, in the order of the contract's struct; zero means none."""

    artist_id: str
    track_id: str
    supply: int
    price: int
    in_token: bool = False
    start_at: int = 0
    end_at: int = 0
    per_account_limit: int = 0
    licence_id: bytes = bytes(32)
    payee: Address = ZERO_ADDRESS
    royalty_bps: int = 0
    uri: str = ""
    content_hash: bytes = bytes(32)
    sources: tuple[str, ...] = ()


class LicenceTerms(NamedTuple):
    """What a licence allows, in the order of the contract's struct."""

    uri: str
    content_hash: bytes
    transferable: bool
    expiration: int
    commercial_use: bool
    commercial_attribution: bool
    commercial_rev_share: int
    commercial_rev_ceiling: int
    derivatives_allowed: bool
    derivatives_attribution: bool
    derivatives_approval: bool
    derivatives_reciprocal: bool
    derivative_rev_ceiling: int
    currency: Address


@dataclass(frozen=True, slots=True)
class EditionMinted:
    """An edition of a track can be bought."""

    token_id: int
    artist_key: bytes
    track_key: bytes
    artist: Address
    terms: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class LicenceRegistered:
    """Editions can name this licence."""

    licence_id: bytes
    by: Address
    terms: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TrackDerived:
    """A new track is made from another one."""

    track_key: bytes
    source_key: bytes
    track_id: str
    source_id: str


@dataclass(frozen=True, slots=True)
class MetadataUpdated:
    """The metadata of an edition is elsewhere."""

    token_id: int
    uri: str
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class EditionPurchased:
    """Copies were bought, and the protocol took its fee."""

    token_id: int
    payer: Address
    artist: Address
    recipient: Address
    amount: int
    price_wei: int
    fee_wei: int
    currency: Address
    primary: bool


@dataclass(frozen=True, slots=True)
class TransferSingle:
    """Copies of one edition changed hands."""

    operator: Address
    from_: Address
    to: Address
    id: int
    value: int


@dataclass(frozen=True, slots=True)
class TransferBatch:
    """Copies of several editions changed hands."""

    operator: Address
    from_: Address
    to: Address
    ids: tuple[int, ...]
    values: tuple[int, ...]


@handles("MusicNFT", ArtistRegistered)
def on_artist_registered(event: ArtistRegistered, context: Context) -> None:
    """The account controls the artist."""
    context.rows.edge("CONTROLS", ("Account", event.controller), ("Artist", event.artist_id))


@handles("MusicNFT", ArtistTransferred)
def on_artist_transferred(event: ArtistTransferred, context: Context) -> None:
    """The new account controls the artist, and the one before does not."""
    artist = ("Artist", event.artist_id)
    context.rows.no_edge("CONTROLS", ("Account", event.previous_controller), artist)
    context.rows.edge("CONTROLS", ("Account", event.controller), artist)


@handles("MusicNFT", EditionMinted)
def on_edition_minted(event: EditionMinted, context: Context) -> None:
    """The track has one more edition; price, supply, uri, licence and payee are those of the newest."""
    terms = EditionTerms(*event.terms)
    token = _token(context, event.token_id)
    context.state.editions.add(terms.track_id, token)
    track = ("Track", terms.track_id)
    context.rows.node(
        *track,
        token_id=context.state.editions.tokens_of(terms.track_id),
        price_wei=str(terms.price),
        supply=str(terms.supply),
        uri=terms.uri,
    )
    context.rows.edge("CREATED", ("Artist", terms.artist_id), track, minted=True)
    licence_id = _licence(context, terms.licence_id) if any(terms.licence_id) else None
    _name_newest(context, "LICENSED_AS", track, licence_id)
    split_id = split_name(context, terms.payee)
    _name_newest(context, "PAYS_BY", track, split_id if split_id in context.state.splits else None)


@handles("MusicNFT", LicenceRegistered)
def on_licence_registered(event: LicenceRegistered, context: Context) -> None:
    """The licence, with where its text is and what of it decides here."""
    terms = LicenceTerms(*event.terms)
    context.rows.node(
        "Licence",
        _licence(context, event.licence_id),
        uri=terms.uri,
        content_hash=hex_of(terms.content_hash),
        transferable=terms.transferable,
        derivatives=terms.derivatives_allowed,
    )


@handles("MusicNFT", TrackDerived)
def on_track_derived(event: TrackDerived, context: Context) -> None:
    """The new track names the one that it is made from."""
    context.rows.edge("DERIVED_FROM", ("Track", event.track_id), ("Track", event.source_id))


@handles("MusicNFT", MetadataUpdated)
def on_metadata_updated(event: MetadataUpdated, context: Context) -> None:
    """Where the metadata of the track's edition is."""
    context.rows.node("Track", context.state.editions.tracks[_token(context, event.token_id)], uri=event.uri)


@handles("MusicNFT", EditionPurchased)
def on_edition_purchased(event: EditionPurchased, context: Context) -> None:
    """The payer bought from the artist's account; the fee is what it cannot get back."""
    context.rows.edge(
        "BOUGHT",
        ("Account", event.payer),
        ("Account", event.artist),
        event_id=context.event_id,
        fee_wei=str(event.fee_wei),
        currency=currency_name(event.currency, context.contracts),
        primary=event.primary,
        track_id=context.state.editions.tracks.get(_token(context, event.token_id)),
        at=context.at,
    )


@handles("MusicNFT", TransferSingle)
def on_transfer_single(event: TransferSingle, context: Context) -> None:
    """Two accounts hold another amount of the track."""
    _move(context, event.from_, event.to, event.id, event.value)


@handles("MusicNFT", TransferBatch)
def on_transfer_batch(event: TransferBatch, context: Context) -> None:
    """Two accounts hold other amounts of several tracks."""
    for token_id, value in zip(event.ids, event.values, strict=True):
        _move(context, event.from_, event.to, token_id, value)


def _move(context: Context, source: Address, target: Address, token_id: int, value: int) -> None:
    track_id = context.state.editions.tracks[_token(context, token_id)]
    for account, change in ((source, -value), (target, value)):
        if account == ZERO_ADDRESS:
            continue
        amount = context.state.balances.get((account, track_id), 0) + change
        if amount < 0:
            raise ValueError(f"{account} would hold {amount} copies of {track_id}")
        context.state.balances[account, track_id] = amount
        ends = ("Account", account), ("Track", track_id)
        if amount:
            context.rows.edge("HOLDS", *ends, amount=str(amount))
        else:
            context.rows.no_edge("HOLDS", *ends)


def _name_newest(context: Context, type_: str, track: tuple[str, str], target_id: str | None) -> None:
    """Let a track name what its newest edition names, and nothing that one before named."""
    place = (type_, track[1])
    if (before := context.state.newest.pop(place, None)) is not None:
        context.rows.no_edge(type_, track, before)
    if target_id is not None:
        target = (EDITION_LABELS[type_][0], target_id)
        context.rows.edge(type_, track, target)
        context.state.newest[place] = target


def _licence(context: Context, licence_id: bytes) -> str:
    return chain_name(context.chain_id, context.event.log.address, hex_of(licence_id))


def _token(context: Context, token_id: int) -> str:
    return chain_name(context.chain_id, context.event.log.address, token_id)
