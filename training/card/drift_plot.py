"""The picture of a drift: how many tracks point where they pointed, and how many lists stayed.

Owns how it looks. Refuses to know how drift is measured.
"""

import numpy as np

from training.card.figure import BLUE, INK, ORANGE, new_figure, to_svg
from training.drift import Drift

_BINS = 40


def draw_drift(drift: Drift) -> str:
    """Return two histograms as one SVG document."""
    figure, panels = new_figure(2.2, 1)
    (axes,) = panels
    start = min(0.0, float(drift.cosines.min()))
    for values, colour, label in (
        (drift.cosines, BLUE, "tracks: cosine with themselves"),
        (drift.jaccard, ORANGE, "listeners: Jaccard index of lists"),
    ):
        shares = np.full(len(values), 1 / len(values))
        axes.hist(
            values, np.linspace(start, 1, _BINS), weights=shares, histtype="step", color=colour, label=label
        )
    axes.set_ylabel("share")
    axes.set_title("what stayed between the two models", loc="left", fontsize=9, color=INK)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return to_svg(figure)
