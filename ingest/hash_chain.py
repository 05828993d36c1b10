"""The chain of hashes that makes a change of the log visible.

    hash(0) = 32 zero bytes
    hash(i) = keccak256(hash(i-1) || uint64be(i) || keccak256(salt || payload))

The salt is random and kept beside the payload, so that both can be erased and nothing can be guessed from
the hash. Refuses to know where rows come from.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.entries import Kind, decode_entry
from ingest.errors import BrokenChain, MalformedEntry, MalformedLogHead
from ingest.log_rows import LogRow, columns_of
from tunefi.hashing import keccak256
from tunefi.ids import LogPosition

GENESIS_HASH = bytes(32)
_ROWS_A_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest entry: position 0 and a zero hash when there is none."""

    position: LogPosition
    hash: bytes


EMPTY_LOG = LogHead(LogPosition(0), GENESIS_HASH)


def parse_log_head(text: str) -> LogHead:
    """Return a head written as `POSITION:0xHASH`.

    Raises:
        MalformedLogHead: It is not.
    """
    position, _, hash_ = text.partition(":")
    if not re.fullmatch(r"\d{1,18}", position) or not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", hash_):
        raise MalformedLogHead(text)
    return LogHead(LogPosition(int(position)), bytes.fromhex(hash_.removeprefix("0x")))


def entry_hash(previous: bytes, position: int, content_hash: bytes) -> bytes:
    """Return the hash of the entry at `position`, whose predecessor has the hash `previous`."""
    return keccak256(previous + position.to_bytes(8) + content_hash)


class ChainWalk:
    """Takes rows one after another, refuses the first that is not what was appended, and holds the head.

    Args:
        head: Where the walk begins; what comes before is not looked at.
    """

    def __init__(self, head: LogHead = EMPTY_LOG) -> None:
        self.head = head
        self._erased: dict[str | None, LogPosition] = {}

    def take(self, row: LogRow) -> None:
        """Check one row and go on to it.

        Raises:
            BrokenChain: Names its position and what is wrong with it.
        """
        position = LogPosition(self.head.position + 1)
        if row.position != position:
            raise BrokenChain(position, "it is missing")
        if row.payload is None or row.salt is None:
            self._note_erased(row)
        else:
            _check_payload(row, row.payload, row.salt)
        if entry_hash(self.head.hash, position, row.content_hash) != row.hash:
            raise BrokenChain(position, "its hash does not follow from the one before")
        if row.kind == Kind.DELETE:
            self._erased.pop(row.account, None)
        self.head = LogHead(position, row.hash)

    def check_erased(self) -> None:
        """Check that every erased row was followed by a deletion of its account.

        Raises:
            BrokenChain: Names the first that was not.
        """
        if self._erased:
            raise BrokenChain(min(self._erased.values()), "it was erased, and no deletion asks for that")

    def _note_erased(self, row: LogRow) -> None:
        if row.payload is not None or row.salt is not None:
            raise BrokenChain(row.position, "only one of payload and salt was erased")
        if row.kind == Kind.DELETE:
            raise BrokenChain(row.position, "it is a deletion, which is never erased")
        self._erased.setdefault(row.account, row.position)


class ChainCheck:
    """Walks a whole log; `run_page` until it returns False.

    Args:
        read_rows: Gives at most so many rows that follow a position.
        expected: A head that must be on the chain, such as one that was committed.
    """

    def __init__(self, read_rows: Callable[[int, int], Sequence[LogRow]], expected: LogHead | None) -> None:
        self._read_rows, self._expected = read_rows, expected
        self._walk = ChainWalk()

    @property
    def head(self) -> LogHead:
        """What was reached."""
        return self._walk.head

    def run_page(self) -> bool:
        """Check the next rows, or what can only be known at the end; return whether to go on.

        Raises:
            BrokenChain: Names the first entry that is not what was appended.
        """
        rows = self._read_rows(self.head.position, _ROWS_A_PAGE)
        for row in rows:
            self._walk.take(row)
            if self._expected and row.position == self._expected.position and row.hash != self._expected.hash:
                raise BrokenChain(row.position, "its hash is not the one that was committed")
        if rows:
            return True
        if self._expected and self.head.position < self._expected.position:
            raise BrokenChain(self.head.position + 1, "it is missing")
        self._walk.check_erased()
        return False


def _check_payload(row: LogRow, payload: bytes, salt: bytes) -> None:
    if keccak256(salt + payload) != row.content_hash:
        raise BrokenChain(row.position, "its payload was changed")
    try:
        told = columns_of(decode_entry(payload))
    except MalformedEntry as error:
        raise BrokenChain(row.position, f"its payload is no entry ({error.reason})") from error
    for name, value in told._asdict().items():
        if getattr(row, name) != value:
            raise BrokenChain(row.position, f"its {name.replace('_', ' ')} is not that of its payload")
