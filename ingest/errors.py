"""What can go wrong between an event and the graph.

RetryableError
├── LogFull               the disk is full, nothing was appended
├── LogUnavailable        the database of the log does not answer
├── LogMoved              someone else appended meanwhile
├── JournalFull           the disk is full, nothing was applied
└── JournalUnavailable    the database of the chain's journal does not answer
FinalError
├── MalformedEntry        a payload is no entry
├── IdempotencyConflict   one key, two contents
├── MalformedLogHead      a text is no head of a log
├── BrokenChain           the log was changed afterwards
├── UnusableLogUrl        no URL of a database that this installation can open
├── NewerSchema           a later version has written to the log's database
├── EntriesErased         a deletion has erased what an older snapshot was made of
├── LogFork               two keepers' logs differ from an entry on
├── RepeatedKey           entries of another keeper's log have one idempotency key
├── UnusableReplica       another keeper's log is broken, forged or cut
├── LogMismatch           graph and log are not of one history
├── JournalBehind         the graph holds blocks that the journal does not
├── JournalIncomplete     the journal does not hold what a graph is to be built from
├── JournalElsewhere      someone else writes to the journal
├── ChangesPruned         a consumer asks for changes that are no longer kept
├── ReorgTooDeep          the chain took back more than can be undone
│   └── FinalBlockChanged a block that was final is another one, or gone
├── HeadWentBack          the chain is shorter than it was, by more than the window
├── NodesDisagree         two nodes tell different logs, and neither can be convicted
├── HandlerFailed         an event could not become rows
├── MalformedDataFile     a data set is cut short or damaged
├── SourceUnreadable      what is imported from is not there, damaged or cut short
├── UnpackedTooLarge      a packed file unpacks to far more than it is
├── FormatUnknown         a file has none of the forms that are imported
└── ResumeRefused         there is no interrupted import of this file
"""

from collections.abc import Iterable
from pathlib import Path

from tunefi.errors import FinalError, RetryableError


class LogFull(RetryableError):
    """The disk of the interaction log is full."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            f"no room for the log at {where}; nothing was appended; free disk space and send again"
        )


class LogUnavailable(RetryableError):
    """The database of the interaction log does not answer, or is locked."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"the interaction log at {where} does not answer: {reason}; nothing was appended")


class JournalFull(RetryableError):
    """The disk of the chain's journal is full."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(f"no room for the chain's journal at {where}; nothing was applied; free disk space")


class JournalUnavailable(RetryableError):
    """The database of the chain's journal does not answer, or is locked."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(
            f"the chain's journal at {where} does not answer: {reason}; nothing was applied, "
            "and ingestion goes on by itself once it answers"
        )


class LogMoved(RetryableError):
    """The log is elsewhere than the replication expects: someone else appended to it."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f"the log stands at entry {found}, not at {expected}: someone else appends to it; "
            "a log that is replicated has no other writer"
        )


class MalformedEntry(FinalError):
    """Bytes or fields that are no entry of the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"malformed entry: {reason}")


class MalformedLogHead(FinalError):
    """A text that should be a head of the log is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text[:80]!r} is no head of a log; write POSITION:0xHASH, as `tunefi log verify` prints"
        )


class IdempotencyConflict(FinalError):
    """The idempotency key was used before for something else."""

    def __init__(self, idempotency_key: bytes, position: int) -> None:
        self.idempotency_key = idempotency_key
        self.position = position
        super().__init__(
            f"idempotency key 0x{idempotency_key.hex()} belongs to entry {position}, "
            "which says something else; use a new key for a new entry"
        )


class BrokenChain(FinalError):
    """An entry of the log is not what was appended."""

    def __init__(self, position: int, reason: str) -> None:
        self.position = position
        self.reason = reason
        super().__init__(
            f"the interaction log is broken at entry {position}: {reason}; restore it from a replica"
        )


class UnusableLogUrl(FinalError):
    """The URL of the log is none, or what speaks to its database is not installed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the URL of the interaction log cannot be used: {reason}; see docs/interaction-log.md"
        )


class NewerSchema(FinalError):
    """The database of the log has a revision that this version does not know."""

    def __init__(self, where: str, revision: str) -> None:
        self.where, self.revision = where, revision
        super().__init__(
            f"the log at {where} has schema {revision}, which this version of TuneFi does not know; "
            "nothing was changed: run the version that wrote it, or a later one"
        )


class EntriesErased(FinalError):
    """What an older snapshot was made of was erased; only a later one can be built."""

    def __init__(self, position: int, up_to: int) -> None:
        self.position, self.up_to = position, up_to
        super().__init__(
            f"entry {position} was erased by a deletion that comes after entry {up_to}, so the graph as of "
            f"entry {up_to} cannot be rebuilt; take the head of the log, or a copy of that snapshot's files"
        )


class LogFork(FinalError):
    """Two logs have another entry at the same position; neither is changed."""

    def __init__(self, position: int, where: str, ours: bytes, theirs: bytes) -> None:
        self.position, self.where, self.ours, self.theirs = position, where, ours, theirs
        super().__init__(
            f"the logs part at entry {position}: 0x{ours.hex()} here, 0x{theirs.hex()} at {where}; nothing "
            "was replicated: find out which is the keepers' log, and replicate it into an empty one"
        )


class RepeatedKey(FinalError):
    """Among entries of another keeper's log one has the idempotency key of another."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        super().__init__(f"one of the entries {first} to {last} has the idempotency key of an earlier one")


class UnusableReplica(FinalError):
    """What another keeper's log gives is not a log; up to the entry before, it was taken over."""

    def __init__(self, where: str, position: int, reason: str) -> None:
        self.where, self.position, self.reason = where, position, reason
        super().__init__(f"entry {position} of the log at {where}: {reason}; replicate from another keeper")


