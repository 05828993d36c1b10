"""What a run leaves on disk, put in place as a whole or not at all.

    OUT/table.json, track_ids.json, listeners.json, track_vectors.npy, listener_vectors.npy   (recsys.table)
    OUT/per_listener.parquet                                                (training.evaluation.results)
    OUT/settings.json, metrics.json, model_card.json, model_card.md, model_card.html, and its pictures as SVG

Owns the directory. Refuses to know how its content was made.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recsys.table import save_table
from training.accuracy import SERVED
from training.card.html import format_card_page
from training.card.markdown import format_model_card
from training.card.plots import draw_plots
from training.card.report import build_metrics, build_model_card
from training.data.artists import TrackArtists
from training.errors import UnusableOutput
from training.evaluation.results import build_results, save_results
from training.pipeline import TrainingResult
from training.run_files import CARD, CARD_MARKDOWN, CARD_PAGE, METRICS, SETTINGS
from training.settings_file import without_machine


def check_replaceable(out: Path) -> None:
    """Check that a run may be written to a path.

    Raises:
        UnusableOutput: Something else is there.
    """
    if out.exists() and not (out / METRICS).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UnusableOutput(out)


def save_run(
    result: TrainingResult,
    out: Path,
    artists: TrackArtists | None = None,
    ablation: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Write a run and return its metrics; an older run at the path is replaced once all is written.

    Args:
        result: What to write.
        out: The directory; its parent is made where needed.
        artists: Who made the tracks, where that is known.
        ablation: Rows of `training.ablation`, where it was asked for.

    Raises:
        UnusableOutput: Something else than an older run is there.
    """
    check_replaceable(out)
    waiting = out.with_name(f".{out.name}.part")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        metrics = _write(result, waiting, build_metrics(result, artists, ablation))
        _put_in_place(waiting, out)
    except BaseException:
        shutil.rmtree(waiting, ignore_errors=True)
        raise
    return metrics


def _write(result: TrainingResult, directory: Path, metrics: dict[str, Any]) -> dict[str, Any]:
    card = build_model_card(metrics)
    save_table(result.table, directory)
    served = build_results(result.accuracy.rankings[SERVED], result.cuts.test, result.config.model)
    save_results(served, directory)
    pictures = draw_plots(metrics)
    texts = {
        **{f"{name}.svg": svg for name, svg in pictures.items()},
        CARD_MARKDOWN: format_model_card(card, pictures),
        CARD_PAGE: format_card_page(card, pictures),
        CARD: json.dumps(card, indent=1) + "\n",
        SETTINGS: json.dumps(without_machine(metrics["settings"]), indent=1) + "\n",
        METRICS: json.dumps(metrics, indent=1) + "\n",
    }
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    return metrics


def _put_in_place(waiting: Path, out: Path) -> None:
    older = out.with_name(f".{out.name}.older")
    shutil.rmtree(older, ignore_errors=True)
    if out.exists():
        out.rename(older)
    waiting.rename(out)
    shutil.rmtree(older, ignore_errors=True)
