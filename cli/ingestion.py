"""Both streams into the graph: one task that takes in what the chain and the log have, again and again.

Owns when each is looked at, and that nothing else writes meanwhile. How they are taken in is known to
`ingest`.
"""

import asyncio
import logging

from cli.compose import Installation, now_at
from cli.heartbeat import Heartbeat
from ingest.follower import ChainFollower
from ingest.ingestion_faults import find_faults
from ingest.ingestion_status import IngestionStatus
from ingest.known_subjects import LogCatalogue
from ingest.projector import LogProjector
from tunefi.chain.new_heads import NewHeads
from tunefi.errors import FinalError, RetryableError
from tunefi.health import Health

_LOG = logging.getLogger(__name__)
COMPONENT = "ingestion"
_SILENCE_SECONDS = 60.0
_AFTER_A_HALT = (
    "do what the message says, or report a defect where it says nothing, and restart the service; the graph "
    "is as it was before, and nothing is taken in meanwhile"
)


class Ingestion:
    """Keeps the graph of an installation up to date.

    Args:
        installation: Its clients.
        health: Told of each round that worked or failed.

    Attributes:
        catalogue: Learns in each round what anyone has appended to the log's catalogue.
    """

    def __init__(self, installation: Installation, health: Health) -> None:
        settings = installation.settings
        heartbeat = Heartbeat(installation.telemetry, health, COMPONENT)
        self.follower = ChainFollower(
            installation.rpc,
            installation.store,
            installation.deployment,
            window_blocks=settings.reorg_window_blocks,
            telemetry=heartbeat,
            journal=installation.journal,
            sample_share=settings.rpc_sample_share,
        )
        self._projector = LogProjector(installation.log, installation.store, telemetry=heartbeat)
        self.status = IngestionStatus(self.follower, self._projector, installation.log)
        self.catalogue = LogCatalogue(installation.log)
        self._health = health
        self._pause_seconds = settings.poll_interval_seconds
        self._ws_url = settings.rpc_ws_url
        self._lock = asyncio.Lock()
        self._halted: Exception | None = None
        health.expect(COMPONENT, _SILENCE_SECONDS)
        health.watch(COMPONENT, lambda: find_faults(self.status, now_at(), settings.max_lag_seconds))

    async def catch_up(self) -> str:
        """Take in everything there is now and return how far it went, in words.

        Raises:
            RetryableError: The node or the graph is gone for now.
            FinalError: Ingestion halts; its message says what to do. Once it has halted in `run`, every
                call raises the same: nobody may go on over what was found.
        """
        async with self._lock:
            if self._halted is not None:
                raise self._halted
            await asyncio.to_thread(self.catalogue.refresh)
            position = await self._projector.project()
            status = await self.follower.follow_to_head()
        detail = f"log {position}, block {status.applied_block}"
        self._health.report_success(COMPONENT, detail)
        return detail

    async def catch_up_to_final(self, block: int) -> None:
        """Take in what there is until `block` is final; the chain has to go on by itself."""
        while (self.follower.status.final_block or 0) < block:
            await self.catch_up()
            await asyncio.sleep(self._pause_seconds / 4)
        await self.catch_up()

    async def run(self) -> None:
        """Catch up for ever; wait out what passes by, and halt, unhealthy, on what does not."""
        async with NewHeads(self._ws_url) as heads:
            while True:
                try:
                    await self.catch_up()
                except RetryableError as error:
                    self._health.report_failure(COMPONENT, str(error))
                    _LOG.warning("ingestion waits: %s", error)
                except Exception as error:
                    self._halt(error)
                    return
                await heads.wait(self._pause_seconds)

    def _halt(self, error: Exception) -> None:
        """Go on never again; what is no error of ours is a defect, and told with its stack."""
        known = isinstance(error, FinalError)
        detail = str(error) if known else f"{type(error).__name__}: {error}"
        self._halted = error
        self._health.report_halt(COMPONENT, detail, _AFTER_A_HALT)
        _LOG.error("ingestion halts: %s", detail, exc_info=None if known else error)
