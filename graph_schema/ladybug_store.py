"""The graph in Ladybug: embedded, one file, one process.

Owns the only use of the `ladybug` package. Its calls block, so they run in threads: one for writes,
which therefore never overlap, one for reads, which see what was committed when they began.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import ladybug
import pyarrow as pa

from graph_schema.errors import GraphClosed, GraphCorrupt, GraphFolderMissing, GraphFull
from graph_schema.migrations import STEPS
from graph_schema.owner_file import OwnerFile
from graph_schema.statements import PUT_VERSION, READ_VERSION, Dialect, Statement
from graph_schema.transactional_store import TransactionalStore, Work
from graph_schema.undo import one_row

T = TypeVar("T")

BUFFER_POOL_BYTES = 1 << 30
ROWS_PER_STATEMENT = 20_000
CHECKPOINT_BYTES = 64 << 20
"""Size of the journal at which it is worked into the file: that takes seconds however little is in it, once
the graph is large, so that it must not come with every third batch."""
_NO_ROOM = re.compile(
    r"no space left|file too large|disk quota|cannot write to file|buffer pool is full|unable to allocate",
    re.I,
)
_EMPTY = pa.table({})


class LadybugStore(TransactionalStore):
    """A graph in one file; see `GraphStore`."""

    def __init__(self, path: Path, owner: OwnerFile, database: ladybug.Database) -> None:
        self._path, self._owner, self._database = path, owner, database
        self._write_lock, self._read_lock = asyncio.Lock(), asyncio.Lock()
        self._writer = _Lane(database, "graph-write", self.place)
        self._reader = _Lane(database, "graph-read", self.place)

    @classmethod
    async def open(
        cls, path: Path, *, buffer_pool_bytes: int = BUFFER_POOL_BYTES, threads: int = 2
    ) -> "LadybugStore":
        """Open the graph at `path`, made where it is missing, and own it until `close`.

        Raises:
            GraphOwned: Another process has it open.
            GraphFolderMissing: Its folder is not there or not writable.
            GraphCorrupt: The file is no graph, or damaged.
        """
        if not path.parent.is_dir():
            raise GraphFolderMissing(path.parent, "no such folder")
        owner = OwnerFile(path)
        try:
            database = await asyncio.to_thread(_open_database, path, buffer_pool_bytes, threads)
        except BaseException:
            owner.release()
            raise
        return cls(path, owner, database)

    @property
    def place(self) -> str:
        """Path of the file."""
        return f"ladybug:{self._path}"

    async def _in_write(self, work: Work[T]) -> T:
        async with self._write_lock:
            return await self._in_transaction(self._writer, "BEGIN TRANSACTION", work)

    async def _in_read(self, work: Work[T]) -> T:
        async with self._read_lock:
            return await self._in_transaction(self._reader, "BEGIN TRANSACTION READ ONLY", work)

    async def _in_transaction(self, lane: "_Lane", begin: str, work: Work[T]) -> T:
        try:
            async with lane.connected():
                await lane.call(begin)
                try:
                    result = await work(_LadybugTransaction(lane))
                    await lane.call("COMMIT")
                except BaseException:
                    await asyncio.shield(lane.roll_back())
                    raise
        except RuntimeError as error:
            if _NO_ROOM.search(str(error)):
                raise GraphFull(str(self._path), str(error)) from error
            raise
        return result

    async def _read_version(self) -> int:
        async with self._read_lock, self._reader.connected():
            tables = await self._reader.call("CALL show_tables() RETURN name")
        if "SchemaVersion" not in tables.column("name").to_pylist():
            return 0
        found = await self._in_read(lambda tx: tx.run(READ_VERSION))
        return int(found["version"][0].as_py()) if found.num_rows else 0

    async def _migrate_from(self, version: int) -> None:
        async with self._write_lock, self._writer.connected():
            for number, step in enumerate(STEPS[version:], start=version + 1):
                for statement in step(Dialect.LADYBUG):
                    await self._writer.call(statement)
                await _LadybugTransaction(self._writer).run(PUT_VERSION, one_row({"version": number}))

    async def query(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one read-only statement that both stores speak; see `graph_schema.queries`."""
        lane = self._reader
        async with self._read_lock, lane.connected():
            await lane.call("BEGIN TRANSACTION READ ONLY")
            try:
                return await lane.rows(cypher, dict(parameters or {}))
            finally:
                await asyncio.shield(lane.roll_back())

    async def close(self) -> None:
        """Close the database and give up its ownership."""
        async with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()
            await asyncio.to_thread(self._database.close)
            self._owner.release()


