"""Names for values that must not be mixed up, and the one place that parses them from text.

Owns identifiers and units. Refuses to know where a value comes from.
"""

import re
from typing import NewType

from tunefi.errors import MalformedAddress, MalformedHash

Address = NewType("Address", str)
"""An account or contract, lower-case 0x hex of 20 bytes."""
ArtistId = NewType("ArtistId", str)
TrackId = NewType("TrackId", str)
EpochId = NewType("EpochId", int)
"""Number of an epoch, consecutive from 1."""
TrackRow = NewType("TrackRow", int)
"""Dense index of a track in an embedding table."""
ListenerRow = NewType("ListenerRow", int)
"""Dense index of a listener in an embedding table."""
ChainId = NewType("ChainId", int)
BlockNumber = NewType("BlockNumber", int)
LogPosition = NewType("LogPosition", int)
"""Position in the interaction log; the first entry is 1, an empty log's head is 0."""
Wei = NewType("Wei", int)
"""Smallest unit of ether or TuneToken (10^-18)."""
Microseconds = NewType("Microseconds", int)
"""A UTC time as microseconds since 1970-01-01."""
Hash32 = NewType("Hash32", bytes)
"""A 32-byte hash."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")

ZERO_ADDRESS = Address("0x" + "00" * 20)
"""Nobody; of a currency, ether."""


def parse_address(text: str) -> Address:
    """Return the address in the one form that the graph, the leaves and the API use.

    Args:
        text: 0x hex of 20 bytes, in any case; a checksum in mixed case is not verified.

    Raises:
        MalformedAddress: The text is anything else.
    """
    if not _ADDRESS.fullmatch(text):
        raise MalformedAddress(text)
    return Address(text.lower())


def address_bytes(address: Address) -> bytes:
    """Return the 20 bytes of an address."""
    return bytes.fromhex(address[2:])


def parse_hash32(text: str) -> Hash32:
    """Return the 32 bytes behind 0x hex.

    Raises:
        MalformedHash: The text is anything else.
    """
    if not _HASH.fullmatch(text):
        raise MalformedHash(text)
    return Hash32(bytes.fromhex(text[2:]))


def hex_of(data: bytes) -> str:
    """Return lower-case 0x hex, the form of every byte string in JSON."""
    return "0x" + data.hex()
