"""What of an epoch has been disclosed: the openings and leaves that RecommendationGraph reads.

Owns their fields in the order of the contract's structs. Refuses to know whether they are true: a false
one is what a challenge shows.
"""

from dataclasses import dataclass
from typing import Any

from commitments.leaves import (
    LISTENER_TYPE,
    TRACK_TYPE,
    LeafPlace,
    leaf_hash,
    listener_value_hash,
)
from tunefi.hashing import keccak256
from tunefi.ids import Address, Hash32

Proof = tuple[Hash32, ...]


@dataclass(frozen=True)
class TrackLeaf:
    """What a track's leaf is made of, without the bytes.

    Attributes:
        row: Row of the track, the leaf's key.
        id_hash: Hash of its identity.
        vector_hash: Hash of its vector.
        proof: Siblings from the leaf to the track root.
    """

    row: int
    id_hash: Hash32
    vector_hash: Hash32
    proof: Proof

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the contract's `TrackLeaf`."""
        return (self.row, self.id_hash, self.vector_hash)

    def hash(self, place: LeafPlace) -> Hash32:
        """Return the leaf."""
        return leaf_hash(TRACK_TYPE, place, self.row, keccak256(self.id_hash + self.vector_hash))


@dataclass(frozen=True)
class TrackOpening:
    """The bytes behind one track's leaf.

    Attributes:
        row: Row of the track, the leaf's key.
        track_id: Identity.
        vector: Whatever bytes were committed; D of them when the epoch is true.
        proof: Siblings from the leaf to the track root.
    """

    row: int
    track_id: str
    vector: bytes
    proof: Proof

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the contract's `TrackOpening`."""
        return (self.row, self.track_id, self.vector)

    def leaf(self) -> TrackLeaf:
        """Return what the leaf is made of."""
        return TrackLeaf(self.row, keccak256(self.track_id.encode()), keccak256(self.vector), self.proof)


@dataclass(frozen=True)
class ListenerLeaf:
    """What a listener's leaf is made of; public in the bundle.

    Attributes:
        row: Row of the listener, the leaf's key.
        address: The listener.
        opening_hash: Hash of its opening.
        proof: Siblings from the leaf to the listener root.
    """

    row: int
    address: Address
    opening_hash: Hash32
    proof: Proof

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the contract's `ListenerLeaf`."""
        return (self.row, self.address, self.opening_hash)

    def hash(self, place: LeafPlace) -> Hash32:
        """Return the leaf."""
        return leaf_hash(LISTENER_TYPE, place, self.row, listener_value_hash(self.address, self.opening_hash))