def _open_database(path: Path, buffer_pool_bytes: int, threads: int) -> ladybug.Database:
    try:
        # A write that a full disk or a power cut tore leaves an incomplete last transaction in the journal.
        # It is dropped: its cursor goes with it, so that ingestion simply writes it again.
        return ladybug.Database(
            path,
            buffer_pool_size=buffer_pool_bytes,
            max_num_threads=threads,
            throw_on_wal_replay_failure=False,
            checkpoint_threshold=CHECKPOINT_BYTES,
        )
    except RuntimeError as error:
        if _NO_ROOM.search(str(error)):
            raise GraphFull(str(path), str(error)) from error
        raise GraphCorrupt(path, str(error)) from error


class _Lane:
    """One thread, and the connection that it uses now.

    A connection keeps the plan of every statement with the table it ran over, and frees none before it
    is closed; so each transaction has its own.
    """

    def __init__(self, database: ladybug.Database, name: str, place: str) -> None:
        self._database, self._place, self._closed = database, place, False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._connection: Any = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold a connection, closed at the end with what it kept.

        Raises:
            GraphClosed: The lane was closed.
        """
        if self._closed:
            raise GraphClosed(self._place)
        self._connection = await self._do(lambda: ladybug.Connection(self._database))
        try:
            yield
        finally:
            await asyncio.shield(self._do(self._connection.close))

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def call(self, cypher: str, parameters: dict[str, Any] | None = None) -> pa.Table:
        """Run a statement and return what it returns as a table."""

        def work() -> pa.Table:
            with self._connection.execute(cypher, parameters or {}) as result:
                return result.get_as_arrow(100_000) if result.get_column_names() else _EMPTY

        return await self._do(work)

    async def rows(self, cypher: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Run a statement and return what it returns as dictionaries."""

        def work() -> list[dict[str, Any]]:
            with self._connection.execute(cypher, parameters) as result:
                return list(result.rows_as_dict())

        return await self._do(work)

    async def roll_back(self) -> None:
        """End the open transaction, if the failed statement has not ended it already."""

        def work() -> None:
            try:
                self._connection.execute("ROLLBACK")
            except RuntimeError as error:
                if "no active transaction" not in str(error).lower():
                    raise

        await self._do(work)

    def close(self) -> None:
        """Let the thread end."""
        self._closed = True
        self._thread.shutdown()


class _LadybugTransaction:
    """Statements within the transaction that is open on a lane."""

    dialect = Dialect.LADYBUG

    def __init__(self, lane: _Lane) -> None:
        self._lane = lane

    async def run(self, statement: Statement, rows: pa.Table | None = None) -> pa.Table:
        """Run a statement over rows; see `Transaction.run`."""
        if rows is None:
            return _typed(await self._lane.call(statement.body), statement)
        named = rows.rename_columns(["v_" + name for name in rows.column_names])
        results = [statement.result.empty_table()] if statement.result is not None else [_EMPTY]
        for start in range(0, named.num_rows, ROWS_PER_STATEMENT):
            part = named.slice(start, ROWS_PER_STATEMENT).combine_chunks()
            found = await self._lane.call(f"LOAD FROM $rows {statement.body}", {"rows": part})
            results.append(_typed(found, statement))
        return pa.concat_tables(results)


def _typed(found: pa.Table, statement: Statement) -> pa.Table:
    return (
        found.select(statement.result.names).cast(statement.result)
        if statement.result is not None
        else _EMPTY
    )
