"""The openings of an epoch in one private SQLite file, beside the bundle and never in it.

Owns that file. Refuses to know who may see an opening: the API decides. A deleted opening is
overwritten, because a deletion must erase.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from commitments.errors import DamagedBundle
from commitments.opening import Opening
from tunefi.ids import Address, Hash32, ListenerRow

_SCHEMA = """
CREATE TABLE openings (
    address TEXT PRIMARY KEY, row INTEGER NOT NULL UNIQUE, salt BLOB NOT NULL, vector BLOB NOT NULL,
    excluded BLOB NOT NULL, rows BLOB NOT NULL, scores BLOB NOT NULL, proof BLOB NOT NULL
) WITHOUT ROWID
"""
_HASH_BYTES = 32


def save_openings(openings: Iterable[Opening], path: Path) -> None:
    """Write openings, readable by the owner of the file only; an older file is replaced.

    Args:
        openings: What `Epoch.openings` yields; they are written as they come.
        path: The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f".{path.name}.part")
    waiting.unlink(missing_ok=True)
    waiting.touch(mode=0o600)
    with closing(sqlite3.connect(waiting)) as database, database:
        database.execute(_SCHEMA)
        database.executemany("INSERT INTO openings VALUES (?,?,?,?,?,?,?,?)", map(_to_row, openings))
    waiting.replace(path)


def load_opening(path: Path, address: Address) -> Opening | None:
    """Return the opening of one listener, or None where the epoch has none.

    Raises:
        DamagedBundle: The file is missing or cut short.
    """
    found = list(_select(path, "SELECT * FROM openings WHERE address = ?", (address,)))
    return found[0] if found else None


def load_openings(path: Path) -> Iterator[Opening]:
    """Yield all openings by row.

    Raises:
        DamagedBundle: The file is missing or cut short.
    """
    yield from _select(path, "SELECT * FROM openings ORDER BY row", ())


def erase_opening(path: Path, address: Address) -> bool:
    """Overwrite the opening of a listener who asked for deletion; return whether there was one."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA secure_delete = ON")
        return database.execute("DELETE FROM openings WHERE address = ?", (address,)).rowcount > 0


def _select(path: Path, statement: str, arguments: tuple[str, ...]) -> Iterator[Opening]:
    if not path.is_file():
        raise DamagedBundle(path, "the file of openings is missing")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            for row in database.execute(statement, arguments):
                yield _from_row(*row)
    except sqlite3.DatabaseError as error:
        raise DamagedBundle(path, f"not a file of openings, or cut short ({error})") from error


def _to_row(opening: Opening) -> tuple[str, int, bytes, bytes, bytes, bytes, bytes, bytes]:
    lists = (opening.salt, opening.vector, opening.excluded, opening.rows, opening.scores)
    return (opening.address, opening.row, *lists, b"".join(opening.proof))


def _from_row(
    address: str,
    row: int,
    salt: bytes,
    vector: bytes,
    excluded: bytes,
    rows: bytes,
    scores: bytes,
    proof: bytes,
) -> Opening:
    siblings = tuple(Hash32(proof[i : i + _HASH_BYTES]) for i in range(0, len(proof), _HASH_BYTES))
    return Opening(Address(address), ListenerRow(row), salt, vector, excluded, rows, scores, siblings)
