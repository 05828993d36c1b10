"""A graph whose power goes in the middle of a transaction: at any statement, or right after a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from graph_schema.statements import Statement
from graph_schema.transaction import Transaction
from graph_schema.transactional_store import TransactionalStore, Work


class PowerCut(BaseException):
    """The process ends here: no handler of errors sees it."""


class _Counting:
    """A transaction that ends the process before its statement of a number."""

    def __init__(self, tx: Transaction, statements: int) -> None:
        self._tx, self._left = tx, statements
        self.dialect = tx.dialect

    async def run(self, statement: Statement, rows: pa.Table | None = None) -> pa.Table:
        """Run a statement, if the power is still there."""
        if self._left == 0:
            raise PowerCut
        self._left -= 1
        return await self._tx.run(statement, rows)


@contextmanager
def break_at(
    store: TransactionalStore,
    statement: int | None,
    *,
    transactions: int | None = None,
    error: BaseException | None = None,
) -> Iterator[None]:
    """End the process at a statement of a write, or, for None, right after a commit.

    What the store had committed stays, what it had not is rolled back, as it is when a process is killed.

    Args:
        store: Whose writes are broken.
        statement: How many statements of a write are run before the end.
        transactions: How many writes may break; the others are left alone. None: every one.
        error: Raised instead, by a program that lives on, right after a commit.
    """
    in_write, left = store._in_write, transactions

    async def broken(work: Work[Any]) -> Any:
        nonlocal left
        if left == 0:
            return await in_write(work)
        left = None if left is None else left - 1
        if statement is None:
            await in_write(work)
            raise error or PowerCut
        return await in_write(lambda tx: work(_Counting(tx, statement)))

    store._in_write = broken  # type: ignore[method-assign]
    try:
        yield
    finally:
        del store._in_write  # type: ignore[attr-defined]


@contextmanager
def before_statement(
    store: TransactionalStore, statement: int, act: Callable[[Statement], None]
) -> Iterator[None]:
    """Do something before the statement of a number in each write of the store."""
    in_write = store._in_write

    async def watched(work: Work[Any]) -> Any:
        return await in_write(lambda tx: work(_Watched(tx, statement, act)))

    store._in_write = watched  # type: ignore[method-assign]
    try:
        yield
    finally:
        del store._in_write  # type: ignore[attr-defined]


class _Watched:
    """A transaction that acts before its statement of a number."""

    def __init__(self, tx: Transaction, statement: int, act: Callable[[Statement], None]) -> None:
        self._tx, self._left, self._act = tx, statement, act
        self.dialect = tx.dialect

    async def run(self, statement: Statement, rows: pa.Table | None = None) -> pa.Table:
        """Run a statement."""
        if self._left == 0:
            self._act(statement)
        self._left -= 1
        return await self._tx.run(statement, rows)
