"""What a run leaves on disk, put in place as a whole or not at all.

    OUT/table.json, track_ids.json, listeners.json, track_vectors.npy, listener_vectors.npy   (recsys.table)
    OUT/metrics.json, model_card.json, model_card.md, loss.png, accuracy.png

Owns the directory. Refuses to know how its content was made.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from recsys.table import save_table
from training.card.markdown import format_model_card
from training.card.plots import save_accuracy_plot, save_loss_plot
from training.card.report import build_metrics, build_model_card
from training.errors import UnusableOutput
from training.pipeline import TrainingResult
from training.run_files import CARD, CARD_MARKDOWN, METRICS


def check_replaceable(out: Path) -> None:
    """Check that a run may be written to a path.

    Raises:
        UnusableOutput: Something else is there.
    """
    if out.exists() and not (out / METRICS).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UnusableOutput(out)


def save_run(result: TrainingResult, out: Path) -> dict[str, Any]:
    """Write a run and return its metrics; an older run at the path is replaced once all is written.

    Args:
        result: What to write.
        out: The directory; its parent is made where needed.

    Raises:
        UnusableOutput: Something else than an older run is there.
    """
    check_replaceable(out)
    waiting = out.with_name(f".{out.name}.part")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        metrics = _write(result, waiting)
        _put_in_place(waiting, out)
    except BaseException:
        shutil.rmtree(waiting, ignore_errors=True)
        raise
    return metrics


def _write(result: TrainingResult, directory: Path) -> dict[str, Any]:
    metrics = build_metrics(result)
    card = build_model_card(metrics)
    save_table(result.table, directory)
    save_loss_plot(metrics, directory / "loss.png")
    save_accuracy_plot(metrics, directory / "accuracy.png")
    (directory / CARD_MARKDOWN).write_text(format_model_card(card), encoding="utf-8")
    for name, value in ((CARD, card), (METRICS, metrics)):
        (directory / name).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    return metrics


def _put_in_place(waiting: Path, out: Path) -> None:
    older = out.with_name(f".{out.name}.older")
    shutil.rmtree(older, ignore_errors=True)
    if out.exists():
        out.rename(older)
    waiting.rename(out)
    shutil.rmtree(older, ignore_errors=True)
