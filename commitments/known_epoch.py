"""A committed epoch as an outsider knows it: the commitment on the chain and what the bundle opens of it.

Owns what can be opened. A tree is rebuilt from the bundle; where its root is not the committed one nothing
of it can be shown to the contract, and the keepers must be asked for it (`commitments.graph_calls`).
Refuses to know how bundle and commitment were fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from commitments.bundle import Bundle
from commitments.commitment import EpochCommitment
from commitments.disclosed import ListenerLeaf, TrackLeaf, TrackOpening
from commitments.epoch import Epoch
from commitments.leaves import LeafPlace, build_listener_leaves, build_track_leaves
from commitments.merkle import MerkleTree, build_tree
from recsys.arrays import Int8Matrix
from tunefi.hashing import keccak256
from tunefi.ids import Address, Hash32


@dataclass(frozen=True, eq=False)
class KnownEpoch:
    """What is known of one epoch.

    Attributes:
        commitment: What the contract holds.
        signers: Who signed it, as they were posted.
        place: Chain, contract and epoch.
        track_ids: N identities, by row.
        track_vectors: int8 (N, D), by row.
        track_tree: Tree over them.
        listeners: Address and opening hash of each listener, by row.
        listener_tree: Tree over them; None where the bundle has no listener.
    """

    commitment: EpochCommitment
    signers: tuple[Address, ...]
    place: LeafPlace
    track_ids: Sequence[str] = field(repr=False)
    track_vectors: Int8Matrix = field(repr=False)
    track_tree: MerkleTree = field(repr=False)
    listeners: Sequence[tuple[Address, Hash32]] = field(repr=False)
    listener_tree: MerkleTree | None = field(repr=False)

    @property
    def opens_tracks(self) -> bool:
        """Whether the bundle's tracks are those of the commitment."""
        return self.track_tree.root == self.commitment.track_root

    @property
    def opens_listeners(self) -> bool:
        """Whether the bundle's listeners are those of the commitment."""
        return self.listener_tree is not None and self.listener_tree.root == self.commitment.listener_root

    def track(self, row: int) -> TrackOpening:
        """Return the opening of the track at a row of the bundle."""
        vector = self.track_vectors[row].tobytes()
        return TrackOpening(row, self.track_ids[row], vector, self.track_tree.proof(row))

    def track_leaf(self, row: int) -> TrackLeaf:
        """Return the leaf of the track at a row of the bundle."""
        return self.track(row).leaf()

    def track_key(self, row: int) -> Hash32:
        """Return what track rows must ascend by."""
        return keccak256(self.track_ids[row].encode())

    def listener_leaf(self, row: int) -> ListenerLeaf:
        """Return the leaf of the listener at a row of the bundle, which must have listeners."""
        address, opening_hash = self.listeners[row]
        proof = () if self.listener_tree is None else self.listener_tree.proof(row)
        return ListenerLeaf(row, address, opening_hash, proof)


def build_known_epoch(
    bundle: Bundle,
    commitment: EpochCommitment,
    signers: Sequence[Address],
    place: LeafPlace | None = None,
) -> KnownEpoch:
    """Return what a bundle opens of a commitment.

    Args:
        bundle: What was loaded from the directory.
        commitment: What the contract holds, from the event `Committed`.
        signers: Who signed it, from the same event.
        place: Chain id and contract that the commitment was read from, and its epoch; without it, what the
            bundle says about itself.
    """
    where = place or bundle.header.terms.place
    addresses, hashes = zip(*bundle.listeners, strict=True) if bundle.listeners else ((), ())
    return KnownEpoch(
        commitment=commitment,
        signers=tuple(signers),
        place=where,
        track_ids=bundle.track_ids,
        track_vectors=bundle.track_vectors,
        track_tree=build_tree(build_track_leaves(where, bundle.track_ids, bundle.track_vectors)),
        listeners=bundle.listeners,
        listener_tree=build_tree(build_listener_leaves(where, addresses, hashes)) if addresses else None,
    )


def known_from_epoch(epoch: Epoch, commitment: EpochCommitment, signers: Sequence[Address]) -> KnownEpoch:
    """Return the same of an epoch that was built here, whose trees stand already."""
    return KnownEpoch(
        commitment=commitment,
        signers=tuple(signers),
        place=epoch.terms.place,
        track_ids=epoch.table.track_ids,
        track_vectors=epoch.table.track_vectors,
        track_tree=epoch.track_tree,
        listeners=tuple(zip(epoch.table.listener_addresses, epoch.opening_hashes, strict=True)),
        listener_tree=epoch.listener_tree,
    )
