"""An embedded graph takes another's place, in one step: the old one is there until the new one is.

Owns the files. Both graphs are closed meanwhile.
"""

import os
from pathlib import Path

KEPT = ".before-rebuild"
_WAL = ".wal"


def switch_graphs(new: Path, current: Path) -> Path:
    """Put the graph at `new` where `current` is, and return where the old one was kept.

    An old graph that was kept before is dropped. A crash leaves the old graph or the new one in place.
    """
    kept = current.with_name(current.name + KEPT)
    kept.unlink(missing_ok=True)
    if current.exists():
        os.link(current, kept)
        _journal_of(kept).unlink(missing_ok=True)
    if _journal_of(current).exists():
        _journal_of(current).replace(_journal_of(kept))
    new.replace(current)
    _sync(current.parent)
    return kept


def drop_graph(path: Path) -> None:
    """Delete an embedded graph that nobody has open."""
    for file in (path, _journal_of(path)):
        file.unlink(missing_ok=True)


def _journal_of(path: Path) -> Path:
    """What a graph that was not closed has written beside its file."""
    return path.with_name(path.name + _WAL)


def _sync(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
