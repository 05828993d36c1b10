"""The training program as a child process.

Owns its command line, its progress and its end. Refuses to import it: serving never loads torch.
"""

import asyncio
import re
import signal
import sys
from collections import deque
from pathlib import Path

from keepers.context import KeeperChoices
from keepers.errors import TrainingFailed
from tunefi.child_process import end_child
from tunefi.progress import Progress

_LINE = re.compile(r"\s*(?P<elapsed>[\d.]+) s  (?P<detail>.*?)(?:, at most (?P<left>[\d.]+) s left)?\s*")
_STOP_SECONDS = 30.0


async def run_training(
    snapshot: Path, out: Path, choices: KeeperChoices, progress: Progress, settings: Path | None = None
) -> None:
    """Train a model from a snapshot into a folder; an interrupted run goes on.

    Args:
        snapshot: Folder of the snapshot.
        out: Where table, metrics and model card will lie.
        choices: Dimension, seed, time and threads.
        progress: Told in seconds.
        settings: A file whose settings hold in place of the chosen dimension and seed.

    Raises:
        TrainingFailed: The program ended with an error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "training", "--snapshot", str(snapshot), "--out", str(out)),
        *_settings(choices, settings),
        *("--threads", str(choices.training_threads)),
        *(("--budget-seconds", str(choices.training_seconds)) if choices.training_seconds else ()),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    last_lines: deque[str] = deque(maxlen=5)
    try:
        assert process.stderr is not None
        async for line in process.stderr:
            text = line.decode(errors="replace").rstrip()
            last_lines.append(text)
            _show(text, progress)
        exit_code = await process.wait()
    except BaseException:
        # Its checkpoint is of the last epoch that it finished.
        await end_child(process, signal.SIGTERM, _STOP_SECONDS)
        raise
    if exit_code:
        raise TrainingFailed(exit_code, " / ".join(last_lines)[-600:])


def _settings(choices: KeeperChoices, settings: Path | None) -> tuple[str, ...]:
    if settings is not None:
        return ("--settings", str(settings))
    return ("--dimension", str(choices.dimension), "--seed", str(choices.seed))


def _show(text: str, progress: Progress) -> None:
    if (line := _LINE.fullmatch(text)) is None:
        return
    elapsed = float(line["elapsed"])
    total = elapsed + float(line["left"]) if line["left"] else None
    progress.update(elapsed, total, line["detail"])
