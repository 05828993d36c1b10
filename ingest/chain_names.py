"""Identifiers of what is born on a chain: chain id, contract, and number or log.

Owns their form, so that two chains and two contracts never collide. Refuses to know any event.
"""

from collections.abc import Iterable, Mapping

from tunefi.chain.logs import RawLog
from tunefi.ids import ZERO_ADDRESS, Address, ChainId, Microseconds

TOKEN_EVENTS = frozenset(
    (contract, name)
    for contract, names in {
        "MusicNFT": (
            *("EditionMinted", "EditionPurchased", "MetadataUpdated"),
            *("TransferSingle", "TransferBatch"),
        ),
        "Marketplace": ("Listed", "Offered", "Sold", "AuctionCreated"),
    }.items()
    for name in names
)
"""Events whose handlers need to know tokens and balances."""

ORDER_LABELS = {"Listing": ("listing_id", "LISTED"), "Offer": ("offer_id", "OFFERED")}
"""Key and relationship from its maker, of each label of an order."""


EDITION_LABELS = {"LICENSED_AS": ("Licence", "licence_id"), "PAYS_BY": ("RoyaltySplit", "split_id")}
"""Label and key of what an edition names, by the relationship from its track."""


class TokenNames:
    """The ids of a track's editions in one property: separated by spaces, in the order they were minted."""

    @staticmethod
    def join(tokens: Iterable[str]) -> str:
        """Return the property."""
        return " ".join(tokens)

    @staticmethod
    def split(text: str) -> list[str]:
        """Return the ids in a property."""
        return text.split()


def currency_name(currency: Address, contracts: Mapping[str, Address]) -> str:
    """Return `ether`, `token` for TuneToken, or the address of another currency."""
    if currency == ZERO_ADDRESS:
        return "ether"
    return "token" if currency == contracts.get("TuneToken") else currency


def seconds_at(seconds: int) -> Microseconds:
    """Return a time of the contracts, in seconds, as the graph keeps times."""
    return Microseconds(seconds * 1_000_000)


def chain_name(chain_id: ChainId, contract: Address, number: int | str) -> str:
    """Return the id of something that a contract numbers or hashes: a token, an epoch, an order."""
    return f"{chain_id}:{contract}:{number}"


def pool_name(chain_id: ChainId, contract: Address) -> str:
    """Return the id of a staking pool."""
    return f"{chain_id}:{contract}"


def event_name(chain_id: ChainId, log: RawLog) -> str:
    """Return the id of one event: its chain, contract, block, transaction and place in the block."""
    return f"{chain_id}:{log.address}:{log.block_number}:{log.transaction_hash}:{log.log_index}"
