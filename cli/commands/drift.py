"""`tunefi models drift A B`: how far the tables of two models lie apart."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import print_json, results
from cli.runner import AsJson, load_settings, run_command
from recsys.table import load_table
from training.registry import find_run

Picture = Annotated[Path | None, typer.Option(help="Where to write a picture, SVG.")]


def drift(
    a: Annotated[str, typer.Argument(help="The beginning of a model's digest, or the folder of a run.")],
    b: Annotated[str, typer.Argument(help="The later model, named in the same way.")],
    *,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Measure how far model B lies from model A once its axes are turned onto A's, and how lists differ."""
    run_command(_drift(a, b, picture, as_json), as_json=as_json)


async def _drift(a: str, b: str, picture: Path | None, as_json: bool) -> None:
    figures = await asyncio.to_thread(_measure, a, b, picture)
    if as_json:
        print_json(figures)
    else:
        _print(figures)


def _measure(a: str, b: str, picture: Path | None) -> dict[str, Any]:
    # Here, because a service is installed without what training needs.
    from training.card.drift_plot import draw_drift
    from training.drift import measure_drift

    home = load_settings().paths
    before, after = (find_run(home, name) for name in (a, b))
    found = measure_drift(load_table(before.path), load_table(after.path))
    if picture is not None:
        picture.write_text(draw_drift(found), encoding="utf-8")
    return {"a": before.model_digest, "b": after.model_digest, **found.as_dict()}


def _print(figures: dict[str, Any]) -> None:
    cosine = figures["cosine"]
    lines = [
        f"drift {figures['drift']:.4f}: one less the mean cosine of {figures['measured_tracks']} tracks with "
        "themselves, the axes of B turned onto A's",
        f"half of the tracks are above {cosine['50%']:.4f}, 99 % above {cosine['1%']:.4f}",
        f"lists of {figures['list_length']}: Jaccard {figures['list_jaccard']:.4f}, rank-biased overlap "
        f"{figures['list_overlap']:.4f}",
    ]
    for what in ("tracks", "listeners"):
        rows = figures[what]
        lines.append(f"{what}: {rows['common']} in both, {rows['new']} new, {rows['gone']} gone")
    results.print("\n".join(lines), markup=False)
