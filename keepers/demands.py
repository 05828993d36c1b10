"""Which demands of an epoch are open, read from the events since its reference block.

Owns the reading. The graph has demands too, but only when ingestion has caught up, and answers cannot wait.
"""

from dataclasses import dataclass

from commitments.commitment import EpochCommitment
from keepers.chain_reads import fetch_head
from keepers.context import KeeperContext
from tunefi.chain.history import fetch_events
from tunefi.ids import Address

_CLOSED = {"TrackAnswered", "ListenerAnswered", "AbsenceAnswered", "DemandExpired", "DepositReturned"}


@dataclass(frozen=True, slots=True)
class Demand:
    """An open demand.

    Attributes:
        demander: Who asks; of a list, whose it is.
        row: The track's row; None for a list.
        answer_by: Last second at which it can be answered.
    """

    demander: Address
    row: int | None
    answer_by: int

    def __str__(self) -> str:
        return f"the list of {self.demander}" if self.row is None else f"track row {self.row}"


async def find_demands(
    context: KeeperContext, commitment: EpochCommitment
) -> tuple[tuple[Address, ...] | None, list[Demand]]:
    """Return who signed a commitment, None where another one was committed, and its open demands."""
    graph, rpc = context.recommendation_graph, context.rpc
    head = (await fetch_head(context)).number
    signers: tuple[Address, ...] | None = None
    demands: dict[bytes, Demand] = {}
    async for event in fetch_events(rpc, graph, commitment.reference_block, head):
        values = event.arguments
        if values.get("epoch") != commitment.epoch:
            continue
        if event.name == "Committed" and tuple(values["commitment"]) == commitment.to_tuple():
            signers = tuple(values["signers"])
        elif event.name == "TrackDemanded":
            demands[values["demandId"]] = Demand(values["demander"], values["row"], values["answerBy"])
        elif event.name == "ListenerDemanded":
            demands[values["demandId"]] = Demand(values["listener"], None, values["answerBy"])
        elif event.name in _CLOSED:
            demands.pop(values["demandId"], None)
    return signers, list(demands.values())
