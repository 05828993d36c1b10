"""The first block and the first entry at which two keepers were told different things.

Both journals carry a hash over all logs so far and both logs a hash over all entries so far; once two such
hashes differ they differ for ever, so that halving finds the first difference in O(log n) looks. Owns the
search. Refuses to know graphs.
"""

from bisect import bisect_left
from dataclasses import asdict, dataclass
from typing import Any

from ingest.chain_journal import ChainJournal
from ingest.interaction_log import InteractionLog
from tunefi.chain.logs import RawLog


@dataclass(frozen=True, slots=True)
class InputDifference:
    """The first place at which two journals or two logs differ.

    Attributes:
        source: `chain` or `log`.
        position: Height of the block, or position of the entry.
        mine: What this keeper has there, for people.
        other: What the other keeper has there.
    """

    source: str
    position: int
    mine: tuple[str, ...]
    other: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return asdict(self)


def find_chain_difference(mine: ChainJournal, other: ChainJournal) -> InputDifference | None:
    """Return the first block whose logs two journals do not hold alike, as far as both go."""
    ends = mine.newest(), other.newest()
    starts = mine.oldest(), other.oldest()
    if None in ends or None in starts:
        return None
    first = max(record.parent.number for record in starts if record) + 1
    last = min(record.last.number for record in ends if record)

    def differs(block: int) -> bool:
        return mine.logs_hash_up_to(block) != other.logs_hash_up_to(block)

    if last < first or not differs(last):
        return None
    block = first + bisect_left(range(first, last), True, key=differs)
    ours, theirs = mine.logs_of(block), other.logs_of(block)
    return InputDifference(
        "chain",
        block,
        tuple(_log_line(log) for log in ours if log not in theirs),
        tuple(_log_line(log) for log in theirs if log not in ours),
    )


def find_entry_difference(mine: InteractionLog, other: InteractionLog) -> InputDifference | None:
    """Return the first entry that two logs do not hold alike, as far as both go."""
    last = min(mine.head().position, other.head().position)

    def differs(position: int) -> bool:
        return mine.hash_at(position) != other.hash_at(position)

    if last == 0 or not differs(last):
        return None
    position = 1 + bisect_left(range(1, last), True, key=differs)
    return InputDifference("log", position, *(_entry_lines(log, position) for log in (mine, other)))


def _log_line(log: RawLog) -> str:
    topics = ",".join("0x" + topic.hex() for topic in log.topics)
    return (
        f"log {log.log_index} of {log.address} in {log.block_hash}, transaction {log.transaction_hash}, "
        f"topics {topics}, data 0x{log.data.hex()}"
    )


def _entry_lines(log: InteractionLog, position: int) -> tuple[str, ...]:
    """What an entry says, without its payload: that is nobody else's business."""
    return tuple(
        f"{entry.kind} of {entry.account or 'nobody'}, hash 0x{entry.hash.hex()}"
        for entry in log.read(position - 1, 1)
    )
