"""The runs in a folder, what each is worth, and which one is promoted.

Owns finding runs, and what a run must be to be promoted. Refuses to know which model is served: a promoted
model is what a keeper proposes, and a commitment decides. Needs no torch, so that a list is there at once.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.errors import DamagedTable
from recsys.table import MANIFEST, EmbeddingTable, load_table, table_digest
from training.digest import configuration_of, model_digest
from training.errors import UnknownRun, UnusableRun
from training.run_files import METRICS, METRICS_FORMAT, SETTINGS
from training.settings_file import without_machine
from tunefi.home import Home
from tunefi.ids import Hash32, hex_of
from tunefi.promotions import Promotions, PromotionState


@dataclass(frozen=True)
class RegisteredRun:
    """One output directory of this program, with its metrics."""

    path: Path
    metrics: dict[str, Any]
    written_seconds: float

    @property
    def model_digest(self) -> str:
        """Digest of the model, 0x hex."""
        return str(self.metrics["model_digest"])


def list_runs(folder: Path) -> list[RegisteredRun]:
    """Return the complete runs directly below a folder, the latest first; anything else is passed over."""
    paths = (path.parent for path in folder.glob(f"*/{METRICS}") if not path.parent.name.startswith("."))
    found = [run for run in map(load_run, paths) if run is not None]
    return sorted(found, key=lambda run: (-run.written_seconds, run.path.name))


def latest_run(folder: Path) -> RegisteredRun | None:
    """Return the run that was written last, or None."""
    return next(iter(list_runs(folder)), None)


def load_run(path: Path) -> RegisteredRun | None:
    """Return the run in a folder, or None where there is no complete one."""
    try:
        metrics = json.loads((path / METRICS).read_text(encoding="utf-8"))
        written_seconds = (path / METRICS).stat().st_mtime
    except (OSError, ValueError):
        return None
    complete = isinstance(metrics, dict) and metrics.get("format") == METRICS_FORMAT
    return RegisteredRun(path, metrics, written_seconds) if complete and (path / MANIFEST).is_file() else None


def find_run(home: Home, name: str) -> RegisteredRun:
    """Return a run by the beginning of its digest, or by its folder, which may lie anywhere.

    Raises:
        UnknownRun: There is none, or more than one.
    """
    wanted = name.removeprefix("0x")
    runs = [run for run in list_runs(home.models) if wanted and run.model_digest[2:].startswith(wanted)]
    if len(runs) == 1:
        return runs[0]
    elsewhere = load_run(Path(name).expanduser())
    if runs or elsewhere is None:
        raise UnknownRun(name, tuple(run.model_digest[2:18] for run in runs))
    return elsewhere


def check_run(run: RegisteredRun) -> EmbeddingTable:
    """Check that a run is a whole one and that its files are those of its digests; return its table.

    Raises:
        UnusableRun: It was interrupted, or a file is missing or altered.
    """
    if run.metrics["interrupted"]:
        raise UnusableRun(run.path, "the run was interrupted; run the same command again, it goes on")
    try:
        table = load_table(run.path)
    except DamagedTable as error:
        raise UnusableRun(run.path, str(error)) from error
    manifest = json.loads((run.path / MANIFEST).read_text(encoding="utf-8"))
    for what, expected, found in (
        ("the digest of the table", manifest.get("table_digest"), hex_of(table_digest(table))),
        ("the model of metrics.json", hex_of(table.model_digest), run.model_digest),
        ("the snapshot of metrics.json", hex_of(table.snapshot_digest), run.metrics["snapshot_digest"]),
        ("the digest of the model", hex_of(table.model_digest), hex_of(_recompute(table, run))),
    ):
        if expected != found:
            raise UnusableRun(run.path, f"{what} is {found} where {expected} is expected: a file was altered")
    if json.loads((run.path / SETTINGS).read_text(encoding="utf-8")) != without_machine(
        run.metrics["settings"]
    ):
        raise UnusableRun(run.path, f"{SETTINGS} has other settings than {METRICS}: a file was altered")
    return table


def promote(home: Home, run: RegisteredRun, *, at: str, by: str, why: str) -> PromotionState:
    """Make a run the one that keepers propose; one from elsewhere is copied into the home first.

    Args:
        home: Of the keeper.
        run: What to promote.
        at: When, ISO 8601.
        by: Who says so.
        why: The reason, for those who read the history.

    Raises:
        UnusableRun: See `check_run`.
    """
    digest = check_run(run).model_digest
    if run.path.resolve() != home.model(digest).resolve():
        _copy_in(run.path, home.model(digest))
    promotions = Promotions(home.promotions)
    promotions.promote(digest, at=at, by=by, why=why)
    return promotions.state()


def roll_back(home: Home, *, at: str, by: str, why: str) -> PromotionState:
    """Promote the model again that was promoted before, or none; the one that was taken back stays unused.

    Raises:
        NothingPromoted: No model is promoted.
        UnusableRun: The model before is not what it was; promote another one.
    """
    promotions = Promotions(home.promotions)
    before = promotions.state().promoted[:-1]
    if before:
        _check_present(home, before[-1])
    return promotions.roll_back(at=at, by=by, why=why)


def _check_present(home: Home, digest: Hash32) -> None:
    run = load_run(home.model(digest))
    if run is None:
        raise UnusableRun(home.model(digest), "the model that was promoted before is not there any more")
    check_run(run)


def _recompute(table: EmbeddingTable, run: RegisteredRun) -> Hash32:
    bare = EmbeddingTable(**{**vars(table), "model_digest": Hash32(bytes(32))})
    return model_digest(bare, configuration_of(run.metrics), str(run.metrics["code_version"]))


def _copy_in(source: Path, place: Path) -> None:
    waiting = place.with_name(f".{place.name}.part")
    shutil.rmtree(waiting, ignore_errors=True)
    shutil.copytree(source, waiting)
    shutil.rmtree(place, ignore_errors=True)
    waiting.rename(place)
