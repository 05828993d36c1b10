"""Train a model from the newest snapshot, in a process of its own."""

import shutil

from keepers.context import KeeperContext
from keepers.errors import TrainingFailed
from keepers.model_choice import load_model_choice
from keepers.models import load_model, training_folder
from keepers.report import JobReport, Outcome
from keepers.snapshots import find_latest_snapshot
from keepers.training_process import run_training
from tunefi.progress import Progress

NAME = "train"


async def run(context: KeeperContext, progress: Progress) -> JobReport:
    """Train where the newest snapshot has no model yet of the chosen dimension, or as the promoted one.

    An interrupted run goes on from its checkpoint.

    Raises:
        PromotedModelMissing: The promoted model was moved away.
        TrainingFailed: The program ended with an error.
    """
    snapshot = find_latest_snapshot(context.home)
    if snapshot is None:
        return JobReport(NAME, Outcome.WAITING, "no snapshot has been cut yet")
    choice = load_model_choice(context.home, context.choices.dimension)
    known = choice.find(snapshot.digest)
    if known is not None:
        return JobReport(NAME, Outcome.NOTHING, f"the newest snapshot has model {known.path.name}")
    if (withdrawn := choice.find_withdrawn(snapshot.digest)) is not None:
        return JobReport(NAME, Outcome.WAITING, _why_not(withdrawn.path.name))
    out = training_folder(context.home, snapshot.digest)
    await run_training(snapshot.path, out, context.choices, progress, choice.settings)
    model = load_model(out)
    if model is None:
        raise TrainingFailed(0, f"it left no embedding table in {out.name}")
    place = context.home.model(model.model_digest)
    shutil.rmtree(place, ignore_errors=True)
    out.rename(place)
    return JobReport(NAME, Outcome.DONE, f"model {place.name} of snapshot {snapshot.path.name}")


def _why_not(name: str) -> str:
    return (
        f"training would give model {name} again, which was rolled back; waiting for a newer snapshot, "
        "or for `tunefi models promote`"
    )
