"""Idempotency keys are looked up by themselves: the unique index begins with the key.

With the scope first, each batch read the whole table.
"""

from alembic import op

revision = "m0002"
down_revision = "m0001"


def upgrade() -> None:
    """Turn the columns of the unique constraint around; SQLite copies the table for it."""
    with op.batch_alter_table("entries") as table:
        table.drop_constraint("entries_idempotency", type_="unique")
        table.create_unique_constraint("entries_idempotency", ["idempotency_key", "scope"])
