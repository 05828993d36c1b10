"""The runs in a folder, latest first.

Owns finding them. Refuses to know which one serves: that is decided by a commitment.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.run_files import METRICS, METRICS_FORMAT


@dataclass(frozen=True)
class RegisteredRun:
    """One output directory of this program, with its metrics."""

    path: Path
    metrics: dict[str, Any]
    written_seconds: float


def list_runs(folder: Path) -> list[RegisteredRun]:
    """Return the complete runs directly below a folder, the latest first; anything else is passed over."""
    found = []
    for path in folder.glob(f"*/{METRICS}"):
        metrics = _read(path)
        if (
            metrics is not None
            and (path.parent / "table.json").is_file()
            and not path.parent.name.startswith(".")
        ):
            found.append(RegisteredRun(path.parent, metrics, path.stat().st_mtime))
    return sorted(found, key=lambda run: (-run.written_seconds, run.path.name))


def latest_run(folder: Path) -> RegisteredRun | None:
    """Return the run that was written last, or None."""
    return next(iter(list_runs(folder)), None)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return metrics if isinstance(metrics, dict) and metrics.get("format") == METRICS_FORMAT else None
