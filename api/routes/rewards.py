"""What an account has earned, and the proof to claim it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path

from api.schemas.rewards import Rewards
from api.schemas.texts import EXAMPLE_ADDRESS, AddressText
from api.services import Services, ServicesDep
from commitments.library import AccountReward
from engagement.ledger import LedgerRow
from tunefi.ids import Address, EpochId, hex_of

router = APIRouter(prefix="/v1/rewards", tags=["rewards"])

CONTRACT = "FanEngagement"
_TRUST_WHOLE = 10**12


@router.get("/{address}")
async def read_rewards(
    services: ServicesDep, address: Annotated[AddressText, Path(examples=[EXAMPLE_ADDRESS])]
) -> Rewards:
    """Return the earnings by the newest reward root in force, or by the newest one where none is yet.

    Show `epoch`, `root`, `cumulative_wei` and `proof` to FanEngagement to be paid `claimable_wei`.
    """
    account = Address(address)
    engagement = services.deployment.contract(CONTRACT)
    forced, claimed_wei = await asyncio.gather(
        engagement.read(services.rpc, "newestInForce"), engagement.read(services.rpc, "claimed", account)
    )
    epoch_id, is_in_force = await asyncio.to_thread(_choose_epoch, services, EpochId(forced[0]))
    if epoch_id is None:
        return _nothing(services, account, claimed_wei, "No reward root has been computed yet.")
    signed = await asyncio.to_thread(services.library.load_reward_root, epoch_id)
    reward = await asyncio.to_thread(services.library.load_reward, epoch_id, account)
    root = hex_of(signed.struct.root) if signed else None
    in_force = is_in_force and signed is not None and signed.struct.root == forced[1]
    if reward is None:
        text = f"This account had earned nothing when the rewards of epoch {epoch_id} were computed."
        nothing = _nothing(services, account, claimed_wei, text)
        return nothing.model_copy(update={"epoch": epoch_id, "root": root, "in_force": in_force})
    return _rewards_of(services, reward, claimed_wei, in_force=in_force)


def _choose_epoch(services: Services, in_force: EpochId) -> tuple[EpochId | None, bool]:
    """The epoch whose root is in force, if its files are here; else the newest with a root."""
    if in_force and services.library.load_reward_root(in_force) is not None:
        return in_force, True
    rewarded = services.library.list_rewarded()
    return (rewarded[-1], False) if rewarded else (None, False)


def _rewards_of(services: Services, reward: AccountReward, claimed_wei: int, *, in_force: bool) -> Rewards:
    cumulative_wei = reward.claim.cumulative_wei
    return Rewards(
        address=reward.claim.address,
        epoch=reward.epoch,
        root=hex_of(reward.root.root),
        in_force=in_force,
        cumulative_wei=str(cumulative_wei),
        claimed_wei=str(claimed_wei),
        claimable_wei=str(max(0, cumulative_wei - claimed_wei) if in_force else 0),
        proof=[hex_of(sibling) for sibling in reward.claim.proof],
        points=reward.row.points,
        trust_ppt=reward.row.trust_ppt,
        explanation=explain_row(reward.row, reward.epoch),
        contract=services.deployment.contracts.get(CONTRACT),
        chain_id=services.deployment.chain_id,
    )


def _nothing(services: Services, account: Address, claimed_wei: int, explanation: str) -> Rewards:
    return Rewards(
        address=account,
        epoch=None,
        root=None,
        in_force=False,
        cumulative_wei="0",
        claimed_wei=str(claimed_wei),
        claimable_wei="0",
        proof=[],
        points=None,
        trust_ppt=None,
        explanation=explanation,
        contract=services.deployment.contracts.get(CONTRACT),
        chain_id=services.deployment.chain_id,
    )


def explain_row(row: LedgerRow, epoch_id: EpochId) -> str:
    """Return how an account's earnings of one epoch came about, for people."""
    extras = [text for flag, text in ((row.bought, "a purchase"), (row.voted, "a vote")) if flag]
    bonus = f", raised by {' and '.join(extras)}" if extras else ""
    parts = [
        f"In epoch {epoch_id}: {row.seconds} s of new signed listening gave {row.points} points{bonus}.",
        f"Trust is {row.trust_ppt} of {_TRUST_WHOLE} parts.",
        f"Points times trust brought {row.fan_wei} wei as a fan",
    ]
    if row.artist_wei:
        parts[-1] += f", listening to the account's artists {row.artist_wei} wei"
    return " ".join(parts) + "."
