"""What is known of each epoch: on the chain, in the graph, and on disk here.

Owns how the three become one record. Refuses to know JSON and HTTP.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from api.epoch_states import CONTRACT, EpochStates, Standing
from commitments.commitment import EpochCommitment
from commitments.library import EpochLibrary
from commitments.signed import Signed
from graph_schema.queries import read_epochs
from graph_schema.store import GraphStore
from tunefi.chain.deployment import Deployment
from tunefi.errors import RetryableError
from tunefi.ids import EpochId, Microseconds, hex_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One epoch, as far as it is known here.

    Attributes:
        row: Its node in the graph, empty where the graph does not have it yet.
        signed: What the keepers signed, None where it is not on disk here.
    """

    epoch_id: EpochId
    standing: Standing
    row: dict[str, Any]
    signed: Signed[EpochCommitment] | None
    has_bundle: bool

    @property
    def committed_at(self) -> Microseconds | None:
        """When it was committed."""
        return self.row.get("committed_at")

    def text(self, name: str) -> str | None:
        """Return a root, digest or CID of the commitment, from disk or else from the graph."""
        if self.signed is None:
            return self.row.get(name)
        value = getattr(self.signed.struct, name)
        return hex_of(value) if isinstance(value, bytes) else str(value)


@dataclass(frozen=True)
class EpochRecords:
    """Reads records of epochs."""

    store: GraphStore
    library: EpochLibrary
    states: EpochStates
    deployment: Deployment

    async def read_newest(self, limit: int) -> list[EpochRecord]:
        """Return the newest committed epochs, newest first."""
        rows = await self._read_rows()
        here = await asyncio.to_thread(self.library.list_committed)
        numbers = sorted({*rows, *here}, reverse=True)[:limit]
        return [await self._record(epoch_id, rows.get(epoch_id, {})) for epoch_id in numbers]

    async def read_one(self, epoch_id: EpochId) -> EpochRecord | None:
        """Return one committed epoch, or None where none of that number is known."""
        rows = await self._read_rows()
        record = await self._record(epoch_id, rows.get(epoch_id, {}))
        known = (
            record.row
            or (record.signed and record.signed.transaction_hash)
            or record.standing.state != "none"
        )
        return record if known else None

    async def _record(self, epoch_id: EpochId, row: dict[str, Any]) -> EpochRecord:
        signed = await asyncio.to_thread(self.library.load_commitment, epoch_id)
        has_bundle = await asyncio.to_thread((self.library.bundle(epoch_id) / "bundle.json").is_file)
        return EpochRecord(epoch_id, await self._standing(epoch_id, row), row, signed, has_bundle)

    async def _standing(self, epoch_id: EpochId, row: dict[str, Any]) -> Standing:
        """The state by the chain; by the graph, which lags, while the node is gone."""
        try:
            return await self.states.fetch_standing(epoch_id)
        except RetryableError as error:
            _log.warning("the state of epoch %d is taken from the graph: %s", epoch_id, error)
        if not row:
            return Standing("none", None)
        return Standing("invalid" if row.get("invalid") else "pending", row.get("final_at"))

    async def _read_rows(self) -> dict[EpochId, dict[str, Any]]:
        prefix = f"{self.deployment.chain_id}:{self.deployment.contracts.get(CONTRACT, '')}:"
        rows = await read_epochs(self.store)
        return {
            EpochId(row["number"]): row
            for row in rows
            if row["epoch_id"].startswith(prefix) and row["number"]
        }
