"""Catalogue entries are found without reading the log."""

import sqlalchemy as sa
from alembic import op

revision = "m0005"
down_revision = "m0004"


def upgrade() -> None:
    """Add an index that holds few rows."""
    where = sa.text("kind = 'catalogue'")
    op.create_index("entries_catalogue", "entries", ["position"], sqlite_where=where, postgresql_where=where)
