"""`tunefi train`: train a model, from this home's newest snapshot or from any."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.keeper import run_job_command
from cli.exit_codes import ExitCode
from cli.runner import AsJson, load_settings, run_command
from cli.training_child import run_training_program
from training.settings_file import load_settings_file
from tunefi.errors import FinalError
from tunefi.settings import Settings


class TrainingPlaceIncomplete(FinalError):
    """Only one of the two folders was given."""

    def __init__(self) -> None:
        super().__init__(
            "--snapshot and --out go together, with or without --settings: where to read and where to write"
        )


def train(
    *,
    snapshot: Annotated[
        Path | None, typer.Option(help="Folder of a snapshot; default: this home's newest.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for table, metrics and card.")] = None,
    settings: Annotated[
        Path | None,
        typer.Option(help="TOML or JSON file of training's settings, of a run or of `tunefi tune`."),
    ] = None,
    track: Annotated[
        bool, typer.Option(help="Keep the run in MLflow: in the home, or where MLFLOW_TRACKING_URI says.")
    ] = True,
    engine: Annotated[str | None, typer.Option(help="`local` or `ray`; with two folders only.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Ray's workers; default: 2.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train where the newest snapshot has no model yet; or, with two folders, train from one into the other.

    Ctrl-C and SIGTERM have it write the best model so far; a second one ends it at once. Further options of
    training: `python -m training --help`.
    """
    if snapshot is None and out is None and settings is None and engine is None:
        run_job_command("train", as_json=as_json)
    else:
        further = {"engine": engine, "workers": workers}
        run_command(_train(snapshot, out, settings, track, further, as_json), as_json=as_json)


async def _train(
    snapshot: Path | None,
    out: Path | None,
    chosen: Path | None,
    track: bool,
    further: dict[str, Any],
    as_json: bool,
) -> ExitCode:
    if snapshot is None or out is None:
        raise TrainingPlaceIncomplete
    words = _arguments(load_settings(), snapshot, out, chosen, track, further)
    return await run_training_program("training", words + (["--json"] if as_json else []))


def _arguments(
    settings: Settings, snapshot: Path, out: Path, chosen: Path | None, track: bool, further: dict[str, Any]
) -> list[str]:
    in_file = load_settings_file(chosen) if chosen is not None else {}
    of_installation = {
        "dimension": settings.dimension,
        "seed": settings.seed,
        "threads": settings.training_threads,
        "budget_seconds": settings.training_seconds,
    }
    # What the file says goes before what the installation is set to.
    options = {
        "snapshot": snapshot,
        "out": out,
        "settings": chosen,
        "track": settings.paths.tracking if track else None,
        **{name: value for name, value in of_installation.items() if name not in in_file},
        **further,
    }
    words = [(f"--{name.replace('_', '-')}", str(v)) for name, v in options.items() if v is not None]
    silent = [] if track else ["--no-track"]
    return [*(word for pair in words for word in pair), *silent]
