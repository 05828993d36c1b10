"""Builders of log entries."""

from ingest.entries import Interaction, Kind
from tunefi.hashing import keccak256
from tunefi.ids import Address, Microseconds

NOON = Microseconds(1_764_072_000_000_000)
"""A fixed time: 2025-11-25 12:00 UTC."""


def build_listen(
    number: int, *, account_number: int = 1, seconds: int = 60, signature: bytes | None = None
) -> Interaction:
    """A listen whose key and time follow from its number."""
    return Interaction(
        Kind.LISTEN,
        Address(f"0x{account_number:040x}"),
        f"track:{number % 7}",
        Microseconds(NOON + number * 1_000_000),
        seconds,
        keccak256(b"listen %d" % number),
        signature,
    )
