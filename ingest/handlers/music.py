"""Events of MusicNFT: who controls an artist, which editions exist, who bought and who holds them.

Owns what they mean in the graph. Refuses to know blocks and nodes of the network.
"""

from dataclasses import dataclass

from ingest.chain_names import ZERO_ADDRESS, chain_name
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address


@dataclass(frozen=True, slots=True)
class ArtistRegistered:
    """An artist exists, controlled by one account."""

    artist_key: bytes
    controller: Address
    artist_id: str


@dataclass(frozen=True, slots=True)
class EditionMinted:
    """An edition of a track can be bought."""

    token_id: int
    artist_key: bytes
    track_key: bytes
    artist: Address
    artist_id: str
    track_id: str
    supply: int
    price_wei: int
    uri: str


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


@handles("MusicNFT", EditionMinted)
def on_edition_minted(event: EditionMinted, context: Context) -> None:
    """The track has one more edition; price, supply and uri are those of the newest."""
    token = _token(context, event.token_id)
    context.state.tracks[token] = event.track_id
    context.rows.node(
        "Track",
        event.track_id,
        token_id=context.state.tokens_of(event.track_id),
        price_wei=str(event.price_wei),
        supply=str(event.supply),
        uri=event.uri,
    )
    context.rows.edge("CREATED", ("Artist", event.artist_id), ("Track", event.track_id), minted=True)


@handles("MusicNFT", EditionPurchased)
def on_edition_purchased(event: EditionPurchased, context: Context) -> None:
    """The payer bought from the artist's account; the fee is what it cannot get back."""
    context.rows.edge(
        "BOUGHT",
        ("Account", event.payer),
        ("Account", event.artist),
        event_id=context.event_id,
        fee_wei=str(event.fee_wei),
        currency=_currency(event.currency, context),
        primary=event.primary,
        track_id=context.state.tracks.get(_token(context, event.token_id)),
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
    track_id = context.state.tracks[_token(context, token_id)]
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


def _token(context: Context, token_id: int) -> str:
    return chain_name(context.chain_id, context.event.log.address, token_id)


def _currency(currency: Address, context: Context) -> str:
    if currency == ZERO_ADDRESS:
        return "ether"
    return "token" if currency == context.contracts.get("TuneToken") else currency
