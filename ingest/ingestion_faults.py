"""When ingestion is stuck although nothing has failed, and what to do then.

Owns the judgement. Refuses to know who asks: `/readyz` and metrics both do.
"""

from collections.abc import Iterator

from ingest.errors import LogUnavailable
from ingest.follower import FollowerStatus
from ingest.ingestion_status import IngestionStatus
from tunefi.health import Fault, FaultCode
from tunefi.ids import Microseconds


def find_faults(status: IngestionStatus, now_at: Microseconds, max_lag_seconds: float) -> list[Fault]:
    """Return what is wrong with the positions of chain and log.

    Args:
        status: Where both streams stand.
        now_at: The time now, UTC.
        max_lag_seconds: How far the graph may be behind either.
    """
    return [
        *_faults_of_chain(status.chain, max_lag_seconds),
        *_faults_of_projection(status, now_at, max_lag_seconds),
    ]


def _faults_of_chain(chain: FollowerStatus, max_lag_seconds: float) -> Iterator[Fault]:
    if chain.lag_blocks is None:
        detail = "nothing of the chain was looked at since the start"
        yield Fault(FaultCode.STARTING, detail, "wait; where it stays, look at the other faults")
    if chain.lag_seconds is not None and chain.lag_seconds > max_lag_seconds:
        yield Fault(
            FaultCode.LAGGING,
            f"the graph is {chain.lag_blocks} blocks and {chain.lag_seconds:.0f} s behind the head, "
            f"{max_lag_seconds:.0f} s are allowed",
            "wait while it catches up; where the lag does not fall, look at the nodes' errors and the time "
            "of a write",
        )
    if chain.head_block is not None and chain.final_block is None:
        yield Fault(
            FaultCode.NO_FINAL_BLOCK,
            "the node does not say which block is final, so nothing is committed or paid",
            "wait where the chain has only begun; otherwise name a node that knows the tag `finalized` in "
            "TUNEFI_RPC_URL",
        )


def _faults_of_projection(
    status: IngestionStatus, now_at: Microseconds, max_lag_seconds: float
) -> Iterator[Fault]:
    try:
        lag = status.read_projection()
    except LogUnavailable as error:
        yield Fault(FaultCode.NO_ANSWER, str(error), "start the database of the log, or mend its address")
        return
    if lag is not None and lag.seconds(now_at) > max_lag_seconds:
        yield Fault(
            FaultCode.PROJECTION_BEHIND,
            f"{lag.entries} entries of the log are not in the graph, the oldest for "
            f"{lag.seconds(now_at):.0f} s, {max_lag_seconds:.0f} s are allowed",
            "wait while it catches up; where the lag does not fall, look at the time of a write",
        )
