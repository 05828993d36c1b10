"""Leaves of the three trees, byte for byte as the contracts compute them.

    leaf = keccak256(keccak256(abi.encode(TYPE, chainId, contract, epoch, key, valueHash)))

Owns the encoding of the design's section 4. Refuses to know trees and lists. Everything encoded is
static, so abi.encode is a row of 32-byte words.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commitments.keccak_batch import Bytes, keccak256_rows
from recsys.arrays import Int8Matrix
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId, EpochId, Hash32, address_bytes

TRACK_TYPE = keccak256(b"TuneFi.Track.v1")
LISTENER_TYPE = keccak256(b"TuneFi.Listener.v1")
REWARD_TYPE = keccak256(b"TuneFi.Reward.v1")


@dataclass(frozen=True)
class LeafPlace:
    """Where a leaf counts: one epoch of one contract on one chain.

    Attributes:
        chain_id: Chain of the contract.
        contract: RecommendationGraph for tracks and listeners, FanEngagement for rewards.
        epoch: Number of the epoch.
    """

    chain_id: ChainId
    contract: Address
    epoch: EpochId

    def words(self) -> bytes:
        """Return the three words that every leaf and salt encodes."""
        return number_word(self.chain_id) + address_word(self.contract) + number_word(self.epoch)


def number_word(number: int) -> bytes:
    """Return an unsigned integer as one word of abi.encode."""
    return number.to_bytes(32, "big")


def address_word(address: Address) -> bytes:
    """Return an address as one word of abi.encode."""
    return address_bytes(address).rjust(32, b"\0")


def track_value_hash(track_id: str, vector: bytes) -> Hash32:
    """Return the value hash of a track's leaf.

    Args:
        track_id: Identity, hashed in UTF-8.
        vector: D components, one byte each.
    """
    return keccak256(keccak256(track_id.encode()) + keccak256(vector))


def opening_hash(salt: bytes, vector: bytes, excluded: bytes, rows: bytes, scores: bytes) -> Hash32:
    """Return the hash that stands for a listener's private list.

    Args:
        salt: 32 bytes of `opening_salt`.
        vector: D components, one byte each.
        excluded: Packed big-endian uint32.
        rows: Packed big-endian uint32.
        scores: Packed big-endian int32.
    """
    return keccak256(salt + b"".join(keccak256(part) for part in (vector, excluded, rows, scores)))


def listener_value_hash(address: Address, opening: Hash32) -> Hash32:
    """Return the value hash of a listener's leaf."""
    return keccak256(address_word(address) + opening)


def reward_value_hash(cumulative_wei: int) -> Hash32:
    """Return the value hash of a reward's leaf; wei are cumulative over all epochs."""
    return keccak256(number_word(cumulative_wei))


def leaf_hash(type_hash: Hash32, place: LeafPlace, key: int, value_hash: Hash32) -> Hash32:
    """Return a leaf.

    Args:
        type_hash: `TRACK_TYPE`, `LISTENER_TYPE` or `REWARD_TYPE`.
        place: Chain, contract and epoch.
        key: Row of the track or listener; the address as a number for a reward.
        value_hash: Hash of the value, by the functions above.
    """
    return keccak256(keccak256(type_hash + place.words() + number_word(key) + value_hash))


def track_leaf(place: LeafPlace, row: int, track_id: str, vector: bytes) -> Hash32:
    """Return the leaf of one track."""
    return leaf_hash(TRACK_TYPE, place, row, track_value_hash(track_id, vector))


def listener_leaf(place: LeafPlace, row: int, address: Address, opening: Hash32) -> Hash32:
    """Return the leaf of one listener."""
    return leaf_hash(LISTENER_TYPE, place, row, listener_value_hash(address, opening))


def reward_leaf(place: LeafPlace, address: Address, cumulative_wei: int) -> Hash32:
    """Return the leaf of one account's cumulative reward."""
    return leaf_hash(REWARD_TYPE, place, int(address, 16), reward_value_hash(cumulative_wei))


def opening_salt(epoch_secret: bytes, place: LeafPlace, address: Address) -> bytes:
    """Return the 32 bytes that keep a list from being guessed out of its hash.

    Args:
        epoch_secret: Shared by the keepers, never published.
        place: Chain, contract and epoch.
        address: The listener.
    """
    return hmac.new(epoch_secret, place.words() + address_word(address), hashlib.sha256).digest()


def build_track_leaves(place: LeafPlace, track_ids: Sequence[str], vectors: Int8Matrix) -> Bytes:
    """Return the leaves of all tracks by row, uint8 (N, 32).

    Args:
        place: Chain, contract and epoch.
        track_ids: N identities.
        vectors: int8 (N, D).
    """
    identities = _rows_of([keccak256(track_id.encode()) for track_id in track_ids])
    vector_hashes = keccak256_rows(np.ascontiguousarray(vectors).view(np.uint8))
    values = keccak256_rows(np.hstack([identities, vector_hashes]))
    return _leaves(TRACK_TYPE, place, np.arange(len(track_ids)), values)


def build_listener_leaves(
    place: LeafPlace, addresses: Sequence[Address], opening_hashes: Sequence[Hash32]
) -> Bytes:
    """Return the leaves of all listeners by row, uint8 (M, 32)."""
    words = _rows_of([address_word(address) for address in addresses])
    values = keccak256_rows(np.hstack([words, _rows_of(opening_hashes)]))
    return _leaves(LISTENER_TYPE, place, np.arange(len(addresses)), values)


def _leaves(type_hash: Hash32, place: LeafPlace, keys: NDArray[np.int64], values: Bytes) -> Bytes:
    head = np.frombuffer(type_hash + place.words(), np.uint8)
    messages = np.zeros((len(keys), 192), np.uint8)
    messages[:, :128] = head
    messages[:, 152:160] = keys.astype(">u8").view(np.uint8).reshape(-1, 8)
    messages[:, 160:] = values
    return keccak256_rows(keccak256_rows(messages))


def _rows_of(words: Sequence[bytes]) -> Bytes:
    return np.frombuffer(b"".join(words), np.uint8).reshape(len(words), 32)
