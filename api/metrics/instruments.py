"""Counters and histograms: what happened, as parts tell it.

Owns their names, labels and buckets. Every label takes its values from a fixed set or from settings, and
those that are known beforehand are shown from the start as zero: a counter that first appears as 1 raises
no alarm.
"""

from collections.abc import Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from ingest.validation import Reason

_WRITE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_ANSWER_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_JOB_SECONDS = (0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0)
_DEPTH_BLOCKS = (1, 2, 3, 5, 8, 16, 32, 64, 128, 256)
_STREAMS = ("chain", "log")
JOB_OUTCOMES = ("done", "nothing", "waiting", "failed")


class Metrics:
    """What one program counts; also its `tunefi.telemetry.Telemetry`.

    Attributes:
        registry: All metrics of the program; nothing is registered anywhere else.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=registry)
        self._define_ingestion(registry)
        self._define_listens(registry)
        self._define_jobs(registry)
        self._answers = Histogram(
            "tunefi_http_request_duration_seconds",
            "Time until an answer was sent whole.",
            ("route", "method", "status"),
            buckets=_ANSWER_SECONDS,
            registry=registry,
        )
        for stream in _STREAMS:
            self._writes.labels(stream)
            self._rows.labels(stream)
        for reason in Reason:
            self._refused.labels(reason.value)

    def _define_ingestion(self, registry: CollectorRegistry) -> None:
        self._writes = Histogram(
            "tunefi_graph_write_duration_seconds",
            "Time of one transaction that writes a batch into the graph.",
            ("stream",),
            buckets=_WRITE_SECONDS,
            registry=registry,
        )
        self._rows = Counter(
            "tunefi_graph_written_rows",
            "Nodes and relationships written or deleted.",
            ("stream",),
            registry=registry,
        )
        self._depths = Histogram(
            "tunefi_ingest_reorganisation_depth_blocks",
            "Blocks that a reorganisation took back.",
            buckets=_DEPTH_BLOCKS,
            registry=registry,
        )

    def _define_listens(self, registry: CollectorRegistry) -> None:
        self._accepted = Counter(
            "tunefi_listens_accepted", "Listens that were appended to the log.", registry=registry
        )
        self._duplicates = Counter(
            "tunefi_listens_duplicate", "Listens that stood in the log already.", registry=registry
        )
        self._refused = Counter(
            "tunefi_listens_refused", "Listens that were refused.", ("reason",), registry=registry
        )

    def _define_jobs(self, registry: CollectorRegistry) -> None:
        self._job_seconds = Histogram(
            "tunefi_keeper_job_duration_seconds",
            "Time of one run of a keeper job.",
            ("keeper_job",),
            buckets=_JOB_SECONDS,
            registry=registry,
        )
        self._job_runs = Counter(
            "tunefi_keeper_job_runs",
            "Runs of keeper jobs that ended.",
            ("keeper_job", "outcome"),
            registry=registry,
        )
        self._job_success = Gauge(
            "tunefi_keeper_job_last_success_timestamp_seconds",
            "When a keeper job last ended without an error.",
            ("keeper_job",),
            registry=registry,
        )

    def expect_jobs(self, jobs: Iterable[str]) -> None:
        """Show the jobs of this program from now on, though none has run yet."""
        for job in jobs:
            self._job_seconds.labels(job)
            for outcome in JOB_OUTCOMES:
                self._job_runs.labels(job, outcome)

    def wrote_graph(self, stream: str, rows: int, seconds: float) -> None:
        """Count a batch that was committed."""
        self._writes.labels(stream).observe(seconds)
        self._rows.labels(stream).inc(rows)

    def took_back(self, depth_blocks: int) -> None:
        """Count a reorganisation."""
        self._depths.observe(depth_blocks)

    def ended_job(self, job: str, outcome: str, seconds: float) -> None:
        """Count a run of a job."""
        self._job_seconds.labels(job).observe(seconds)
        self._job_runs.labels(job, outcome).inc()
        if outcome != "failed":
            self._job_success.labels(job).set_to_current_time()

    def judged_listens(self, accepted: int, duplicates: int, refused: Mapping[str, int]) -> None:
        """Count what became of a request's listens, `refused` by reason."""
        self._accepted.inc(accepted)
        self._duplicates.inc(duplicates)
        for reason, count in refused.items():
            self._refused.labels(reason).inc(count)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is a template such as `/v1/epochs/{epoch}`."""
        self._answers.labels(route, method, str(status)).observe(seconds)
