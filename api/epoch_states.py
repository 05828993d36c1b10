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

    Attributes:
        newest: Number of the newest epoch that was last seen in each state.
    """

    rpc: JsonRpc
    deployment: Deployment
    newest: dict[StateName, EpochId] = field(default_factory=dict)
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
        self._note(epoch_id, standing.state)
        return standing

    async def fetch_latest_final(self) -> EpochId | None:
        """Return the newest epoch that is final, or None; look where the newest of all stands, too."""
        contract = self.deployment.contract(CONTRACT)
        final, latest = await asyncio.gather(
            contract.read(self.rpc, "latestFinal"), contract.read(self.rpc, "latestEpoch")
        )
        for number in {final, latest} - {0}:
            await self.fetch_standing(EpochId(number))
        return EpochId(final) if final else None

    def _note(self, epoch_id: EpochId, state: StateName) -> None:
        for earlier in [name for name, number in self.newest.items() if number == epoch_id]:
            del self.newest[earlier]
        if state != "none":
            self.newest[state] = max(epoch_id, self.newest.get(state, epoch_id))
