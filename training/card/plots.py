"""The two pictures of a run: how it learned, and what it is worth beside the baselines.

Owns how they look. Refuses to know how they are used.
"""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.accuracy import ACCURACY

_COLOURS = {
    "lightgcn_float": "#9ec5fe",
    "lightgcn_int8": "#1f5fbf",
    "spectral_start": "#b8a7e8",
    "item_knn": "#e8974e",
    "popularity": "#b9bec6",
}
_INK, _GRID = "#23272f", "#e4e7ec"


def save_loss_plot(metrics: dict[str, Any], path: Path) -> None:
    """Draw the loss and the validation NDCG@20 by epoch."""
    figure, axes = _figure()
    losses = [(point["epoch"], point["loss"]) for point in metrics["curve"] if point["loss"] is not None]
    scores = [
        (p["epoch"], p["validation_ndcg@20"]) for p in metrics["curve"] if p["validation_ndcg@20"] is not None
    ]
    axes.plot([x for x, _ in losses], [y for _, y in losses], color="#8a93a3", linewidth=1.8)
    axes.set_xlabel("epoch")
    axes.set_ylabel("training loss", color="#6b7280")
    right = axes.twinx()
    right.plot([x for x, _ in scores], [y for _, y in scores], color="#1f5fbf", marker="o", linewidth=2.2)
    right.axvline(metrics["chosen_epoch"], color="#1f5fbf", linewidth=1, linestyle=":")
    right.set_ylabel("validation NDCG@20", color="#1f5fbf")
    for side in ("top", "left", "bottom"):
        right.spines[side].set_visible(False)
    axes.set_title(
        f"Learning: best on validation after {metrics['chosen_epoch']} epochs", loc="left", color=_INK
    )
    _save(figure, path)


def save_accuracy_plot(metrics: dict[str, Any], path: Path) -> None:
    """Draw the metrics of each model as bars."""
    figure, axes = _figure()
    rows = metrics["models"]
    width = 0.8 / len(rows)
    for place, row in enumerate(rows):
        positions = [i + (place - (len(rows) - 1) / 2) * width for i in range(len(ACCURACY))]
        values = [row[name] for name in ACCURACY]
        bars = axes.bar(
            positions, values, width * 0.92, label=row["name"], color=_COLOURS.get(row["key"], _INK)
        )
        axes.bar_label(
            bars, [f"{value:.3f}".lstrip("0") for value in values], fontsize=7, color=_INK, padding=2
        )
    axes.set_xticks(range(len(ACCURACY)), ["Recall@10", "Recall@20", "NDCG@10", "NDCG@20"])
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.08))
    axes.set_title("Accuracy on held-out tracks, full ranking", loc="left", color=_INK)
    _save(figure, path)


def _figure() -> tuple[Figure, Any]:
    figure = Figure(figsize=(8, 4.6), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, colors=_INK)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Software": "TuneFi"})
