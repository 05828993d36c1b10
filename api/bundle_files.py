"""The files of public bundles: which there are, and their SHA-256.

Owns the rule which names are served: those of plain files that lie directly in the bundle's folder. A name
is looked up in that list and never joined to a path unseen. Refuses to know HTTP.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from api.refusals import NoSuchBundleFile
from commitments.library import EpochLibrary
from tunefi.ids import EpochId

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass
class BundleFiles:
    """Files of the bundles in a library."""

    library: EpochLibrary
    _digests: dict[tuple[Path, int, int], str] = field(default_factory=dict, repr=False)

    async def list_files(self, epoch_id: EpochId) -> dict[str, Path]:
        """Return path by name; empty where the bundle is not here."""
        return await asyncio.to_thread(_list_files, self.library.bundle(epoch_id))

    async def find(self, epoch_id: EpochId, name: str) -> tuple[Path, str]:
        """Return the path of a file and its SHA-256 in hex.

        Raises:
            NoSuchBundleFile: The bundle has no such file, or is not here.
        """
        path = (await self.list_files(epoch_id)).get(name)
        if path is None:
            raise NoSuchBundleFile(epoch_id, name)
        return path, await asyncio.to_thread(self._digest, path)

    def _digest(self, path: Path) -> str:
        status = path.stat()
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in self._digests:
            with path.open("rb") as file:
                self._digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[key]


def _list_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    files = (path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    return {path.name: path for path in sorted(files) if _NAME.fullmatch(path.name)}
