"""The table of the interaction log, fit for SQLite and PostgreSQL.

Every table of this database is declared on `METADATA`, each in the file of its owner, and made by a revision
in `log_migrations`. Refuses to know what an entry says.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

ENTRIES = sa.Table(
    "entries",
    METADATA,
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
    sa.UniqueConstraint("idempotency_key", "scope", name="entries_idempotency"),
    sa.Index("entries_account", "account", "position"),
)

IS_DELETION = ENTRIES.c.kind == sa.literal_column("'delete'")
IS_CATALOGUE = ENTRIES.c.kind == sa.literal_column("'catalogue'")
_ERASED = ENTRIES.c.payload.is_(None)
sa.Index("entries_deletions", ENTRIES.c.position, sqlite_where=IS_DELETION, postgresql_where=IS_DELETION)
sa.Index("entries_catalogue", ENTRIES.c.position, sqlite_where=IS_CATALOGUE, postgresql_where=IS_CATALOGUE)
sa.Index("entries_erased", ENTRIES.c.position, sqlite_where=_ERASED, postgresql_where=_ERASED)
