"""The models of a home, and what of one is public.

Owns finding them. Refuses to know how a model is trained.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.table import MANIFEST
from tunefi.home import Home
from tunefi.ids import Hash32, hex_of

_PUBLIC = ("model_card.json", "model_card.md", "model_card.html", "metrics.json")


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A trained model on disk."""

    path: Path
    snapshot_digest: Hash32
    model_digest: Hash32
    dimension: int
    written_at_ns: int

    def load_public_files(self) -> dict[str, bytes]:
        """Return what goes into a public bundle: card, metrics and pictures, by name."""
        paths = [self.path / name for name in _PUBLIC] + sorted(self.path.glob("*.svg"))
        return {path.name: path.read_bytes() for path in paths if path.is_file()}


def list_models(home: Home) -> list[StoredModel]:
    """Return the complete models of a home, the oldest first."""
    paths = home.models.glob(f"*/{MANIFEST}") if home.models.is_dir() else ()
    found = [_load(path) for path in paths if not path.parent.name.startswith(".")]
    return sorted((one for one in found if one), key=lambda one: (one.written_at_ns, one.path.name))


def load_model(path: Path) -> StoredModel | None:
    """Return the model in a folder, or None where there is none."""
    return _load(path / MANIFEST)


def training_folder(home: Home, snapshot_digest: Hash32) -> Path:
    """Return where a model of a snapshot is trained, before it has a digest of its own."""
    return home.models / f".training-{hex_of(snapshot_digest)[2:18]}"


def _load(manifest: Path) -> StoredModel | None:
    try:
        content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        return StoredModel(
            manifest.parent,
            _hash(content["snapshot_digest"]),
            _hash(content["model_digest"]),
            int(content["dimension"]),
            manifest.stat().st_mtime_ns,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _hash(text: str) -> Hash32:
    return Hash32(bytes.fromhex(text.removeprefix("0x")))
