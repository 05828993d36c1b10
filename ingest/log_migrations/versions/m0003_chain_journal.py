"""The chain's journal, and the outbox beside it."""

import sqlalchemy as sa
from alembic import op

revision = "m0003"
down_revision = "m0002"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "chain_journal",
        sa.Column("chain_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("first_block", sa.BigInteger, nullable=False),
        sa.Column("last_block", sa.BigInteger, nullable=False),
        sa.Column("parent_hash", sa.String(66), nullable=False),
        sa.Column("last_hash", sa.String(66), nullable=False),
        sa.Column("logs", sa.BigInteger, nullable=False),
        sa.Column("logs_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_index("chain_journal_branch", "chain_journal", ["chain_id", "state", "last_block"])
    op.create_index("chain_journal_hash", "chain_journal", ["chain_id", "last_hash"])
    op.create_table(
        "chain_outbox",
        sa.Column("chain_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("first_block", sa.BigInteger, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(66), nullable=False),
        sa.Column("parent_hash", sa.String(66), nullable=False),
    )
