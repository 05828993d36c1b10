"""One decision of governance, from the proposal to its execution.

Owns the steps and their waiting. Refuses to know what is decided. Each step looks at the chain first, so an
interrupted run goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from cli.demo.waiting import wait_for
from cli.errors import StageFailed
from tunefi.chain.blocks import fetch_block
from tunefi.chain.contract import Contract
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.chain.signing import Signer
from tunefi.hashing import keccak256
from tunefi.progress import Progress

_STAGE = "governance"
_FOR = 1


class ProposalState(IntEnum):
    """The states of OpenZeppelin's Governor."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


_GOOD_ENDING = (
    ProposalState.PENDING,
    ProposalState.ACTIVE,
    ProposalState.SUCCEEDED,
    ProposalState.QUEUED,
    ProposalState.EXECUTED,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be decided: calls that the timelock makes, and why."""

    calls: tuple[Transaction, ...]
    description: str

    @property
    def arguments(self) -> tuple[list[str], list[int], list[bytes]]:
        """Targets, values and data, as the Governor takes them."""
        return (
            [str(call.to) for call in self.calls],
            [call.value_wei for call in self.calls],
            [call.data for call in self.calls],
        )

    @property
    def hashed(self) -> tuple[Any, ...]:
        """The same with the hash of the description."""
        return (*self.arguments, keccak256(self.description.encode()))


async def decide(
    sender: TransactionSender,
    governance: Contract,
    proposal: Proposal,
    voters: Sequence[Signer],
    progress: Progress,
) -> int:
    """Propose, vote, queue and execute, and return the proposal's id.

    Args:
        sender: Signs with any voter.
        governance: The Governor.
        proposal: What is decided.
        voters: The first proposes; all vote for it. Each has delegated its votes before.

    Raises:
        StageFailed: It was defeated, cancelled, or does not move.
    """
    number = int(await governance.read(sender.rpc, "getProposalId", *proposal.hashed))
    if await _state(sender, governance, number) is None:
        progress.update(0, 4, "proposing")
        await _until_votes_count(sender, governance, voters[0])
        arguments = (*proposal.arguments, proposal.description)
        await sender.send(governance.transaction("propose", *arguments, signer=voters[0]))
    progress.update(1, 4, "voting")
    await _until(sender, governance, number, ProposalState.ACTIVE)
    await _vote(sender, governance, number, voters)
    progress.update(2, 4, "waiting for the end of the vote")
    await _until(sender, governance, number, ProposalState.SUCCEEDED)
    if await _state(sender, governance, number) is ProposalState.SUCCEEDED:
        await sender.send(governance.transaction("queue", *proposal.hashed, signer=voters[0]))
    progress.update(3, 4, "waiting for the timelock")
    await _execute(sender, governance, number, proposal, voters[0])
    progress.update(4, 4, "executed")
    return number


async def _until_votes_count(sender: TransactionSender, governance: Contract, proposer: Signer) -> None:
    """Wait until the proposer's votes, which are those of the second before, reach the threshold."""
    needed = int(await governance.read(sender.rpc, "proposalThreshold"))

    async def enough() -> bool:
        before = await _fetch_seconds(sender) - 1
        return int(await governance.read(sender.rpc, "getVotes", proposer.address, before)) >= needed

    await wait_for(enough, _STAGE, f"{proposer.address} has less than {needed} votes")


async def _vote(
    sender: TransactionSender, governance: Contract, number: int, voters: Sequence[Signer]
) -> None:
    if await _state(sender, governance, number) is not ProposalState.ACTIVE:
        return
    voted = await governance.read_many(sender.rpc, "hasVoted", [(number, voter.address) for voter in voters])
    await sender.send_many(
        [
            governance.transaction("castVote", number, _FOR, signer=voter)
            for voter, done in zip(voters, voted, strict=True)
            if not done
        ]
    )


async def _execute(
    sender: TransactionSender, governance: Contract, number: int, proposal: Proposal, signer: Signer
) -> None:
    if await _state(sender, governance, number) is ProposalState.EXECUTED:
        return
    eta_seconds = int(await governance.read(sender.rpc, "proposalEta", number))

    async def due() -> bool:
        return await _fetch_seconds(sender) >= eta_seconds

    await wait_for(due, _STAGE, f"proposal {number} could not be executed")
    await sender.send(governance.transaction("execute", *proposal.hashed, signer=signer))


async def _until(sender: TransactionSender, governance: Contract, number: int, wanted: ProposalState) -> None:
    """Wait until the proposal has come as far as a state, in the order of a good ending."""

    async def far_enough() -> bool:
        state = await _state(sender, governance, number)
        if state not in _GOOD_ENDING:
            raise StageFailed(_STAGE, f"proposal {number} is {state.name.lower() if state else 'gone'}")
        return _GOOD_ENDING.index(state) >= _GOOD_ENDING.index(wanted)

    await wait_for(far_enough, _STAGE, f"proposal {number} did not become {wanted.name.lower()}")


async def _fetch_seconds(sender: TransactionSender) -> int:
    """Return the time of the newest block, the clock of the contracts."""
    return (await fetch_block(sender.rpc, "latest")).timestamp_at // 1_000_000


async def _state(sender: TransactionSender, governance: Contract, number: int) -> ProposalState | None:
    """Return the state, or None where there is no such proposal."""
    if not await governance.read(sender.rpc, "proposalSnapshot", number):
        return None
    return ProposalState(await governance.read(sender.rpc, "state", number))
