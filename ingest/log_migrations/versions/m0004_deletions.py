"""Deletions, and what they erased, are found without reading the log."""

import sqlalchemy as sa
from alembic import op

revision = "m0004"
down_revision = "m0003"


def upgrade() -> None:
    """Add two indexes that hold few rows."""
    for name, rows in (("entries_deletions", "kind = 'delete'"), ("entries_erased", "payload IS NULL")):
        where = sa.text(rows)
        op.create_index(name, "entries", ["position"], sqlite_where=where, postgresql_where=where)
