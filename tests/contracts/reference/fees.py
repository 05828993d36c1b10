"""How the price of a sale is divided, from the words of IMusicNFT and IMarketplace."""

from dataclasses import dataclass

BPS = 10_000
MAX_FEE_BPS = 1_000
MAX_ROYALTY_BPS = 2_500
MAX_ROYALTY_ITEM_BPS = 5_000


@dataclass(frozen=True)
class Division:
    """Who gets what of a price, in wei."""

    seller: int
    royalty: int
    fee: int


def divide_primary(price: int, fee_bps: int) -> Division:
    """Return the division of a first sale: the artist gets what the floored fee leaves."""
    fee = price * fee_bps // BPS
    return Division(price - fee, 0, fee)


def divide_resale(price: int, fee_bps: int, royalty_bps: int) -> Division:
    """Return the division of a resale: royalty and fee are floored, the seller gets the rest."""
    fee, royalty = price * fee_bps // BPS, price * royalty_bps // BPS
    return Division(price - royalty - fee, royalty, fee)


def falling_price(price: int, end_price: int, passed: int, duration: int) -> int:
    """Return the price of one copy while it falls to `end_price`, rounded up."""
    return -(-(price * (duration - passed) + end_price * passed) // duration)
