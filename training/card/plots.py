"""The pictures of a run, each drawn from `metrics.json` alone.

Owns which there are and how each looks. Refuses to know how they are used.
"""

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from training.accuracy import ACCURACY, EXACT, SERVED
from training.card.figure import BLUE, GREY, INK, MUTED, ORANGE, PURPLE, SKY, new_figure, to_svg

_COLOURS = {
    SERVED: BLUE,
    EXACT: SKY,
    "start": PURPLE,
    "item_knn": ORANGE,
}
_LABELS = {"recall@10": "Recall@10", "recall@20": "Recall@20", "ndcg@10": "NDCG@10", "ndcg@20": "NDCG@20"}


def draw_plots(metrics: dict[str, Any]) -> dict[str, str]:
    """Return the pictures of a run as SVG, by the name of their file without its ending."""
    drawn = {name: draw(metrics) for name, draw in _PLOTS.items()}
    return {name: to_svg(figure) for name, figure in drawn.items() if figure is not None}


def _draw_accuracy(metrics: dict[str, Any]) -> Figure:
    rows = metrics["models"]
    figure, panels = new_figure(0.7 + 0.32 * len(rows), 2, grid="x")
    for axes, name in zip(panels, ("ndcg@20", "recall@20"), strict=True):
        _draw_dots(axes, rows, name, intervals=True)
        axes.set_title(_LABELS[name], loc="left", fontsize=9, color=INK)
        axes.set_xlim(left=0)
    return figure


def _draw_spread(metrics: dict[str, Any]) -> Figure:
    rows = metrics["models"]
    figure, panels = new_figure(0.7 + 0.32 * len(rows), 3, grid="x")
    titles = {"coverage@20": "coverage", "gini@20": "Gini", "novelty@20": "novelty, bits"}
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        _draw_dots(axes, rows, name, intervals=False)
        axes.set_title(title, loc="left", fontsize=9, color=INK)
        axes.margins(x=0.2)
        axes.locator_params(axis="x", nbins=2)
    return figure


def _draw_dots(axes: Any, rows: list[dict[str, Any]], name: str, *, intervals: bool) -> None:
    for place, row in enumerate(rows):
        colour = _COLOURS.get(row["key"], GREY)
        if intervals:
            axes.plot(row["intervals"][name], [place, place], color=colour, linewidth=3, alpha=0.45)
        axes.plot([row[name]], [place], color=colour, marker="o", markersize=4.5)
    axes.set_yticks(range(len(rows)), [row["name"] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=4)
    if axes.get_subplotspec().colspan.start:
        axes.tick_params(labelleft=False)


def _draw_by_activity(metrics: dict[str, Any]) -> Figure | None:
    groups = metrics["breakdown"]["by_activity"]
    return _draw_groups(groups, "ndcg@20", "tracks heard before", "NDCG@20")


def _draw_by_popularity(metrics: dict[str, Any]) -> Figure | None:
    groups = metrics["breakdown"]["by_popularity"]
    return _draw_groups(groups, "found@20", "listeners of the track that was held out", "found in 20")


def _draw_groups(groups: list[dict[str, Any]], name: str, what: str, value: str) -> Figure | None:
    if not groups:
        return None
    figure, (axes,) = new_figure(2.5)
    heights = [group[name] for group in groups]
    axes.bar(range(len(groups)), heights, 0.62, color=BLUE)
    for place, group in enumerate(groups):
        axes.plot([place, place], group["interval"], color=MUTED, linewidth=1.6)
    axes.set_xticks(range(len(groups)), [_span(group) for group in groups])
    axes.set_xlabel(what)
    axes.set_ylabel(value)
    axes.set_ylim(bottom=0)
    return figure


def _span(group: dict[str, Any]) -> str:
    low, high = group["from"], group["to"]
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _draw_exposure(metrics: dict[str, Any]) -> Figure | None:
    exposure = metrics["breakdown"]["exposure"]
    if exposure is None or not exposure["groups"]:
        return None
    groups = exposure["groups"]
    figure, (axes,) = new_figure(0.9 + 0.45 * len(groups), grid="x")
    for shift, (name, label, colour) in enumerate(
        (("listening", "of listening", GREY), ("places", "of places in lists", BLUE))
    ):
        positions = [place + (shift - 0.5) * 0.36 for place in range(len(groups))]
        shares = [100 * group[name] for group in groups]
        bars = axes.barh(positions, shares, 0.34, color=colour, label=label)
        axes.bar_label(bars, [f"{share:.1f} %" for share in shares], fontsize=7.5, color=INK, padding=3)
    axes.set_yticks(range(len(groups)), _names_of_groups(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.margins(x=0.14)
    axes.set_xlabel("share, %")
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _names_of_groups(groups: list[dict[str, Any]]) -> list[str]:
    first, *others = (f"{group['artists']:,}" for group in groups)
    return [f"the {first} most heard artists", *(f"the next {count}" for count in others)]


def _draw_quantisation(metrics: dict[str, Any]) -> Figure:
    lost = metrics["breakdown"]["lost_by_freezing"]
    figure, (axes,) = new_figure(1.9, grid="x")
    for place, name in enumerate(ACCURACY):
        axes.plot(
            [100 * edge for edge in lost[name]["interval"]],
            [place, place], color=BLUE, linewidth=3, alpha=0.45,
        )  # fmt: skip
        axes.plot([100 * lost[name]["lost"]], [place], color=BLUE, marker="o", markersize=5.5)
    allowed = 100 * metrics["quantisation"]["allowed"]
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.axvline(allowed, color=ORANGE, linewidth=1.4, linestyle="--")
    axes.annotate(
        f"allowed: {allowed:g} %", (allowed, -0.5), (-3, -2), textcoords="offset points",
        fontsize=7.5, color=ORANGE, va="top", ha="right", annotation_clip=False,
    )  # fmt: skip
    axes.set_yticks(range(len(ACCURACY)), [_LABELS[name] for name in ACCURACY])
    axes.set_ylim(len(ACCURACY) - 0.5, -0.5)
    axes.margins(x=0.2)
    axes.set_xlabel("lost by freezing to int8, % of the metric")
    return figure


def _draw_learning(metrics: dict[str, Any]) -> Figure:
    losses = [(point["epoch"], point["loss"]) for point in metrics["curve"] if point["loss"] is not None]
    scores = [
        (p["epoch"], p["validation_ndcg@20"]) for p in metrics["curve"] if p["validation_ndcg@20"] is not None
    ]
    figure, (axes,) = new_figure(2.6)
    axes.plot([x for x, _ in losses], [y for _, y in losses], color=GREY, linewidth=1.8)
    axes.set_xlabel("epoch")
    axes.set_ylabel("training loss", color=MUTED)
    axes.locator_params(axis="x", integer=True)
    right = axes.twinx()
    right.plot([x for x, _ in scores], [y for _, y in scores], color=BLUE, marker="o", markersize=4)
    right.axvline(metrics["chosen_epoch"], color=BLUE, linewidth=1, linestyle=":")
    right.set_ylabel("validation NDCG@20", color=BLUE)
    right.tick_params(length=0, colors=INK, labelsize=8)
    right.spines[["top", "left", "right", "bottom"]].set_visible(False)
    return figure


_PLOTS: dict[str, Callable[[dict[str, Any]], Figure | None]] = {
    "accuracy": _draw_accuracy,
    "by_activity": _draw_by_activity,
    "by_popularity": _draw_by_popularity,
    "spread": _draw_spread,
    "exposure": _draw_exposure,
    "quantisation": _draw_quantisation,
    "learning": _draw_learning,
}
