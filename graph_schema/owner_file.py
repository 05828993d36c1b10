"""One process owns an embedded graph; this says which.

Owns the file beside the database: locked by the operating system for as long as the owner lives, so that
a crash leaves nothing to clean up, and naming the owner for whoever comes second. Refuses to know what
is owned.
"""

import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from graph_schema.errors import GraphFolderMissing, GraphOwned

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        file.seek(1 << 30)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class OwnerFile:
    """Holds the lock from construction to `release`.

    Raises:
        GraphOwned: Another process, which the error names, holds it.
        GraphFolderMissing: The folder is not there or not writable.
    """

    def __init__(self, graph_path: Path) -> None:
        self._path = graph_path.with_name(graph_path.name + ".owner")
        self._graph_path = graph_path
        self._file = self._open()
        try:
            _try_lock(self._file)
        except OSError as error:
            owner = self._read_owner()
            self._file.close()
            raise GraphOwned(graph_path, *owner) from error
        self._write_owner()

    def _open(self) -> IO[bytes]:
        try:
            return self._path.open("a+b")
        except OSError as error:
            raise GraphFolderMissing(self._graph_path.parent, error.strerror or str(error)) from error

    def _read_owner(self) -> tuple[int | None, str]:
        try:
            owner = json.loads(self._path.read_bytes())
            return int(owner["pid"]), str(owner["command"])
        except (OSError, ValueError, KeyError, TypeError):
            return None, "unknown"

    def _write_owner(self) -> None:
        words = [word for word in sys.argv[1:2] if not word.startswith("-")]
        command = " ".join([Path(sys.argv[0]).name, *words]).strip() or "python"
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "command": command}).encode())
        self._file.flush()

    def release(self) -> None:
        """Give the graph up; the file stays, empty of meaning without its lock."""
        self._file.close()

    def __enter__(self) -> "OwnerFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
