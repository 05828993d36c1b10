"""Which pairs trained models are tested on, as `tunefi evaluate` and `tunefi compare` ask for them.

Owns the three options. Refuses to know what is measured.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recsys.table import EmbeddingTable
from tunefi.errors import FinalError

if TYPE_CHECKING:
    from training.data.parts import Split

DataFolder = Annotated[Path | None, typer.Option(help="Folder with train.txt and test.txt.")]
LaterSnapshot = Annotated[Path | None, typer.Option(help="A snapshot later than the model's.")]
TrainedOn = Annotated[Path | None, typer.Option(help="The snapshot that the model learned from.")]


class NothingToTestOn(FinalError):
    """It was not said on which pairs a model is to be tested."""

    def __init__(self) -> None:
        super().__init__(
            "name what to test on: --data with the folder of train.txt and test.txt, or --snapshot with a "
            "later snapshot and --trained-on with the one that the model learned from"
        )


def load_held_out(
    table: EmbeddingTable, data: Path | None, snapshot: Path | None, trained_on: Path | None
) -> "Split":
    """Return the parts of the data that was named.

    Raises:
        NothingToTestOn: Neither of the two ways to name it was used, or both.
        OtherData: The model learned from something else.
    """
    # Here, because a service is installed without what training needs.
    from training.evaluation.held_out import held_out_of_text, held_out_since

    if data is not None and snapshot is None and trained_on is None:
        return held_out_of_text(table, data)
    if data is None and snapshot is not None and trained_on is not None:
        return held_out_since(table, trained_on, snapshot)
    raise NothingToTestOn