class LogMismatch(FinalError):
    """The graph was projected from another log than this one."""

    def __init__(self, position: int, expected: str, found: str | None) -> None:
        self.position = position
        self.expected = expected
        self.found = found
        super().__init__(
            f"the graph was projected up to entry {position} with hash {expected}, "
            f"the log has {found or 'no such entry'}; give this graph's log, or rebuild the graph"
        )


class JournalBehind(FinalError):
    """The graph holds blocks that the journal does not: it is not the journal of this graph, or was lost."""

    def __init__(self, where: str, applied: str, newest: str) -> None:
        self.where, self.applied, self.newest = where, applied, newest
        super().__init__(
            f"the graph has applied {applied}, the chain's journal at {where} ends at {newest} and does not "
            "hold it; restore this graph's journal, or move the graph away and let it be built anew"
        )


class JournalIncomplete(FinalError):
    """The journal does not hold all that a graph is to be built from."""

    def __init__(self, where: str, needed: str, found: str) -> None:
        self.where, self.needed, self.found = where, needed, found
        super().__init__(
            f"the chain's journal at {where} {found}, {needed} is needed; restore the journal, or move the "
            "graph and the journal away and let both be made anew from a node that has all logs"
        )


class JournalElsewhere(FinalError):
    """The journal ends at another block than its writer thinks: someone else writes to it."""

    def __init__(self, where: str, expected: str, newest: str) -> None:
        self.where, self.expected, self.newest = where, expected, newest
        super().__init__(
            f"the chain's journal at {where} ends at {newest}, not at {expected}: another program writes to "
            "it; nothing was written: stop one of the two and start again"
        )


class ChangesPruned(FinalError):
    """A consumer asks for changes of the chain that are no longer kept."""

    def __init__(self, after: int, oldest: int) -> None:
        self.after, self.oldest = after, oldest
        super().__init__(
            f"changes after position {after} are asked for, the oldest that is kept is {oldest}; "
            "take the graph's state anew, then read on from the newest position"
        )


class ReorgTooDeep(FinalError):
    """The chain replaced more blocks than have undo records; ingestion halts."""

    def __init__(self, applied_block: int, lowest_block: int) -> None:
        self.applied_block = applied_block
        self.lowest_block = lowest_block
        super().__init__(
            f"no block from {lowest_block} to {applied_block} is on the chain any more, "
            "and nothing earlier can be undone; ingestion halts: check the node, then rebuild the graph"
        )


class FinalBlockChanged(ReorgTooDeep):
    """A block that a node called final is not on the chain any more; ingestion halts."""

    def __init__(self, number: int, expected: str, found: str) -> None:
        self.number = number
        self.expected = expected
        self.found = found
        FinalError.__init__(
            self,
            f"block {number} was final with hash {expected}, and now every node has {found} there; "
            "ingestion halts, because no honest chain does this: compare with a block explorer, then correct "
            "TUNEFI_RPC_URL, or rebuild the graph",
        )


class HeadWentBack(FinalError):
    """The chain is shorter than it was, by more than can be undone, on every node; ingestion halts."""

    def __init__(self, expected: int, found: int, window_blocks: int) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"the head was block {expected} and is now {found}, further back than the {window_blocks} blocks "
            "that can be undone; ingestion halts: the nodes were reset or serve old data; check them, then "
            "start again, or rebuild the graph"
        )


class NodesDisagree(FinalError):
    """Two nodes tell different logs of a final block, and its filter agrees with both; ingestion halts."""

    def __init__(self, nodes: tuple[str, str], block: int) -> None:
        self.nodes = nodes
        self.block = block
        super().__init__(
            f"{nodes[0]} and {nodes[1]} tell different logs of final block {block}, and nothing shows which "
            "is right; ingestion halts: compare with a block explorer, and take the false one out of "
            "TUNEFI_RPC_URL"
        )


class HandlerFailed(FinalError):
    """An event decoded and yet could not become rows; its block was not applied."""

    def __init__(self, event: str, block: int, log_index: int, reason: str) -> None:
        self.event = event
        self.block = block
        self.log_index = log_index
        self.reason = reason
        super().__init__(f"{event} of block {block}, log {log_index}, cannot be applied: {reason}")


class MalformedDataFile(FinalError):
    """A file of a data set is cut short or damaged; nothing of it was imported."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {reason}; nothing was imported; restore the file and try again")


class SourceUnreadable(FinalError):
    """What is imported from cannot be read on; the lines before stand in the log."""

    def __init__(self, file: str, where: str, reason: str) -> None:
        self.file, self.where, self.reason = file, where, reason
        super().__init__(
            f"{file}, {where}: {reason}; what was read before is kept: mend the file and import it again, "
            "nothing is added twice"
        )


class UnpackedTooLarge(FinalError):
    """A packed file unpacks to far more than it is, as a bomb does."""

    def __init__(self, file: str, packed_bytes: int, unpacked_bytes: int) -> None:
        self.file, self.packed_bytes, self.unpacked_bytes = file, packed_bytes, unpacked_bytes
        super().__init__(
            f"{file}: {packed_bytes:,} bytes unpack to more than {unpacked_bytes:,}; unpack it yourself, "
            "look at it, and import what it holds"
        )


class FormatUnknown(FinalError):
    """A file has none of the forms that are imported."""

    def __init__(self, file: str, known: Iterable[str], start: bytes) -> None:
        self.file = file
        super().__init__(
            f"{file} starts with {start[:60]!r}, which is none of the known forms; name one with --format: "
            f"{', '.join(known)}"
        )


class ResumeRefused(FinalError):
    """There is no interrupted import of this file to go on with."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"{folder}: {reason}; import without --resume: nothing is added to the log twice")
