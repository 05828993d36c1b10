"""EIP-712 and EIP-191 digests, and who signed them.

Owns hashing and recovery. Refuses to know any key.
"""

from collections.abc import Mapping
from typing import Any

from coincurve import PublicKey
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data

from tunefi.hashing import keccak256
from tunefi.ids import Address

TypedData = Mapping[str, Any]
"""A plain EIP-712 document: types, primaryType, domain, message."""

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def typed_data_hash(document: TypedData) -> bytes:
    """Return the 32 bytes that an EIP-712 signature signs."""
    return _digest(encode_typed_data(full_message=dict(document)))


def message_hash(text: str) -> bytes:
    """Return the 32 bytes that an EIP-191 personal signature of a text signs."""
    return _digest(encode_defunct(text=text))


def recover_typed_data(document: TypedData, signature: bytes) -> Address | None:
    """Return who signed an EIP-712 document, or None where the signature is none."""
    return recover_hash(typed_data_hash(document), signature)


def recover_message(text: str, signature: bytes) -> Address | None:
    """Return who signed a text (EIP-191), or None where the signature is none."""
    return recover_hash(message_hash(text), signature)


def recover_hash(digest: bytes, signature: bytes) -> Address | None:
    """Return the signer of a 32-byte digest.

    Args:
        digest: 32 bytes.
        signature: r, s, v: 65 bytes, v 27 or 28. As in OpenZeppelin's ECDSA, the upper half of s is
            refused, because a second valid form of a signature would look like a second signature.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    if int.from_bytes(signature[32:64]) > CURVE_ORDER // 2:
        return None
    try:
        key = PublicKey.from_signature_and_message(
            signature[:64] + bytes([signature[64] - 27]), digest, hasher=None
        )
    except Exception:  # coincurve raises a bare Exception for a point that is not on the curve
        return None
    return address_of(key)


def address_of(key: PublicKey) -> Address:
    """Return the address of a public key."""
    return Address("0x" + keccak256(key.format(compressed=False)[1:])[12:].hex())


def _digest(message: SignableMessage) -> bytes:
    return keccak256(b"\x19" + message.version + message.header + message.body)
