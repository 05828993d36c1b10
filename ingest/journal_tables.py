"""The tables of the chain's journal and of the outbox beside it, in the database of the interaction log.

Owns the schema, fit for SQLite and PostgreSQL. Refuses to know what is in a payload.
"""

import sqlalchemy as sa

from ingest.log_tables import METADATA

RECORDS = sa.Table(
    "chain_journal",
    METADATA,
    sa.Column("chain_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(8), nullable=False),  # settled, open or orphaned
    sa.Column("first_block", sa.BigInteger, nullable=False),
    sa.Column("last_block", sa.BigInteger, nullable=False),
    sa.Column("parent_hash", sa.String(66), nullable=False),  # of the block before the first
    sa.Column("last_hash", sa.String(66), nullable=False),
    sa.Column("logs", sa.BigInteger, nullable=False),
    sa.Column("logs_hash", sa.LargeBinary(32), nullable=False),  # of all logs of the branch so far
    sa.Column("payload", sa.LargeBinary, nullable=False),  # blocks and raw logs, ingest.journal_payload
    sa.Index("chain_journal_branch", "chain_id", "state", "last_block"),
    sa.Index("chain_journal_hash", "chain_id", "last_hash"),
)

OUTBOX = sa.Table(
    "chain_outbox",
    METADATA,
    sa.Column("chain_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(8), nullable=False),  # applied, undone or final
    sa.Column("first_block", sa.BigInteger, nullable=False),
    sa.Column("block", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(66), nullable=False),
    sa.Column("parent_hash", sa.String(66), nullable=False),  # of the block before the first
)
