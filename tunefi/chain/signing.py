"""Keys: from hexadecimal or a mnemonic, and what they sign.

Owns private keys in memory; they never appear in a repr, a log or an error. Refuses to store them.
"""

import hmac
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from eth_account.hdaccount import seed_from_mnemonic

from tunefi.chain.errors import MalformedKey
from tunefi.chain.typed_data import CURVE_ORDER, TypedData, address_of, message_hash, typed_data_hash
from tunefi.ids import Address

DERIVATION_PATH = "m/44'/60'/0'/0"
"""Parent of the accounts that wallets and anvil derive from a mnemonic."""


class Signer:
    """One key and its address."""

    __slots__ = ("_key", "address")

    def __init__(self, key: bytes) -> None:
        if len(key) != 32 or not 0 < int.from_bytes(key) < CURVE_ORDER:
            raise MalformedKey("private key: expected 32 bytes in the range of the curve")
        self._key = PrivateKey(key)
        self.address: Address = address_of(self._key.public_key)

    @classmethod
    def from_hex(cls, text: str) -> "Signer":
        """Return the signer of a private key in hexadecimal, with or without 0x."""
        try:
            return cls(bytes.fromhex(text.strip().removeprefix("0x")))
        except ValueError as error:
            raise MalformedKey("private key: expected 64 hexadecimal digits") from error

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def export_key(self) -> str:
        """Return the private key in hexadecimal, for its owner's key file; never for a log or an answer."""
        return self._key.to_hex()

    def __reduce__(self) -> Any:
        raise TypeError("a signer is not pickled, so that its key stays in this process")

    def sign_hash(self, digest: bytes) -> bytes:
        """Return r, s, v over a 32-byte digest: 65 bytes, v 27 or 28, s in the lower half."""
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])

    def sign_typed_data(self, document: TypedData) -> bytes:
        """Return an EIP-712 signature of a plain document."""
        return self.sign_hash(typed_data_hash(document))

    def sign_message(self, text: str) -> bytes:
        """Return an EIP-191 personal signature of a text."""
        return self.sign_hash(message_hash(text))

    def sign_transaction(self, transaction: dict[str, Any]) -> tuple[bytes, str]:
        """Return the raw signed transaction and its hash in 0x hex."""
        signed = Account.sign_transaction(transaction, self._key.secret)
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()


def derive_signers(mnemonic: str, count: int, first: int = 0) -> list[Signer]:
    """Return the accounts of a mnemonic at m/44'/60'/0'/0/first and on.

    The parent is derived once, which makes thousands of accounts a matter of a second (BIP-32, BIP-39).

    Raises:
        MalformedKey: The mnemonic is not one.
    """
    parent, chain_code = _derive_parent(mnemonic)
    return [_derive_child(parent, chain_code, index) for index in range(first, first + count)]


def derive_signer(mnemonic: str, index: int) -> Signer:
    """Return one account of a mnemonic, at m/44'/60'/0'/0/index."""
    return derive_signers(mnemonic, 1, index)[0]


def _derive_parent(mnemonic: str) -> tuple[bytes, bytes]:
    """The key and chain code at `DERIVATION_PATH`."""
    try:
        seed = seed_from_mnemonic(mnemonic, passphrase="")
    except Exception as error:  # eth_account raises several kinds for words, count and checksum
        raise MalformedKey("mnemonic: words, count or checksum are wrong") from error
    key, chain_code = _split(hmac.digest(b"Bitcoin seed", seed, "sha512"))
    for index in (44, 60, 0):
        key, chain_code = _child(key, chain_code, b"\x00" + key, index | 0x80000000)
    return _child(key, chain_code, PrivateKey(key).public_key.format(), 0)


def _derive_child(parent: bytes, chain_code: bytes, index: int) -> Signer:
    return Signer(_child(parent, chain_code, PrivateKey(parent).public_key.format(), index)[0])


def _child(key: bytes, chain_code: bytes, material: bytes, index: int) -> tuple[bytes, bytes]:
    left, right = _split(hmac.digest(chain_code, material + index.to_bytes(4), "sha512"))
    return ((int.from_bytes(left) + int.from_bytes(key)) % CURVE_ORDER).to_bytes(32), right


def _split(digest: bytes) -> tuple[bytes, bytes]:
    return digest[:32], digest[32:]
