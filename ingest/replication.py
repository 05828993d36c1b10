"""Takes over another keeper's log, page by page, and believes nothing of it.

Owns what is checked: the chain of hashes, columns against payloads, erasures, signatures, and that both logs
are of one history. A page is one transaction, so that an interrupted replication goes on where it was.
Refuses to know how the other log is reached.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from ingest.entries import Entry, decode_entry
from ingest.errors import BrokenChain, LogFork, RepeatedKey, UnusableReplica
from ingest.hash_chain import ChainWalk, LogHead
from ingest.interaction_log import InteractionLog
from ingest.log_rows import LogRow

PAGE_ROWS = 1_000

Witness = Callable[[Entry], str | None]
"""Says what is wrong with the signature of an entry, or None."""


class LogSource(Protocol):
    """Another keeper's log; `InteractionLog` is one, `http_log.HttpLog` another."""

    where: str

    def head(self) -> LogHead:
        """Return the newest position and its hash."""
        ...

    def hash_at(self, position: int) -> bytes | None:
        """Return the hash of an entry, or None when there is no such entry."""
        ...

    def rows_after(self, head: LogHead, limit: int) -> list[LogRow]:
        """Return at most `limit` rows, and at least one if there is one, that follow a head of this log."""
        ...


class Replication:
    """Appends to a log what another keeper's log has beyond it; `run_page` until it returns False.

    A source that is behind gives nothing, which is no error.

    Args:
        source: The other log.
        log: Ours; nobody else writes to it meanwhile.
        witness: Looks at the signature of each entry.

    Raises:
        LogFork: The logs part at an entry, which is named; nothing was taken over.
    """

    def __init__(self, source: LogSource, log: InteractionLog, witness: Witness) -> None:
        self._source, self._log, self._witness = source, log, witness
        self.start, self.source_head = log.head(), source.head()
        check_same_history(source, log)
        self._walk = ChainWalk(self.start)

    @property
    def head(self) -> LogHead:
        """What was reached."""
        return self._walk.head

    def run_page(self) -> bool:
        """Take over one page, or do the checks at the end; return whether to go on.

        Raises:
            UnusableReplica: An entry of the source is not what it must be; those before its page were taken
                over.
            LogMoved: Someone else appended to this log.
        """
        before, left = self.head, self.source_head.position - self.head.position
        if left <= 0:
            _check_end(self._source, self._walk, self.source_head)
            return False
        rows = self._source.rows_after(before, min(PAGE_ROWS, left))
        _check_page(self._source, self._walk, rows, self._witness)
        _take_over(self._source, self._log, rows, before)
        return True


def check_same_history(source: LogSource, log: InteractionLog) -> None:
    """Check that the shorter of two logs is the beginning of the longer.

    Raises:
        LogFork: It is not; names the first entry that differs.
    """
    common = min(log.head().position, source.head().position)
    if log.hash_at(common) == source.hash_at(common):
        return
    same, different = 0, int(common)
    while different - same > 1:
        middle = (same + different) // 2
        if log.hash_at(middle) == source.hash_at(middle):
            same = middle
        else:
            different = middle
    raise LogFork(different, source.where, log.hash_at(different) or b"", source.hash_at(different) or b"")


def _check_page(source: LogSource, walk: ChainWalk, rows: Sequence[LogRow], witness: Witness) -> None:
    if not rows:
        raise UnusableReplica(source.where, walk.head.position + 1, "it is missing, though the head is later")
    for row in rows:
        try:
            walk.take(row)
        except BrokenChain as broken:
            raise UnusableReplica(source.where, broken.position, broken.reason) from broken
        problem = witness(decode_entry(row.payload)) if row.payload is not None else None
        if problem:
            raise UnusableReplica(source.where, row.position, problem)


def _take_over(source: LogSource, log: InteractionLog, rows: Sequence[LogRow], after: LogHead) -> None:
    try:
        log.append_rows(rows, after)
    except RepeatedKey as error:
        raise UnusableReplica(source.where, error.first, str(error)) from error


def _check_end(source: LogSource, walk: ChainWalk, theirs: LogHead) -> None:
    if walk.head.position == theirs.position and walk.head.hash != theirs.hash:
        raise UnusableReplica(source.where, theirs.position, "its hash is not that of the head it told")
    try:
        walk.check_erased()
    except BrokenChain as broken:
        raise UnusableReplica(source.where, broken.position, broken.reason) from broken
