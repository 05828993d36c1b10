"""Texts of fixed form that several schemas share, and how a path or body with another form is refused.

Owns the form of addresses, hashes and signatures in JSON. Refuses to know what they stand for.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from tunefi.errors import MalformedAddress
from tunefi.ids import Address, parse_address

EXAMPLE_ADDRESS = "0x90f79bf6eb2c4f870365e785982e1f101e93b906"
EXAMPLE_HASH = "0x5a0c1e0f6f0f3c9c2f3c7e7d4b6a5f4e3d2c1b0a99887766554433221100ffee"
EXAMPLE_CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


def _parse_address(text: str) -> Address:
    try:
        return parse_address(text)
    except MalformedAddress as error:
        raise ValueError(str(error)) from error


def _parse_bytes32(text: str) -> str:
    if not _HEX.fullmatch(text) or len(text) != 66:
        raise ValueError(f"{text[:80]!r} is not 0x and 64 hexadecimal digits")
    return text.lower()


def _parse_signature(text: str) -> str:
    if not _HEX.fullmatch(text) or len(text) != 132:
        raise ValueError(
            f"{text[:80]!r} is not a signature: expected 0x and 130 hexadecimal digits (r, s, v)"
        )
    return text.lower()


AddressText = Annotated[
    str,
    AfterValidator(_parse_address),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$", "examples": [EXAMPLE_ADDRESS]}),
]
"""An address in any case; read as lower case."""

Bytes32Text = Annotated[
    str,
    AfterValidator(_parse_bytes32),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$", "examples": [EXAMPLE_HASH]}),
]

SignatureText = Annotated[
    str,
    AfterValidator(_parse_signature),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{130}$"}),
]

WeiText = Annotated[
    str, Field(pattern=r"^[0-9]+$", description="Wei as decimal digits: too large for JSON numbers.")
]
"""An amount of wei."""
