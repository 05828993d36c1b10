"""`tunefi tune`: search the settings of training, in a study that goes on where it was."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import ExitCode
from cli.runner import AsJson, load_settings, run_command
from cli.training_child import run_training_program
from keepers.snapshots import find_latest_snapshot
from training.settings_file import load_settings_file
from tunefi.errors import FinalError
from tunefi.settings import Settings


class NothingToTune(FinalError):
    """No data was named, or two, and this home has no snapshot."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}; name a folder with --snapshot, or one with train.txt with --data")


def tune(
    *,
    snapshot: Annotated[
        Path | None, typer.Option(help="Folder of a snapshot; default: this home's newest.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder with train.txt and test.txt, and perhaps valid.txt.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="How long to search.")] = 30.0,
    trials: Annotated[int | None, typer.Option(min=1, help="How many trials to add at most.")] = None,
    study: Annotated[
        Path | None, typer.Option(help="SQLite file; a search in it goes on. Default: one in this home.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="TOML or JSON file of settings to begin with and to keep fixed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search the settings of training by what the validation part says; the test part is never looked at.

    The same command goes on in the same study. Ctrl-C keeps it. The best settings so far lie beside the study
    as TOML, for `tunefi train --settings FILE`.
    """
    run_command(_tune(snapshot, data, minutes, trials, study, settings, as_json), as_json=as_json)


async def _tune(
    snapshot: Path | None,
    data: Path | None,
    minutes: float,
    trials: int | None,
    study: Path | None,
    chosen: Path | None,
    as_json: bool,
) -> ExitCode:
    installation = load_settings()
    option, folder = _find_data(installation, snapshot, data)
    in_file = load_settings_file(chosen) if chosen is not None else {}
    dimension = in_file.get("dimension", installation.dimension)
    options = {
        option: folder,
        "study": study or installation.paths.tuning / f"{folder.name}-{dimension}.sqlite",
        "minutes": minutes,
        "trials": trials,
        "settings": chosen,
        **{
            name: value
            for name, value in (
                ("dimension", installation.dimension),
                ("seed", installation.seed),
                ("threads", installation.training_threads),
            )
            if name not in in_file
        },
    }
    words = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    flags = ["--json"] if as_json else []
    return await run_training_program("training.tune_program", [*(w for pair in words for w in pair), *flags])


def _find_data(installation: Settings, snapshot: Path | None, data: Path | None) -> tuple[str, Path]:
    if snapshot is not None and data is not None:
        raise NothingToTune("both --snapshot and --data were given")
    if data is not None:
        return "data", data.resolve()
    if snapshot is not None:
        return "snapshot", snapshot.resolve()
    latest = find_latest_snapshot(installation.paths)
    if latest is None:
        raise NothingToTune("this home has no snapshot yet")
    return "snapshot", latest.path
