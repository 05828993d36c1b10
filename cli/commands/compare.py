"""`tunefi compare A B`: which of two models is better, and how sure that is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.held_out import DataFolder, LaterSnapshot, TrainedOn, load_held_out
from cli.output import print_json, results
from cli.runner import AsJson, load_settings, run_command
from recsys.table import load_table

if TYPE_CHECKING:
    from training.evaluation.comparison import Comparison
    from training.evaluation.results import ListenerResults


def compare(
    a: Annotated[Path, typer.Argument(help="Folder of a model that `tunefi train` wrote.")],
    b: Annotated[Path, typer.Argument(help="Folder of another.")],
    *,
    data: DataFolder = None,
    snapshot: LaterSnapshot = None,
    trained_on: TrainedOn = None,
    draws: Annotated[int, typer.Option(min=100, help="Times that the listeners are drawn again.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Decides the draws.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Hold model B against model A, listener by listener: a paired bootstrap with 95 % intervals.

    By what each run kept of its own test, and refused where the two were not asked for the same pairs; or,
    with data named, by testing both served tables on it.
    """
    load_settings()
    places = (data, snapshot, trained_on)
    run_command(_compare((a, b), places, draws, seed, as_json), as_json=as_json)


async def _compare(
    folders: tuple[Path, Path],
    places: tuple[Path | None, Path | None, Path | None],
    draws: int,
    seed: int,
    as_json: bool,
) -> None:
    # Here, because a service is installed without what training needs.
    from training.evaluation.comparison import compare_results
    from training.evaluation.results import load_results

    a, b = folders
    first, second = _measure(folders, places) if any(places) else (load_results(a), load_results(b))
    names = (a.name, b.name) if a.name != b.name else (str(a), str(b))
    found = compare_results(first, second, names, seed, draws)
    if as_json:
        print_json(found.as_dict())
    else:
        _print(found)


def _measure(
    folders: tuple[Path, Path], places: tuple[Path | None, Path | None, Path | None]
) -> "list[ListenerResults]":
    from training.side_by_side import measure_served

    tables = [load_table(each) for each in folders]
    # Both are held against the data's digest; what is held out is the same.
    splits = [load_held_out(table, *places) for table in tables]
    return measure_served(tables, splits[0])


def _print(found: "Comparison") -> None:
    first, second = (name[-12:].rjust(12) for name in found.names)
    results.print(
        f"metric     {first} {second}     gain  95 % interval         by chance", markup=False, style="bold"
    )
    for name, each in found.differences.items():
        clear = ("  better" if each.gain > 0 else "  worse") if each.clear else ""
        results.print(
            f"{name:<10} {each.before:>12.4f} {each.after:>12.4f}  {each.gain:>+.4f}  "
            f"{each.low:>+.4f} to {each.high:>+.4f}  {each.chance:>8.1%}{clear}",
            markup=False,
        )
    results.print(found.verdict(), markup=False)
