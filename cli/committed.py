"""An epoch as the chain holds it, read by an outsider from a node alone.

Owns the way from events to a commitment that the contract itself confirms. Refuses to read the graph.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.compose import deployment_file
from commitments.commitment import EpochCommitment
from commitments.epoch_state import EpochState, StateName
from commitments.leaves import LeafPlace
from tunefi.chain.artifact import load_abi
from tunefi.chain.contract import Contract
from tunefi.chain.deployment import load_deployment
from tunefi.chain.history import fetch_events
from tunefi.chain.rpc import JsonRpc
from tunefi.errors import FinalError
from tunefi.ids import Address, BlockNumber, ChainId, EpochId, Hash32, parse_address
from tunefi.settings import Settings


class EpochNotCommitted(FinalError):
    """The contract knows no such epoch."""

    def __init__(self, epoch: EpochId, contract: Address, newest: int) -> None:
        self.epoch, self.contract, self.newest = epoch, contract, newest
        super().__init__(f"epoch {epoch} was never committed to {contract}; the newest is {newest}")


@dataclass(frozen=True, slots=True)
class CommittedEpoch:
    """What the contract holds.

    `other_roots` are the listener roots of all other epochs, to name a leaf that belongs to one of them.
    """

    chain_id: ChainId
    contract: Address
    commitment: EpochCommitment
    signers: tuple[Address, ...]
    state: StateName
    other_roots: Mapping[EpochId, Hash32]

    @property
    def place(self) -> LeafPlace:
        """Where its leaves belong."""
        return self.commitment.place(self.chain_id, self.contract)


def graph_address(settings: Settings, given: str | None) -> Address:
    """Return the address of RecommendationGraph: the given one, or that of the deployment's record.

    Raises:
        DeploymentMissing: None is given, and there is no record.
    """
    if given:
        return parse_address(given)
    return load_deployment(deployment_file(settings)).contract("RecommendationGraph").address


async def fetch_committed(
    rpc: JsonRpc, contract: Address, epoch: EpochId, from_block: int = 0
) -> CommittedEpoch:
    """Return an epoch as the contract holds it.

    The commitment comes from the event and is then shown to the contract, which compares its own hash.

    Args:
        rpc: The node that is trusted.
        contract: RecommendationGraph.
        epoch: Number of the epoch.
        from_block: Where the contract was deployed; a higher one saves requests.

    Raises:
        EpochNotCommitted: There is no such epoch.
        TransactionReverted: The event is not what the contract holds: the node contradicts itself.
    """
    graph = Contract(contract, load_abi("RecommendationGraph"))
    newest = int(await graph.read(rpc, "latestEpoch"))
    events = await _fetch_events(rpc, graph, from_block) if 1 <= epoch <= newest else {}
    if epoch not in events:
        raise EpochNotCommitted(epoch, contract, newest)
    commitment, signers = events[epoch]
    await graph.read(rpc, "checkCommitment", commitment.to_tuple(), list(signers))
    state = EpochState(await graph.read(rpc, "stateOf", epoch)).label
    others = {number: found.listener_root for number, (found, _) in events.items() if number != epoch}
    chain_id = ChainId(await rpc.fetch_chain_id())
    return CommittedEpoch(chain_id, contract, commitment, signers, state, others)


async def _fetch_events(
    rpc: JsonRpc, graph: Contract, from_block: int
) -> dict[EpochId, tuple[EpochCommitment, tuple[Address, ...]]]:
    head = int(await rpc.call("eth_blockNumber"), 16)
    found = {}
    async for event in fetch_events(rpc, graph, from_block, head):
        if event.name == "Committed":
            commitment = _parse(event.arguments["commitment"])
            found[commitment.epoch] = (commitment, tuple(event.arguments["signers"]))
    return found


def _parse(value: Any) -> EpochCommitment:
    """Return the struct of the event; its members come in the order of the declaration."""
    members = tuple(value.values()) if isinstance(value, Mapping) else tuple(value)
    epoch, track_root, listener_root, *rest = members
    tracks, listeners, dimension, length, snapshot, model, block, block_hash, version, start, end, cid = rest
    return EpochCommitment(
        epoch=EpochId(epoch),
        track_root=Hash32(track_root),
        listener_root=Hash32(listener_root),
        tracks=tracks,
        listeners=listeners,
        dimension=dimension,
        list_length=length,
        snapshot_digest=Hash32(snapshot),
        model_digest=Hash32(model),
        reference_block=BlockNumber(block),
        reference_hash=Hash32(block_hash),
        keeper_set_version=version,
        valid_from=start,
        valid_until=end,
        bundle_cid=cid,
    )
