"""Unfinished fits on disk, so that an interrupted run goes on where it was.

Owns the folder beside the output directory. Refuses to know what a fit does with its state. A folder of
another configuration, snapshot or code is replaced, never mixed in.
"""

import shutil
from pathlib import Path
from typing import Any

import torch

_FINGERPRINT = "fingerprint.txt"


class CheckpointFolder:
    """States of the fits of one run, by name.

    Args:
        path: The folder; made when something is saved.
        fingerprint: What the states belong to.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path, self._fingerprint = path, fingerprint

    def load(self, name: str) -> dict[str, Any] | None:
        """Return the state of a fit, or None where there is none of this run that can be read."""
        file = self._path / f"{name}.pt"
        if not self._is_ours() or not file.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(file, weights_only=True)
        except (OSError, RuntimeError, EOFError, ValueError, KeyError):
            return None
        return state

    def save(self, name: str, state: dict[str, Any]) -> None:
        """Write the state of a fit; a crash leaves the older one."""
        self._claim()
        waiting = self._path / f"{name}.part"
        torch.save(state, waiting)
        waiting.replace(self._path / f"{name}.pt")

    def place(self, name: str) -> Path:
        """Return a folder for states of another form; those of another run are gone."""
        self._claim()
        folder = self._path / name
        folder.mkdir(exist_ok=True)
        return folder

    def remove(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._path, ignore_errors=True)

    def _claim(self) -> None:
        if not self._is_ours():
            self.remove()
            self._path.mkdir(parents=True)
            (self._path / _FINGERPRINT).write_text(self._fingerprint, encoding="utf-8")

    def _is_ours(self) -> bool:
        try:
            return (self._path / _FINGERPRINT).read_text(encoding="utf-8") == self._fingerprint
        except OSError:
            return False
