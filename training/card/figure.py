"""A blank figure in the one style of the card, and its form as SVG.

Owns colours, sizes and fonts. Refuses to know what is drawn. Nothing is filled behind a figure, so that it
lies on any page; `training.card.html` gives ink and grid the colours of the page, light or dark.
"""

import io
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

INK, MUTED, GRID = "#23272f", "#6b7280", "#e4e7ec"
BLUE, ORANGE, PURPLE, GREY, SKY = "#3b7dd8", "#d9822b", "#8f7ee7", "#8a93a3", "#7fb2f5"

_WIDTH = 4.5
"""Inches: a phone then shows letters of 8 points at about that size."""
_STYLE: Any = {
    "font.size": 8.5,
    "svg.fonttype": "none",  # letters stay letters: small, and read by those who cannot see them
    "svg.hashsalt": "tunefi",  # equal figures give equal bytes
    "text.parse_math": False,  # a name may hold a dollar
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "text.color": INK,
}


def new_figure(height: float, panels: int = 1, *, grid: Literal["x", "y"] = "y") -> tuple[Figure, list[Any]]:
    """Return a figure and its panels side by side.

    Args:
        height: In inches.
        panels: How many; they share the vertical axis.
        grid: Axis along which values are read, `x` or `y`.
    """
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout=ConstrainedLayoutEngine(wspace=0.09))
        FigureCanvasSVG(figure)
        axes = [figure.add_subplot(1, panels, 1)]
        axes += [figure.add_subplot(1, panels, place + 1, sharey=axes[0]) for place in range(1, panels)]
    for one in axes:
        one.set_axisbelow(True)
        one.grid(axis=grid, color=GRID)
        one.spines[["top", "right", "left", "bottom"]].set_visible(False)
        one.tick_params(length=0, colors=INK, labelsize=8)
    return figure, axes


def to_svg(figure: Figure) -> str:
    """Return a figure as an SVG document; equal figures give equal texts."""
    buffer = io.StringIO()
    with rc_context(_STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": "TuneFi"})
    return buffer.getvalue()
