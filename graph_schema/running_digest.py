"""The hash of all stored rows, kept up to date by every write, in the transaction that changes them.

It lies in one node, `Digest`, beside the cursors. Whoever writes locks it first, because a change of a row is
what it was and what it will be: two streams that changed one row at once would each miss the other's half.
Rows derived at the cut are not in it, nor what pending blocks replaced: `read_digest` accounts for both, and
for any final block gives what `snapshot_digest` computes from all rows. Refuses to know how rows change.
"""

from collections.abc import Iterable

import pyarrow as pa

from graph_schema.digest import LtHash16
from graph_schema.kinds import EdgeKind, Kind, all_kinds
from graph_schema.row_changes import RowChanges
from graph_schema.rows import encode_edge_rows, encode_node_rows
from graph_schema.statements import (
    ALL_FLAGS,
    LOCK_DIGEST,
    PUT_DIGEST,
    READ_DIGEST,
    read_all,
)
from graph_schema.transaction import Transaction
from graph_schema.undo import Replaced, one_row, plan_put_back


async def lock_digest(tx: Transaction) -> LtHash16:
    """Return the hash of all stored rows and keep other writers out until the transaction ends.

    A graph of a version that had none gets one, from all its rows.
    """
    found = await tx.run(LOCK_DIGEST)
    return await _load(tx, found)


async def _load(tx: Transaction, found: pa.Table) -> LtHash16:
    state = found["state"][0].as_py() if found.num_rows else None
    return LtHash16(state) if state is not None else await compute_digest(tx)


async def compute_digest(tx: Transaction) -> LtHash16:
    """Return the hash of all stored rows, from the rows."""
    digest = LtHash16()
    for kind in all_kinds():
        digest.add(encode_rows(kind, (await tx.run(read_all(kind))).drop_columns(list(ALL_FLAGS))))
    return digest


async def save_digest(tx: Transaction, digest: LtHash16) -> None:
    """Keep the hash; the transaction has locked it."""
    await tx.run(PUT_DIGEST, one_row({"state": digest.state}))


def update_digest(digest: LtHash16, changes: Iterable[RowChanges]) -> None:
    """Take changed rows out as they were, and in as they will be."""
    for change in changes:
        digest.remove(encode_rows(change.kind, change.before))
        digest.add(encode_rows(change.kind, change.after))


async def read_kept_digest(tx: Transaction) -> LtHash16:
    """Return the hash as it is kept, or from the rows where none is kept yet."""
    return await _load(tx, await tx.run(READ_DIGEST))


async def read_stored_digest(tx: Transaction, replaced: Replaced) -> LtHash16:
    """Return the hash of all stored rows as they were before blocks, without writing anything.

    Args:
        replaced: What they replaced, the newest first, and with them every block above the lowest.
    """
    digest = await read_kept_digest(tx)
    update_digest(digest, await plan_put_back(tx, replaced))
    return digest


def encode_rows(kind: Kind, rows: pa.Table) -> list[bytes]:
    """Return the canonical rows of a kind, from keys and properties."""
    if not isinstance(kind, EdgeKind):
        return encode_node_rows(kind.node.label, rows)
    for name, label in (("source_label", kind.source_label), ("target_label", kind.target_label)):
        rows = rows.append_column(name, pa.array([label] * rows.num_rows, pa.string()))
    return encode_edge_rows(kind.edge.type, rows)
