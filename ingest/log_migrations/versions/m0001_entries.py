"""The entries of the log."""

import sqlalchemy as sa
from alembic import op

revision = "m0001"
down_revision = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "entries",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("account", sa.String(42), nullable=True),
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("idempotency_key", sa.LargeBinary(32), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=True),  # null once erased
        sa.Column("salt", sa.LargeBinary(32), nullable=True),  # null once erased
        sa.Column("content_hash", sa.LargeBinary(32), nullable=False),  # keccak256(salt || payload)
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("appended_at", sa.BigInteger, nullable=False),  # microseconds UTC
        sa.UniqueConstraint("scope", "idempotency_key", name="entries_idempotency"),
    )
    op.create_index("entries_account", "entries", ["account", "position"])
