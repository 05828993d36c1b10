"""What can go wrong with the graph, each a noun with its fields.

FinalError
├── StaleCursor             the store is elsewhere than the batch expects
├── UnknownLabel, UnknownProperty, ForeignProperty, WrongColumnType, MissingKey, KeyTooLong,
    │   MalformedWei
├── BlockNotKept            the graph at that block can no longer be told, or not yet
├── NotPending              the block to undo is not the highest that can be undone
├── GraphOwned              another process has the embedded graph open
├── GraphFolderMissing, GraphCorrupt, WrongSchemaVersion, UnknownGraphUrl, DriverMissing
├── GraphRefused            credentials or address of the server are wrong
└── SnapshotMissing, SnapshotTruncated, SnapshotAltered, SnapshotMalformed
RetryableError
├── GraphUnreachable        the server does not answer
├── GraphFull               there is no room to write
├── GraphClosed             this program has closed the store
├── SnapshotAhead           the finalized block has not been applied yet
└── SnapshotOffBranch       the graph follows another branch than the finalized block
"""

from pathlib import Path

from tunefi.errors import FinalError, RetryableError


class StaleCursor(FinalError):
    """The store is elsewhere than the batch expects; read the cursor and go on from it."""

    def __init__(self, source: str, expected: object, found: object) -> None:
        self.source, self.expected, self.found = source, expected, found
        super().__init__(
            f"the graph holds {found} for {source!r}, the batch expected {expected}; "
            "nothing was written: read the cursor and go on from it"
        )


class UnknownLabel(FinalError):
    """A label, relationship type or pair of labels is not in the schema."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is not stored in the graph; see graph_schema.nodes and graph_schema.edges")


class UnknownProperty(FinalError):
    """A column is neither a key nor a property of its label or type."""

    def __init__(self, kind: str, column: str) -> None:
        self.kind, self.column = kind, column
        super().__init__(f"{kind} has no property {column!r}; see graph_schema.nodes and graph_schema.edges")


class ForeignProperty(FinalError):
    """A stream writes a property that belongs to the other stream."""

    def __init__(self, kind: str, column: str, source: str) -> None:
        self.kind, self.column, self.source = kind, column, source
        super().__init__(f"{kind}.{column} is not fed by the {source}; a property has one source")


class WrongColumnType(FinalError):
    """A column cannot be read as the type that the schema gives it."""

    def __init__(self, kind: str, column: str, expected: str, reason: str) -> None:
        self.kind, self.column, self.expected, self.reason = kind, column, expected, reason
        super().__init__(f"{kind}.{column} must be {expected}: {reason}")


class MissingKey(FinalError):
    """A key column is absent or holds a null."""

    def __init__(self, kind: str, column: str) -> None:
        self.kind, self.column = kind, column
        super().__init__(f"a row of {kind} has no {column}; every key and discriminator must be given")


class KeyTooLong(FinalError):
    """A key is longer than a unique constraint can hold."""

    def __init__(self, kind: str, column: str, found_bytes: int, most_bytes: int) -> None:
        self.kind, self.column, self.found_bytes, self.most_bytes = kind, column, found_bytes, most_bytes
        super().__init__(
            f"a row of {kind} has a {column} of {found_bytes} bytes; at most {most_bytes} are kept"
        )


class MalformedWei(FinalError):
    """A wei amount is not a canonical decimal string."""

    def __init__(self, kind: str, column: str, text: str) -> None:
        self.kind, self.column, self.text = kind, column, text
        super().__init__(
            f"{kind}.{column} holds {text[:80]!r}: expected decimal digits without leading zeros"
        )


class NotPending(FinalError):
    """The block to undo is not the highest one that can be undone."""

    def __init__(self, block_hash: str, highest: str | None) -> None:
        self.block_hash, self.highest = block_hash, highest
        super().__init__(
            f"block {block_hash} cannot be undone: the highest pending block is {highest or 'none'}; "
            "undo from the highest down"
        )


class BlockNotKept(FinalError):
    """What the graph was at a block can no longer be told, or not yet."""

    def __init__(self, number: int, lowest: int, highest: int) -> None:
        self.number, self.lowest, self.highest = number, lowest, highest
        super().__init__(
            f"the graph cannot be read as of block {number}: it is kept from block {lowest}, which is final, "
            f"to block {highest}, its newest; give one of these"
        )


class GraphOwned(FinalError):
    """Another process has the embedded graph open, and only one may."""

    def __init__(self, path: Path, owner_pid: int | None, owner_command: str) -> None:
        self.path, self.owner_pid, self.owner_command = path, owner_pid, owner_command
        owner = f"process {owner_pid} ({owner_command})" if owner_pid else "another process"
        super().__init__(
            f"the graph {path} is open in {owner}; stop it, or ask it over its API, "
            "or use a Neo4j graph, which many processes can share"
        )


class GraphFolderMissing(FinalError):
    """The folder that should hold the embedded graph does not exist or cannot be written."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"cannot keep a graph in {folder}: {reason}; create the folder or name another")


