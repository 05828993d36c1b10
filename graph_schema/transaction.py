"""The one thing that a store must offer for everything else to be shared: running a statement over rows.

Owns the interface. Refuses to know what is written.
"""

from typing import Protocol

import pyarrow as pa

from graph_schema.statements import Dialect, Statement


class Transaction(Protocol):
    """An open transaction of a store; leaving it commits, an exception rolls it back."""

    dialect: Dialect

    async def run(self, statement: Statement, rows: pa.Table | None = None) -> pa.Table:
        """Run a statement once for each row (or once, without rows) and return what it returns.

        A row's columns are the variables `v_<column>`. No rows means nothing is run; a statement that
        returns nothing gives an empty table.
        """
        ...
