"""A graph from journal and log alone: what a keeper does who holds both and trusts no node.

Owns how far it goes (to where another graph is) and that it resumes: the new graph's own cursors say where
it stands. Refuses to switch graphs.
"""

import asyncio
from dataclasses import dataclass

from graph_schema.store import Cursor, GraphStore
from ingest.chain_applier import ChainApplier
from ingest.chain_journal import ChainJournal, JournalRecord, Place, RecordState
from ingest.errors import JournalIncomplete
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from tunefi.chain.deployment import Deployment
from tunefi.progress import Progress

_RECORDS_AT_ONCE = 100
_ENTRIES_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class RebuildGoal:
    """How far a graph is to be built.

    Attributes:
        block: The chain's last block, at which a record of the journal ends.
        log_position: The log's last entry.
    """

    block: Place
    log_position: int


class GraphRebuild:
    """Builds one graph; `run` goes on where an earlier one was interrupted."""

    def __init__(
        self, journal: ChainJournal, log: InteractionLog, deployment: Deployment, target: GraphStore
    ) -> None:
        self._journal = journal
        self._log = log
        self._deployment = deployment
        self._target = target
        self._applier = ChainApplier(target, deployment)

    async def is_on_branch(self) -> bool:
        """Return whether what was built so far is of the chain that the journal tells now."""
        cursor = await self._target.read_cursor(self._applier.cursor_source)
        if cursor is None:
            return True
        place = Place(cursor.position, cursor.hash)
        return await asyncio.to_thread(self._journal.ending_at, place) is not None

    async def run(self, goal: RebuildGoal, progress: Progress) -> None:
        """Build up to the goal.

        Raises:
            JournalIncomplete: The journal does not begin before the contracts, or ends before the goal.
        """
        total = float(goal.block.number + goal.log_position)
        await self._apply_chain(goal.block, progress, total)
        await self._project_log(goal.log_position, progress, total, goal.block.number)

    async def _apply_chain(self, last: Place, progress: Progress, total: float) -> None:
        cursor, new = await self._start()
        while cursor.position < last.number:
            records = await asyncio.to_thread(self._journal.after, cursor.position, _RECORDS_AT_ONCE)
            for record in [record for record in records if record.last.number <= last.number]:
                cursor, new = await self._apply(record, cursor, new=new), False
                progress.update(cursor.position, total, f"block {cursor.position}")
            if not records or records[-1].last.number > cursor.position:
                break
        if (cursor.position, cursor.hash) != (last.number, last.hash):
            raise JournalIncomplete(self._journal.where, f"{last}", f"ends at block {cursor.position}")

    async def _start(self) -> tuple[Cursor, bool]:
        source = self._applier.cursor_source
        cursor = await self._target.read_cursor(source)
        if cursor is not None:
            return cursor, False
        oldest = await asyncio.to_thread(self._journal.oldest)
        if oldest is None or oldest.parent.number >= max(self._deployment.block, 1):
            begins = f"begins after {oldest.parent}" if oldest else "is empty"
            raise JournalIncomplete(self._journal.where, f"block {self._deployment.block}", begins)
        return Cursor(source, oldest.parent.number, oldest.parent.hash), True

    async def _apply(self, record: JournalRecord, cursor: Cursor, *, new: bool) -> Cursor:
        found = await asyncio.to_thread(self._journal.load, record)
        if record.state is RecordState.OPEN:
            return await self._applier.apply_open([found], cursor, new=new)
        return await self._applier.apply(found, cursor, new=new)

    async def _project_log(self, last: int, progress: Progress, total: float, done: int) -> None:
        projector = LogProjector(self._log, self._target)
        position = int(await projector.read_position())
        while position < last:
            position = int(await projector.project(min(position + _ENTRIES_AT_ONCE, last)))
            progress.update(done + position, total, f"log entry {position}")
