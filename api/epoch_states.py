"""Where epochs stand on the chain.

Owns reading `stateOf` and `finalAt` of RecommendationGraph. What can never change again, a final or an
invalid epoch, is read once. Refuses to know what an epoch holds.
"""

import asyncio
from dataclasses import dataclass, field

from commitments.epoch_state import EpochState, StateName
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import EpochId, Microseconds

CONTRACT = "RecommendationGraph"


@dataclass(frozen=True, slots=True)
class Standing:
    """State of an epoch, and from when it is final unless it becomes invalid."""

    state: StateName
    final_at: Microseconds | None


@dataclass
class EpochStates:
    """Reads the states of epochs, from the newest block.

    Args:
        rpc: Node to ask.
        deployment: Says where the contract is.
    """

    rpc: JsonRpc
    deployment: Deployment
    _settled: dict[EpochId, Standing] = field(default_factory=dict, repr=False)

    async def fetch_standing(self, epoch_id: EpochId) -> Standing:
        """Return where an epoch stands; an unknown one is `none`.

        Raises:
            NodeUnreachable: The node does not answer; retry later.
        """
        if epoch_id in self._settled:
            return self._settled[epoch_id]
        contract = self.deployment.contract(CONTRACT)
        state, final_at = await asyncio.gather(
            contract.read(self.rpc, "stateOf", epoch_id), contract.read(self.rpc, "finalAt", epoch_id)
        )
        standing = Standing(EpochState(state).label, Microseconds(final_at * 1_000_000) if final_at else None)
        if standing.state in ("final", "invalid"):
            self._settled[epoch_id] = standing
        return standing

    async def fetch_latest_final(self) -> EpochId | None:
        """Return the newest epoch that is final, or None."""
        number = await self.deployment.contract(CONTRACT).read(self.rpc, "latestFinal")
        return EpochId(number) if number else None
