"""The graph in Neo4j 5.26 or later, through the official asynchronous driver.

Owns the only use of the `neo4j` package: managed transactions with retry, bookmarks so that a read sees
this store's own writes on a cluster, `UNWIND` batches of bounded size. Credentials are never logged.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pyarrow as pa
from neo4j import (
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    NotificationMinimumSeverity,
)
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError, ServiceUnavailable

from graph_schema.errors import GraphClosed, GraphFull, GraphRefused, GraphUnreachable, WrongColumnType
from graph_schema.migrations import STEPS
from graph_schema.statements import PUT_VERSION, READ_VERSION, Dialect, Statement
from graph_schema.transactional_store import TransactionalStore, Work
from graph_schema.undo import one_row

T = TypeVar("T")

ROWS_PER_STATEMENT = 10_000
FETCH_ROWS = 10_000
_EMPTY = pa.table({})


class Neo4jStore(TransactionalStore):
    """A graph on a Neo4j server or cluster; see `GraphStore`."""

    def __init__(self, url: str, driver: AsyncDriver, database: str | None) -> None:
        self._url, self._driver, self._database = url, driver, database
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()
        self._closed = False

    @classmethod
    async def open(cls, url: str, user: str, password: str, *, database: str | None = None) -> "Neo4jStore":
        """Connect and check that the server answers.

        Raises:
            GraphUnreachable: It does not answer.
            GraphRefused: It refuses these credentials or this address.
        """
        try:
            driver = AsyncGraphDatabase.driver(
                url,
                auth=(user, password),
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                connection_acquisition_timeout=30,
                max_transaction_retry_time=30,
            )
        except (ConfigurationError, ValueError) as error:
            raise GraphRefused(url, str(error)) from error
        store = cls(url, driver, database)
        try:
            async with store._errors():
                await driver.verify_connectivity()
        except BaseException:
            await driver.close()
            raise
        return store

    @property
    def place(self) -> str:
        """Address of the server."""
        return self._url

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        """Turn the driver's errors into ours; a server's error keeps its code and message."""
        try:
            yield
        except (AuthError, ConfigurationError) as error:
            raise GraphRefused(self._url, str(error)) from error
        except (ServiceUnavailable, OSError) as error:
            if self._closed:
                raise GraphClosed(self._url) from error
            raise GraphUnreachable(self._url, str(error)) from error
        except Neo4jError as error:
            if "TransactionOutOfMemory" in (error.code or "") or "No space left" in str(error):
                raise GraphFull(self._url, str(error)) from error
            if error.is_retryable():
                raise GraphUnreachable(self._url, str(error)) from error
            raise
        except DriverError as error:
            if self._closed:
                raise GraphClosed(self._url) from error
            if error.is_retryable():
                raise GraphUnreachable(self._url, str(error)) from error
            raise

    def _session(self) -> AsyncSession:
        if self._closed:
            raise GraphClosed(self._url)
        return self._driver.session(
            database=self._database, bookmark_manager=self._bookmarks, fetch_size=FETCH_ROWS
        )

    async def _in_write(self, work: Work[T]) -> T:
        async with self._errors(), self._session() as session:
            return await session.execute_write(lambda tx: work(_Neo4jTransaction(tx)))

    async def _in_read(self, work: Work[T]) -> T:
        async with self._errors(), self._session() as session:
            return await session.execute_read(lambda tx: work(_Neo4jTransaction(tx)))

    async def _read_version(self) -> int:
        found = await self._in_read(lambda tx: tx.run(READ_VERSION))
        return int(found["version"][0].as_py()) if found.num_rows else 0

    async def _migrate_from(self, version: int) -> None:
        for number, step in enumerate(STEPS[version:], start=version + 1):
            async with self._errors(), self._session() as session:
                for statement in step(Dialect.NEO4J):
                    await (await session.run(statement)).consume()
            row = one_row({"version": number})
            await self._in_write(lambda tx, row=row: tx.run(PUT_VERSION, row))  # type: ignore[misc]

    async def query(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one read-only statement that both stores speak; see `graph_schema.queries`."""

        async def work(tx: AsyncManagedTransaction) -> list[dict[str, Any]]:
            return await (await tx.run(cypher, dict(parameters or {}))).data()

        async with self._errors(), self._session() as session:
            return await session.execute_read(work)

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        await self._driver.close()


class _Neo4jTransaction:
    """Statements within one attempt of a managed transaction."""

    dialect = Dialect.NEO4J

    def __init__(self, tx: AsyncManagedTransaction) -> None:
        self._tx = tx

    async def run(self, statement: Statement, rows: pa.Table | None = None) -> pa.Table:
        """Run a statement over rows; see `Transaction.run`."""
        if rows is None:
            return await self._run(statement.body, {}, statement)
        variables = ", ".join(f"row[{i}] AS v_{name}" for i, name in enumerate(rows.column_names))
        body = f"UNWIND $rows AS row WITH {variables} {statement.body}"
        results = [statement.result.empty_table()] if statement.result is not None else [_EMPTY]
        for start in range(0, rows.num_rows, ROWS_PER_STATEMENT):
            columns = [column.to_pylist() for column in rows.slice(start, ROWS_PER_STATEMENT).columns]
            values = list(zip(*columns, strict=True))
            results.append(await self._run_checked(body, {"rows": values}, statement))
        return pa.concat_tables(results)

    async def _run_checked(self, body: str, parameters: dict[str, Any], statement: Statement) -> pa.Table:
        """Run a statement over rows; the server adds up, so that it is who finds a sum too large."""
        try:
            return await self._run(body, parameters, statement)
        except Neo4jError as error:
            if (error.code or "").endswith(".ArithmeticError"):
                raise WrongColumnType("a sum", "a property", "a 64-bit integer", str(error)) from error
            raise

    async def _run(self, body: str, parameters: dict[str, Any], statement: Statement) -> pa.Table:
        result = await self._tx.run(body, parameters)
        if statement.result is None:
            await result.consume()
            return _EMPTY
        rows = await result.values()
        columns = zip(*rows, strict=True) if rows else [()] * len(statement.result)
        return pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, statement.result, strict=True)],
            schema=statement.result,
        )
