"""Where ingestion stands, read at the moment of a scrape.

Owns the metrics of chain and log positions. A value that is not known yet has no sample.
"""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingest.errors import LogUnavailable
from ingest.follower import FollowerStatus
from ingest.ingestion_status import IngestionStatus, ProjectionLag
from tunefi.ids import Microseconds


class ChainReadings(Collector):
    """Turns the state of a follower into metrics.

    Args:
        status: Live.
    """

    def __init__(self, status: FollowerStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """Return everything that is known now."""
        chain = self._status
        yield gauge("tunefi_chain_head_block", "Newest block of the chain.", chain.head_block)
        yield gauge("tunefi_chain_head_timestamp_seconds", "Time of that block.", _seconds(chain.head_at))
        yield gauge("tunefi_chain_finalized_block", "Newest block that counts for money.", chain.final_block)
        yield gauge("tunefi_ingest_applied_block", "Newest block in the graph.", chain.applied_block)
        yield gauge("tunefi_ingest_lag_blocks", "Blocks that the graph is behind the head.", chain.lag_blocks)
        behind = "Time of the head less time of the newest block in the graph."
        yield gauge("tunefi_ingest_lag_seconds", behind, chain.lag_seconds)
        left_out = "Logs that did not decode and were left out."
        yield CounterMetricFamily("tunefi_ingest_set_aside_logs", left_out, value=chain.set_aside)


class LogReadings(Collector):
    """Turns the positions of the log and its projection into metrics.

    Args:
        status: Live.
        clock: The time now, UTC.
    """

    def __init__(self, status: IngestionStatus, clock: Callable[[], Microseconds]) -> None:
        self._status, self._clock = status, clock

    def collect(self) -> Iterator[Metric]:
        """Return everything that is known now."""
        try:
            lag = self._status.read_projection()
        except LogUnavailable:
            lag = None
        yield from _of_log(lag, self._clock())


def _of_log(lag: ProjectionLag | None, now_at: Microseconds) -> Iterator[Metric]:
    head, position = (lag.head, lag.position) if lag else (None, None)
    entries, seconds = (lag.entries, lag.seconds(now_at)) if lag else (None, None)
    yield gauge("tunefi_log_head_position", "Newest entry of the log.", head)
    yield gauge("tunefi_log_projected_position", "Newest entry in the graph.", position)
    yield gauge("tunefi_log_projection_lag_entries", "Entries that wait.", entries)
    yield gauge("tunefi_log_projection_lag_seconds", "How long the oldest of them has waited.", seconds)


def gauge(name: str, text: str, value: float | None) -> GaugeMetricFamily:
    """Return a gauge with one sample, or with none where the value is not known."""
    return GaugeMetricFamily(name, text, value=value)


def _seconds(at: int | None) -> float | None:
    return None if at is None else at / 1_000_000
