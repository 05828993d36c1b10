"""The command line: `python -m training --snapshot DIR --out DIR`.

Owns arguments, messages and exit codes: 0 done, 1 the data or the arguments are wrong and nothing was
written, 2 the arguments cannot be read, 130 interrupted, with the best model so far written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from training.ablation import measure_ablation
from training.card.markdown import format_accuracy
from training.checkpoint import CheckpointFolder
from training.config import TrainingConfig
from training.data.artists import load_track_artists
from training.data.interactions import Interactions, load_interactions
from training.digest import read_code_version
from training.engine.engine import open_engine
from training.line_progress import LineProgress
from training.outputs import check_replaceable, save_run
from training.pipeline import train
from training.settings_file import load_settings_file
from training.stop import StopRequest, stop_on_interrupt
from training.tracking import NoTracker, Tracker, open_tracker
from tunefi.errors import FinalError
from tunefi.ids import hex_of

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Args:
        arguments: Without the program's name; those of the process by default.
    """
    options = _build_parser().parse_args(arguments)
    try:
        config = _build_config(options)
        metrics = _run(options, config)
    except (FinalError, ValidationError) as error:
        return _fail(options, error)
    _show(options, metrics)
    return INTERRUPTED if metrics["interrupted"] else 0


def _run(options: argparse.Namespace, config: TrainingConfig) -> dict[str, Any]:
    check_replaceable(options.out)
    interactions = load_interactions(options.snapshot)
    checkpoints = CheckpointFolder(
        options.out.with_name(f".{options.out.name}.checkpoint"), _fingerprint(interactions, config)
    )
    if options.fresh:
        checkpoints.remove()
    artists = load_track_artists(options.snapshot, interactions.track_ids)
    stop = StopRequest()
    tracker = _open_tracker(options, config, interactions)
    try:
        with open_engine(options.engine, options.workers) as engine, stop_on_interrupt(stop):
            result = train(interactions, config, checkpoints, LineProgress(), stop, tracker.on_epoch, engine)
            wanted = options.ablation and not result.interrupted
            ablation = measure_ablation(result.cuts, config, LineProgress(), stop) if wanted else []
        metrics = save_run(result, options.out, artists, ablation)
    except BaseException:
        tracker.finish("FAILED")
        raise
    if not result.interrupted:
        checkpoints.remove()
    tracker.finish("KILLED" if result.interrupted else "FINISHED", metrics, options.out)
    return metrics


def _open_tracker(options: argparse.Namespace, config: TrainingConfig, interactions: Interactions) -> Tracker:
    if options.no_track:
        return NoTracker()
    tags = {
        "tunefi.snapshot_digest": hex_of(interactions.snapshot_digest),
        "tunefi.code_version": read_code_version(),
        "mlflow.source.name": f"training, snapshot {options.snapshot.name}",
    }
    return open_tracker(options.track, config, tags, _warn)


def _warn(text: str) -> None:
    sys.stderr.write(f"tracking: {text}\n")


def _fingerprint(interactions: Interactions, config: TrainingConfig) -> str:
    value = [hex_of(interactions.snapshot_digest), config.model_dump(), read_code_version()]
    return json.dumps(value, sort_keys=True)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train a model from a snapshot.")
    parser.add_argument("--snapshot", type=Path, required=True, help="Directory of a graph snapshot.")
    parser.add_argument(
        "--out", type=Path, required=True, help="Directory for table, metrics and model card."
    )
    parser.add_argument(
        "--json", action="store_true", help="Print the metrics as one JSON object at the end."
    )
    parser.add_argument("--fresh", action="store_true", help="Do not continue an interrupted run.")
    parser.add_argument(
        "--settings", type=Path, help="TOML or JSON file of settings; those given as arguments go before it."
    )
    parser.add_argument(
        "--track", type=Path, help="Folder in which MLflow keeps the run, unless MLFLOW_TRACKING_URI is set."
    )
    parser.add_argument(
        "--ablation", action="store_true", help="Also train without each part of the model, for the card."
    )
    parser.add_argument("--no-track", action="store_true", help="Tell MLflow nothing, whatever is set.")
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="Where to compute: in this process, or by Ray on workers, started here or RAY_ADDRESS's.",
    )
    parser.add_argument("--workers", type=_count, default=2, help="Ray's workers. Default: 2.")
    for name, field in TrainingConfig.model_fields.items():
        default = "none" if field.default is None else field.default
        parser.add_argument(
            f"--{name.replace('_', '-')}", help=f"{field.description} Default: {default}.".replace("%", "%%")
        )
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _build_config(options: argparse.Namespace) -> TrainingConfig:
    given = {name: getattr(options, name) for name in TrainingConfig.model_fields}
    of_file = load_settings_file(options.settings) if options.settings else {}
    return TrainingConfig.model_validate(
        {**of_file, **{n: text for n, text in given.items() if text is not None}}
    )


def _fail(options: argparse.Namespace, error: Exception) -> int:
    if options.json:
        sys.stdout.write(json.dumps({"error": type(error).__name__, "message": str(error)}) + "\n")
    sys.stderr.write(f"error: {error}\n")
    return 1


def _show(options: argparse.Namespace, metrics: dict[str, Any]) -> None:
    if options.json:
        sys.stdout.write(json.dumps(metrics) + "\n")
        return
    lost = metrics["quantisation"]["ndcg@20_lost"]
    sys.stdout.write(
        f"{format_accuracy(metrics['models'])}\n\n"
        f"Freezing to int8 loses {lost:.2%} of NDCG@20. {metrics['total_seconds']:.0f} s, at most "
        f"{metrics['peak_mib']:.0f} MiB.\n{options.out}: embedding table, metrics.json, model_card.md\n"
    )
