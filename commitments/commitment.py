"""The structs that keepers sign: the commitment of an epoch and the root of its rewards.

Owns their fields. Refuses to know who signs and sends them.
"""

from dataclasses import dataclass
from typing import Any

from commitments.leaves import LeafPlace
from commitments.typed_data import (
    COMMITMENT_DOMAIN,
    COMMITMENT_MEMBERS,
    REWARD_ROOT_DOMAIN,
    REWARD_ROOT_MEMBERS,
    build_typed_data,
)
from tunefi.ids import Address, BlockNumber, ChainId, EpochId, Hash32, Wei


@dataclass(frozen=True)
class EpochCommitment:
    """What RecommendationGraph is told about an epoch, the struct of the design's section 5.

    Attributes:
        epoch: Number, the nonce of the signatures.
        track_root: Root of the tree over track vectors.
        listener_root: Root of the tree over listeners' lists.
        tracks: Number of tracks.
        listeners: Number of listeners with a vector.
        dimension: Length of a vector.
        list_length: Length of a full list, K.
        snapshot_digest: Digest of the graph snapshot.
        model_digest: Digest of the model.
        reference_block: Height that the snapshot covers.
        reference_hash: Hash of that block.
        keeper_set_version: Version of the keeper set that signs.
        valid_from: First second of the commit, Unix time.
        valid_until: Last second of the commit, Unix time.
        bundle_cid: CIDv1 of the public bundle.
    """

    epoch: EpochId
    track_root: Hash32
    listener_root: Hash32
    tracks: int
    listeners: int
    dimension: int
    list_length: int
    snapshot_digest: Hash32
    model_digest: Hash32
    reference_block: BlockNumber
    reference_hash: Hash32
    keeper_set_version: int
    valid_from: int
    valid_until: int
    bundle_cid: str

    def to_message(self) -> dict[str, Any]:
        """Return the members by their Solidity names, in the order of the struct."""
        return {
            "epoch": self.epoch,
            "trackRoot": self.track_root,
            "listenerRoot": self.listener_root,
            "tracks": self.tracks,
            "listeners": self.listeners,
            "dimension": self.dimension,
            "listLength": self.list_length,
            "snapshotDigest": self.snapshot_digest,
            "modelDigest": self.model_digest,
            "referenceBlock": self.reference_block,
            "referenceHash": self.reference_hash,
            "keeperSetVersion": self.keeper_set_version,
            "validFrom": self.valid_from,
            "validUntil": self.valid_until,
            "bundleCid": self.bundle_cid,
        }

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the members in the order of the struct, as a contract call takes them."""
        return tuple(self.to_message().values())

    def typed_data(self, chain_id: ChainId, contract: Address) -> dict[str, Any]:
        """Return the EIP-712 message for a RecommendationGraph."""
        return build_typed_data(
            "Commitment",
            COMMITMENT_MEMBERS,
            self.to_message(),
            domain_name=COMMITMENT_DOMAIN,
            chain_id=chain_id,
            contract=contract,
        )

    def place(self, chain_id: ChainId, contract: Address) -> LeafPlace:
        """Return where the leaves of this epoch count."""
        return LeafPlace(chain_id, contract, self.epoch)


@dataclass(frozen=True)
class RewardRoot:
    """What FanEngagement is told about the rewards up to an epoch.

    Attributes:
        epoch: A final epoch of RecommendationGraph.
        root: Root of the tree over cumulative rewards.
        previous_root: Newest root in force, 32 zero bytes for the first.
        total_cumulative_wei: Sum of all cumulative rewards.
        snapshot_digest: Digest of the snapshot of that epoch.
        keeper_set_version: Version of the keeper set that signs.
    """

    epoch: EpochId
    root: Hash32
    previous_root: Hash32
    total_cumulative_wei: Wei
    snapshot_digest: Hash32
    keeper_set_version: int

    def to_message(self) -> dict[str, Any]:
        """Return the members by their Solidity names, in the order of the struct."""
        return {
            "epoch": self.epoch,
            "root": self.root,
            "previousRoot": self.previous_root,
            "totalCumulative": self.total_cumulative_wei,
            "snapshotDigest": self.snapshot_digest,
            "keeperSetVersion": self.keeper_set_version,
        }

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the members in the order of the struct, as a contract call takes them."""
        return tuple(self.to_message().values())

    def typed_data(self, chain_id: ChainId, contract: Address) -> dict[str, Any]:
        """Return the EIP-712 message for a FanEngagement."""
        return build_typed_data(
            "RewardRoot",
            REWARD_ROOT_MEMBERS,
            self.to_message(),
            domain_name=REWARD_ROOT_DOMAIN,
            chain_id=chain_id,
            contract=contract,
        )