class GraphCorrupt(FinalError):
    """The file of the embedded graph is not one, or is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"{path} cannot be opened as a graph: {reason}; move it away and rebuild it from chain and log"
        )


class GraphFull(RetryableError):
    """The disk, or the memory given to the store, is full; the transaction was rolled back."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"no room to write the graph {path}: {reason}; nothing was written; free disk space")


class WrongSchemaVersion(FinalError):
    """The graph was written by a newer version of TuneFi."""

    def __init__(self, place: str, found: int, known: int) -> None:
        self.place, self.found, self.known = place, found, known
        super().__init__(
            f"{place} has schema version {found}, this program knows {known}: "
            + ("update TuneFi" if found > known else "run its migrations")
        )


class UnknownGraphUrl(FinalError):
    """The address of the graph has none of the known forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"{url!r} is not a graph: expected ladybug:PATH, neo4j://HOST:PORT or bolt://HOST:PORT"
        )


class DriverMissing(FinalError):
    """The Python package that speaks to this kind of graph is not installed."""

    def __init__(self, package: str, remedy: str) -> None:
        self.package, self.remedy = package, remedy
        super().__init__(f"the Python package {package} is not installed: {remedy}")


class GraphRefused(FinalError):
    """The server answers and refuses: credentials, database name or protocol are wrong."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(f"the graph server {url} refuses: {reason}; check user, password and address")


class GraphClosed(RetryableError):
    """The store was closed by this program, perhaps while the call was under way."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"the graph {place} was closed; read the cursor, which tells what was written, "
            "from a store that is opened anew"
        )


class GraphUnreachable(RetryableError):
    """The server does not answer, or went away in the middle; nothing of the batch was written."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(f"the graph server {url} does not answer: {reason}; start it or check the address")


class SnapshotAhead(RetryableError):
    """The snapshot was asked for at a block that the graph has not reached."""

    def __init__(self, finalized_block: int, applied_block: int) -> None:
        self.finalized_block, self.applied_block = finalized_block, applied_block
        super().__init__(
            f"block {finalized_block} is not in the graph yet, which is at {applied_block}; "
            "wait for ingestion and cut again"
        )


class SnapshotOffBranch(RetryableError):
    """The graph has applied another block at the height of the finalized one."""

    def __init__(self, block: int, finalized_hash: str, applied_hash: str) -> None:
        self.block, self.finalized_hash, self.applied_hash = block, finalized_hash, applied_hash
        super().__init__(
            f"block {block} is {finalized_hash} on the chain and {applied_hash} in the graph; "
            "wait until ingestion has gone back to the common ancestor and cut again"
        )


class SnapshotMissing(FinalError):
    """A file of the snapshot, or its manifest, is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is missing: not a snapshot, or an incomplete copy; cut or copy it again")


class SnapshotMalformed(FinalError):
    """The manifest, or a file it names, cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be read: {reason}; cut or copy the snapshot again")


class SnapshotTruncated(FinalError):
    """A file of the snapshot is shorter than its manifest says."""

    def __init__(self, path: Path, expected_bytes: int, found_bytes: int) -> None:
        self.path, self.expected_bytes, self.found_bytes = path, expected_bytes, found_bytes
        super().__init__(
            f"{path} has {found_bytes} bytes, the manifest says {expected_bytes}: "
            "the copy was cut short; copy the snapshot again"
        )


class SnapshotAltered(FinalError):
    """A file, or the rows as a whole, have another hash than the manifest says."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(
            f"{path} hashes to {found}, the manifest says {expected}: it was altered; do not use it"
        )
