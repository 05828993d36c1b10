"""Stage 5: an epoch committed and final, its rewards posted, one fan paid."""

from typing import Any

from cli.demo.waiting import wait_for
from cli.errors import StageFailed
from cli.ingestion import Ingestion
from keepers.claims import claim_reward
from keepers.context import KeeperContext
from keepers.registry import run_job
from keepers.report import Outcome
from tunefi.ids import EpochId
from tunefi.progress import Progress

_STAGE = "epoch"


async def make_epoch(context: KeeperContext, ingestion: Ingestion, progress: Progress) -> dict[str, Any]:
    """Build and commit the next epoch, wait until it is final, post its rewards and claim one."""
    epoch = await commit_next_epoch(context, progress)
    progress.update(3, 6, "computing and posting rewards")
    await _until_posted(context, ingestion, progress)
    progress.update(4, 6, "waiting until the rewards are in force")
    claim = await _claim_one(context, epoch)
    progress.update(6, 6, "one fan is paid")
    await ingestion.catch_up()
    commitment = context.library.load_commitment(epoch)
    if commitment is None:
        raise StageFailed(_STAGE, f"the commitment of epoch {epoch} is not in the library")
    return {"epoch": epoch, "bundle_cid": commitment.struct.bundle_cid, **claim}


async def commit_next_epoch(context: KeeperContext, progress: Progress) -> EpochId:
    """Build and commit the next epoch, wait until it is final, and return its number."""
    progress.update(0, 6, "ranking every listener")
    await run_job("build_epoch", context, progress)
    progress.update(1, 6, "two of three keepers sign")
    committed = await run_job("commit_epoch", context, progress)
    epoch = committed.epoch
    if epoch is None:
        raise StageFailed(_STAGE, committed.detail)
    progress.update(2, 6, f"waiting until epoch {epoch} is final")
    await _until_final(context, epoch)
    return epoch


async def _until_final(context: KeeperContext, epoch: EpochId) -> None:
    async def final() -> bool:
        return bool(await context.recommendation_graph.read(context.rpc, "isFinal", epoch))

    await wait_for(final, _STAGE, f"epoch {epoch} did not become final")


async def _until_posted(context: KeeperContext, ingestion: Ingestion, progress: Progress) -> None:
    """Post the reward root; what decides about money is read at the finalized block, which lags."""

    async def posted() -> bool:
        await ingestion.catch_up()
        report = await run_job("post_rewards", context, progress)
        return report.outcome is not Outcome.WAITING or report.epoch is not None

    await wait_for(posted, _STAGE, "the reward root could not be posted")


async def _claim_one(context: KeeperContext, epoch: EpochId) -> dict[str, Any]:
    """Claim for the listener who earned most, and hold the balance on the chain against the ledger."""
    claims = sorted(context.library.load_claims(epoch), key=lambda claim: -claim.cumulative_wei)
    listeners = (claim for claim in claims if context.library.load_opening(epoch, claim.address))
    best = next(listeners, None)
    if best is None:
        raise StageFailed(_STAGE, "no listener earned anything")
    token = context.deployment.contract("TuneToken")

    async def paid() -> int | None:
        """What the chain has paid, now or in an earlier run."""
        before = int(await token.read(context.rpc, "balanceOf", best.address))
        payment = await claim_reward(context, best.address)
        if payment is None:
            claimed = int(await context.fan_engagement.read(context.rpc, "claimed", best.address))
            return claimed if claimed >= best.cumulative_wei else None
        paid_wei = int(await token.read(context.rpc, "balanceOf", best.address)) - before
        if not paid_wei == payment.paid_wei == best.cumulative_wei:
            raise StageFailed(_STAGE, f"the chain paid {paid_wei} wei, the ledger says {best.cumulative_wei}")
        return paid_wei

    await wait_for(paid, _STAGE, "the reward root did not take force")
    return {"claimant": best.address, "claimed_wei": str(best.cumulative_wei)}
