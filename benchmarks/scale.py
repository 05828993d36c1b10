"""Whether training and ranking cost the same per interaction however many there are (`tunefi bench scale`).

Owns the sizes, what is compared, and what counts as flat. Each size runs in a process of its own, so that
its memory is its own. Refuses to know how a size is measured: `benchmarks.scale_run`.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.errors import RunFailed
from benchmarks.listening_graph import TRACKS
from tunefi.progress import Progress

SIZES = (1_000_000, 3_000_000, 10_000_000)
EPOCHS = 2
DIMENSION = 128
ALLOWED_SPREAD = 0.3
ALLOWED_PEAK_MIB = 6 * 1024
_SMALL = 10
"""The audience that goes first, to tell what a process takes at all, is this much smaller."""

_MILLION = 1_000_000


async def measure_scale(
    sizes: Sequence[int],
    progress: Progress,
    *,
    tracks: int = TRACKS,
    settings: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the figures of each size and what they say about growth.

    Args:
        sizes: Interactions, ascending.
        progress: Hears of interactions that are through.
        tracks: Length of the catalogue, the same for all sizes.
        settings: Settings of the training that are not the defaults.

    Raises:
        RunFailed: A process ended with an error.
    """
    chosen = {"epochs": EPOCHS, "dimension": DIMENSION, **(settings or {})}
    runs = []
    for number, size in enumerate(sizes):
        shown = _Shown(progress, sum(sizes[:number]), size, sum(sizes))
        runs.append(await _run(size, min(sizes) // _SMALL, tracks, chosen, shown))
    return {"settings": chosen, "runs": [_per_million(run) for run in runs], **compare_sizes(runs)}


def compare_sizes(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how costs grow over sizes, and the verdict.

    `spread` is the dearest size by the cheapest, less 1, per interaction. `marginal` is what each further
    million costs from one size to the next.

    Args:
        runs: Figures of each size, ascending.
    """
    found: dict[str, Any] = {"peak_mib": max(run["peak_mib"] for run in runs)}
    for name, cost in (("seconds", _seconds), ("cpu_seconds", _cpu_seconds), ("mib", _mib)):
        each = [cost(run) / run["interactions"] * _MILLION for run in runs]
        found[f"{name}_per_million"] = [round(value, 3) for value in each]
        found[f"{name}_spread"] = round(max(each) / min(each) - 1, 3) if min(each) > 0 else 0.0
        found[f"{name}_marginal"] = [
            round((cost(b) - cost(a)) / (b["interactions"] - a["interactions"]) * _MILLION, 3)
            for a, b in pairwise(runs)
        ]
    flat = all(found[f"{name}_spread"] <= ALLOWED_SPREAD for name in ("seconds", "mib"))
    found["flat"] = flat
    found["ok"] = flat and found["peak_mib"] < ALLOWED_PEAK_MIB
    return found


def _seconds(run: dict[str, Any]) -> float:
    return float(run["seconds"])


def _cpu_seconds(run: dict[str, Any]) -> float:
    return float(run["cpu_seconds"])


def _mib(run: dict[str, Any]) -> float:
    """Return what the interactions take beyond the process and the catalogue."""
    return float(run["peak_mib"] - run["base_mib"])


def _per_million(run: dict[str, Any]) -> dict[str, Any]:
    millions = run["interactions"] / _MILLION
    pairs = run["listeners"] * run["tracks"]
    return {
        **run,
        "seconds_per_million": round(_seconds(run) / millions, 3),
        "mib_per_million": round(_mib(run) / millions, 3),
        "peak_mib_per_million": round(run["peak_mib"] / millions, 3),
        "rank_nanoseconds_per_listener_and_track": round(run["stages"]["rank"] / pairs * 1e9, 4),
    }


class _Shown:
    """Tells how far all sizes are, in interactions."""

    def __init__(self, progress: Progress, before: int, size: int, total: int) -> None:
        self._progress, self._before, self._size, self._total = progress, before, size, total

    def update(self, share: float, detail: str) -> None:
        done = self._before + share * self._size
        self._progress.update(done, self._total, f"{self._size / _MILLION:g} million: {detail}")


async def _run(size: int, small: int, tracks: int, settings: dict[str, Any], shown: _Shown) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tunefi-bench-") as name:
        folders = [Path(name) / "all", Path(name) / "small"]
        for folder, count in zip(folders, (size, small), strict=True):
            folder.mkdir()
            shown.update(0.0, "drawing listening")
            await _end_of("benchmarks.listening_graph", [str(count), str(tracks), str(folder)], shown)
        last = await _end_of("benchmarks.scale_run", [*map(str, folders), json.dumps(settings)], shown)
    figures: dict[str, Any] = last["figures"]
    return figures


async def _end_of(module: str, arguments: list[str], shown: _Shown) -> dict[str, Any]:
    """Run a module to its end, show the progress that it prints, and return the last object."""
    last: dict[str, Any] = {}
    with tempfile.TemporaryFile() as problems:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments), stdout=asyncio.subprocess.PIPE, stderr=problems
        )
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                last = json.loads(line)
                if "done" in last:
                    shown.update(last["done"], last["detail"])
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            problems.seek(0)
            raise RunFailed(" ".join([module, *arguments]), _last_line(problems.read()))
    return last


def _last_line(output: bytes) -> str:
    return output.decode(errors="replace").strip().rpartition("\n")[2] or "killed, perhaps for its memory"
