"""`tunefi evaluate MODEL`: what a served table is worth on pairs that it did not learn from."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.held_out import DataFolder, LaterSnapshot, TrainedOn, load_held_out
from cli.output import print_json, print_table, results
from cli.runner import AsJson, load_settings, run_command
from recsys.table import load_table

_COLUMNS = ("recall@10", "ndcg@10", "recall@20", "ndcg@20", "mrr@20", "hit@20", "coverage@20", "novelty@20")


def evaluate(
    model: Annotated[Path, typer.Argument(help="Folder of a model that `tunefi train` wrote.")],
    *,
    data: DataFolder = None,
    snapshot: LaterSnapshot = None,
    trained_on: TrainedOn = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Measure the baselines too.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads of baselines.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Rank with the served int8 table what its listeners had not heard, and hold it against what they heard.

    Data that the model did not learn from is told by its digest; any other is refused.
    """
    load_settings()
    run_command(_evaluate(model, data, snapshot, trained_on, baselines, threads, as_json), as_json=as_json)


async def _evaluate(
    model: Path,
    data: Path | None,
    snapshot: Path | None,
    trained_on: Path | None,
    baselines: bool,
    threads: int,
    as_json: bool,
) -> None:
    # Here, because a service is installed without what training needs.
    from training.data.artists import load_track_artists
    from training.side_by_side import all_baselines, measure_side_by_side

    table = load_table(model)
    split = load_held_out(table, data, snapshot, trained_on)
    found = measure_side_by_side(
        table,
        split,
        baselines=all_baselines() if baselines else (),
        threads=threads,
        artists=load_track_artists(snapshot, split.train.track_ids) if snapshot else None,
    )
    if as_json:
        print_json(found.as_dict())
        return
    _print_models(found.rows)
    for name, count in found.split.items():
        results.print(f"{name.replace('_', ' ')}: {count}", markup=False)
    for each in found.comparisons:
        results.print(each.verdict(), markup=False)


def _print_models(rows: tuple[dict[str, Any], ...]) -> None:
    table = Table("model", *_COLUMNS, "seconds", "MiB")
    for row in rows:
        if "refused" in row:
            table.add_row(row["name"], row["refused"])
            continue
        low, high = row["intervals"]["ndcg@20"]
        cells = [f"{row[name]:.4f}" for name in _COLUMNS]
        cells[3] += f" ({low:.4f} to {high:.4f})"
        seconds = sum(row.get(f"{step}_seconds", 0.0) for step in ("tune", "fit", "rank"))
        table.add_row(row["name"], *cells, f"{seconds:.1f}", f"{row.get('peak_mib', 0) or ''}")
    print_table(table)
