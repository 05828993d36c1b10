"""The epoch that lists come from: the newest that is final and whose files are here.

Owns when it changes. Vectors are memory-mapped and read in a thread, so the loop never waits for them; the
old epoch serves until the new one is ready. Refuses to know routes.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from api.epoch_states import EpochStates, Standing
from commitments.commitment import EpochCommitment
from commitments.library import EpochLibrary
from commitments.opening import Opening
from recsys.table import EmbeddingTable
from tunefi.errors import TuneFiError
from tunefi.health import Health
from tunefi.ids import Address, EpochId

COMPONENT = "api.served_epoch"
SILENCE_SECONDS = 120.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ServedEpoch:
    """One epoch, ready to answer from.

    Attributes:
        epoch_id: Its number.
        standing: Where it stood on the chain when it was taken: final.
        commitment: What the keepers signed.
        table: Its vectors, memory-mapped.
        library: Where openings are read from.
    """

    epoch_id: EpochId
    standing: Standing
    commitment: EpochCommitment
    table: EmbeddingTable = field(repr=False)
    library: EpochLibrary = field(repr=False)

    async def load_opening(self, address: Address) -> Opening | None:
        """Return the opening of a listener, or None where the epoch has no leaf for it, or it was erased."""
        return await asyncio.to_thread(self.library.load_opening, self.epoch_id, address)


@dataclass
class ServedEpochs:
    """Keeps the served epoch up to date.

    Args:
        library: Epochs on disk.
        states: Says which epoch is final.
        health: Told when the chain or the files cannot be read.
    """

    library: EpochLibrary
    states: EpochStates
    health: Health
    current: ServedEpoch | None = None
    _refreshing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def served_id(self) -> EpochId | None:
        """Number of the served epoch, or None."""
        return self.current.epoch_id if self.current else None

    async def refresh(self) -> ServedEpoch | None:
        """Take the newest final epoch whose files are here, and return what is served now.

        Raises:
            NodeUnreachable: The node does not answer; the present epoch stays.
            DamagedTable, DamagedBundle: The files of the newest final epoch cannot be used; the present
                epoch stays.
        """
        async with self._refreshing:
            newest = await self._fetch_newest()
            if newest is not None and newest != self.served_id:
                standing = await self.states.fetch_standing(newest)
                self.current = await asyncio.to_thread(self._load, newest, standing)
                _log.info("epoch %d is served", newest)
            return self.current

    async def follow(self, poll_seconds: float) -> None:
        """Refresh for ever; failures go to the log and to health, and the present epoch stays."""
        self.health.expect(COMPONENT, SILENCE_SECONDS)
        while True:
            try:
                served = await self.refresh()
            except TuneFiError as error:
                self.health.report_failure(COMPONENT, str(error))
                _log.warning("the served epoch cannot be refreshed: %s", error)
            except Exception as error:
                # A follower that dies silently would serve an old epoch for ever.
                self.health.report_failure(COMPONENT, type(error).__name__)
                _log.exception("the served epoch cannot be refreshed")
            else:
                self.health.report_success(
                    COMPONENT, f"epoch {served.epoch_id}" if served else "no final epoch yet"
                )
            await asyncio.sleep(poll_seconds)

    async def _fetch_newest(self) -> EpochId | None:
        """The newest final epoch that is committed on the chain and lies in the library."""
        latest = await self.states.fetch_latest_final()
        if latest is None or (self.current is not None and latest <= self.current.epoch_id):
            return None
        for epoch_id in reversed(await asyncio.to_thread(self.library.list_committed)):
            if epoch_id <= latest and (await self.states.fetch_standing(epoch_id)).state == "final":
                return epoch_id
        return None

    def _load(self, epoch_id: EpochId, standing: Standing) -> ServedEpoch:
        signed = self.library.load_commitment(epoch_id)
        assert signed is not None, "list_committed names epochs with a commitment"
        return ServedEpoch(epoch_id, standing, signed.struct, self.library.load_table(epoch_id), self.library)
