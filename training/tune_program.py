"""The command line of a search: `python -m training.tune_program --snapshot DIR --study FILE --minutes N`.

Owns arguments, messages and exit codes, which are those of `training.program`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from training.config import TrainingConfig
from training.data.interactions import load_interactions
from training.data.parts import split_given
from training.data.text import load_text
from training.line_progress import LineProgress
from training.phases import cut
from training.settings_file import load_settings_file
from training.stop import StopRequest, stop_on_interrupt
from training.tuning import Tuning, TuningLimits, TuningParts
from tunefi.errors import TuneFiError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Args:
        arguments: Without the program's name; those of the process by default.
    """
    options = _build_parser().parse_args(arguments)
    try:
        found = _run(options)
    except (TuneFiError, ValidationError) as error:
        if options.json:
            sys.stdout.write(json.dumps({"error": type(error).__name__, "message": str(error)}) + "\n")
        sys.stderr.write(f"error: {error}\n")
        return 1
    _show(options, found)
    return INTERRUPTED if found["interrupted"] else 0


def _run(options: argparse.Namespace) -> dict[str, Any]:
    of_file = load_settings_file(options.settings) if options.settings else {}
    given = {"dimension": options.dimension, "seed": options.seed, "threads": options.threads}
    base = TrainingConfig(
        **{**of_file, **{name: value for name, value in given.items() if value is not None}}
    )
    stop = StopRequest()
    tuning = Tuning(_load_parts(options, base), base, options.study, LineProgress(), stop)
    with stop_on_interrupt(stop):
        return tuning.run(TuningLimits(60 * options.minutes, options.trials))


def _load_parts(options: argparse.Namespace, base: TrainingConfig) -> TuningParts:
    """Return what a search may see; the test part ends here."""
    if options.snapshot is not None:
        cuts = cut(load_interactions(options.snapshot), base)
        return TuningParts(cuts.learn, cuts.validation)
    text = load_text(options.data)
    split = split_given(text.train, text.test, text.validation, seed=base.seed)
    return TuningParts(split.learn, split.validation)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.tune_program", description="Search the settings of training."
    )
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--snapshot", type=Path, help="Directory of a graph snapshot.")
    data.add_argument("--data", type=Path, help="Directory with train.txt, test.txt and perhaps valid.txt.")
    parser.add_argument("--study", type=Path, required=True, help="SQLite file; a search in it goes on.")
    parser.add_argument("--minutes", type=float, required=True, help="How long to search.")
    parser.add_argument("--trials", type=int, help="How many trials to add at most.")
    parser.add_argument("--settings", type=Path, help="TOML or JSON file of settings to begin with.")
    for name in ("dimension", "seed", "threads"):
        parser.add_argument(f"--{name}", type=int, help=TrainingConfig.model_fields[name].description)
    parser.add_argument("--json", action="store_true", help="Print what was found as one JSON object.")
    return parser


def _show(options: argparse.Namespace, found: dict[str, Any]) -> None:
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    trials = ", ".join(f"{count} {state}" for state, count in found["trials"].items())
    sys.stdout.write(f"{options.study}: {trials}, {found['seconds']:.0f} s\n")
    if found["best_settings"] is None:
        sys.stdout.write("no trial is complete yet; the same command goes on\n")
        return
    for name, value in found["best_settings"].items():
        sys.stdout.write(f"{name:<20} {value:g}\n")
    first = found["first_validation_ndcg@20"]
    compared = f", the settings it began with {first:.4f}" if first is not None else ""
    sys.stdout.write(
        f"validation NDCG@20 {found['best_validation_ndcg@20']:.4f}{compared}\n"
        f"tunefi train --settings {found['settings_file']} …\n"
    )


if __name__ == "__main__":
    sys.exit(main())
