"""The identity of a trained model, which a commitment carries.

Owns its definition. Refuses to know the chain.
"""

import hashlib
from pathlib import Path
from typing import Any

import cbor2

from recsys.table import EmbeddingTable, table_digest
from tunefi.hashing import keccak256
from tunefi.ids import Hash32

_FORMAT = "tunefi-model/1"
_UNSET = Hash32(bytes(32))


def model_digest(table: EmbeddingTable, configuration: dict[str, Any], code_version: str) -> Hash32:
    """Return keccak256 over deterministic CBOR of what a model is and what it was made from.

    The value hashed is the array [format, table digest, snapshot digest, configuration, code version],
    RFC 8949 section 4.2.1. The table digest is that of the table with a model digest of 32 zero bytes,
    because the real one covers the result of this function.

    Args:
        table: The frozen vectors, built with `model_digest=bytes(32)`.
        configuration: `TrainingConfig.identity()`, with the epochs that were trained.
        code_version: From `read_code_version`.

    Raises:
        ValueError: The table already carries a model digest.
    """
    if table.model_digest != _UNSET:
        raise ValueError("the table already carries a model digest; build it with 32 zero bytes first")
    value = [_FORMAT, table_digest(table), table.snapshot_digest, configuration, code_version]
    return keccak256(cbor2.dumps(value, canonical=True))


def configuration_of(metrics: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration that a model digest covers, from the metrics of its run."""
    decisive = {name: value for name, value in metrics["settings"].items() if name != "budget_seconds"}
    return {
        **decisive,
        "trained_epochs": metrics["chosen_epoch"],
        "popularity_weight": metrics["popularity_weight"],
    }


def read_code_version() -> str:
    """Return the SHA-256 over the source files of `training` and `recsys`, names and contents."""
    root = Path(__file__).parent.parent
    files = sorted(path for package in ("training", "recsys") for path in (root / package).rglob("*.py"))
    state = hashlib.sha256()
    for path in files:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        state.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        state.update(content)
    return state.hexdigest()
