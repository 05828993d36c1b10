"""What a database says when it cannot write, as an error that can be acted on.

Owns the reading of SQLAlchemy's errors for the chain's journal.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from ingest.errors import JournalFull, JournalUnavailable

_NO_ROOM = ("full", "No space left", "disk I/O error")


@contextmanager
def database_errors(where: str) -> Iterator[None]:
    """Turn errors of the database at `where` into `JournalFull` and `JournalUnavailable`."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        if any(words in reason for words in _NO_ROOM):
            raise JournalFull(where) from error
        raise JournalUnavailable(where, reason) from error
