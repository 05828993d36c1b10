"""Pay, in batches, the accounts that asked for it."""

from commitments.rewards import RewardClaim
from keepers.chain_reads import RootInForce, fetch_final_block
from keepers.claims import claim_arguments, read_paid, read_payable_root
from keepers.context import KeeperContext
from keepers.funding import read_opted_in
from keepers.report import JobReport, Outcome
from tunefi.progress import Progress

NAME = "pay_rewards"


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Push payment to accounts that opted in and have something due.

    Raises:
        NoFinalizedTag: The node does not say what is final; nothing is paid.
        PreviousLedgerMissing: The claims of the root in force are not in this home.
    """
    root = await read_payable_root(context)
    if root is None:
        return JobReport(NAME, Outcome.WAITING, "no reward root is in force yet")
    due = await _list_due(context, root)
    if not due:
        return JobReport(NAME, Outcome.NOTHING, "everyone who opted in is paid", root.epoch)
    size = context.choices.claims_a_transaction
    for start in range(0, len(due), size):
        progress.update(start, len(due), "paying rewards")
        await _pay(context, root, due[start : start + size])
    return JobReport(NAME, Outcome.DONE, f"{len(due)} accounts were paid", root.epoch)


async def _list_due(context: KeeperContext, root: RootInForce) -> list[RewardClaim]:
    opted_in = await read_opted_in(context, (await fetch_final_block(context)).number)
    if not opted_in:
        return []
    claims = [claim for claim in context.library.load_claims(root.epoch) if claim.address in opted_in]
    paid = await read_paid(context, [claim.address for claim in claims])
    return [claim for claim, wei in zip(claims, paid, strict=True) if claim.cumulative_wei > wei]


async def _pay(context: KeeperContext, root: RootInForce, claims: list[RewardClaim]) -> None:
    arguments = [claim_arguments(claim) for claim in claims]
    transaction = context.fan_engagement.transaction("claimBatch", root.epoch, root.root, arguments)
    await context.sender.send(transaction)
