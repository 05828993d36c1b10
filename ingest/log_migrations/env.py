"""What Alembic runs to apply revisions: on the connection, and in the transaction, that it is handed.

Alembic loads this file under a name of its own; imported by any other it does nothing.
"""

from alembic import context

if __name__ == "env_py":
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()
