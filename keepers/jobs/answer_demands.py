"""Answer every demand for a track or a list before its time is over.

A demand that is not answered makes the epoch invalid and costs every signer a part of its bond. So this job
waits for no other: what it reads is on disk and on the chain, and does not change while an epoch is pending.
"""

import asyncio
from collections.abc import Iterator

from commitments.epoch_state import EpochState
from commitments.graph_calls import (
    GraphCall,
    build_absence_answer,
    build_listener_answer,
    build_track_answer,
)
from commitments.known_epoch import KnownEpoch, build_known_epoch
from keepers.chain_reads import read_epoch_state, read_latest_epoch
from keepers.context import KeeperContext
from keepers.demands import Demand, find_demands
from keepers.errors import ForeignEpoch
from keepers.report import JobReport, Outcome
from tunefi.chain.errors import TransactionReverted
from tunefi.chain.signing import Signer
from tunefi.ids import Address, EpochId
from tunefi.progress import Progress

NAME = "answer_demands"
_ANSWER_GAS = 1_000_000
"""What the contract computes deposits for a list from, rounded up."""


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Answer what is demanded of the pending epoch, the most urgent first.

    Raises:
        ForeignEpoch: The epoch is not in this home, or is another one than was committed; copy it from the
            keeper that built it while there is time.
        TransactionReverted: An answer was refused although its demand is open; all others were sent.
    """
    epoch = await read_latest_epoch(context)
    if not epoch or await read_epoch_state(context, epoch) is not EpochState.PENDING:
        return JobReport(NAME, Outcome.NOTHING, "no epoch is pending")
    if not await context.recommendation_graph.read(context.rpc, "openDemands", epoch):
        return JobReport(NAME, Outcome.NOTHING, f"nothing is demanded of epoch {epoch}", epoch)
    known, demands = await _read_demands(context, epoch)
    answerer = await _find_answerer(context, known.signers)
    refused: list[TransactionReverted] = []
    for done, (demand, call) in enumerate(_answers(context, epoch, known, demands)):
        progress.update(done, len(demands), f"answering a demand for {demand}")
        refused += await _send(context, call, answerer)
    if refused:
        raise refused[0]
    progress.update(len(demands), len(demands), "every demand is answered")
    return JobReport(NAME, Outcome.DONE, f"{len(demands)} demands of epoch {epoch} are answered", epoch)


async def _read_demands(context: KeeperContext, epoch: EpochId) -> tuple[KnownEpoch, list[Demand]]:
    if epoch not in context.library.list_epochs():
        raise ForeignEpoch(epoch)
    bundle = await asyncio.to_thread(context.library.load_bundle, epoch)
    commitment = bundle.header.commitment(bundle.cid())
    signers, demands = await find_demands(context, commitment)
    if signers is None:
        raise ForeignEpoch(epoch)
    return await asyncio.to_thread(build_known_epoch, bundle, commitment, signers), demands


def _answers(
    context: KeeperContext, epoch: EpochId, known: KnownEpoch, demands: list[Demand]
) -> Iterator[tuple[Demand, GraphCall]]:
    for demand in sorted(demands, key=lambda demand: demand.answer_by):
        if demand.row is not None:
            yield demand, build_track_answer(known, demand.row)
        elif (opening := context.library.load_opening(epoch, demand.demander)) is not None:
            yield demand, build_listener_answer(known, opening)
        else:
            yield demand, build_absence_answer(known, demand.demander)


async def _find_answerer(context: KeeperContext, signers: tuple[Address, ...]) -> Signer | None:
    """Return a signer of the epoch, whom the deposits pay, when its key is here and it can pay for gas.

    Otherwise None: whoever pays for the other jobs answers too, and the deposits are burned.
    """
    price_wei = int(await context.rpc.call("eth_gasPrice"), 16)
    for keeper in context.keepers:
        if keeper.address in signers:
            balance_wei = int(await context.rpc.call("eth_getBalance", keeper.address, "latest"), 16)
            if balance_wei > 2 * price_wei * _ANSWER_GAS:
                return keeper
    return None


async def _send(
    context: KeeperContext, call: GraphCall, answerer: Signer | None
) -> list[TransactionReverted]:
    """Send an answer and return why it was refused, if it was; another keeper may have been faster."""
    transaction = context.recommendation_graph.transaction(call.function, *call.arguments, signer=answerer)
    try:
        await context.sender.send(transaction)
    except TransactionReverted as error:
        return [] if error.error == "DemandNotOpen" else [error]
    return []
