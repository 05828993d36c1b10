"""Options that several commands have in common, each named and explained once."""

from pathlib import Path
from typing import Annotated

import typer

EpochNumber = Annotated[int, typer.Argument(min=1, help="Number of the epoch.")]
BundleFolder = Annotated[Path | None, typer.Option(help="Folder of the public bundle; default: this home's.")]
RpcUrl = Annotated[str | None, typer.Option(help="Node that is trusted; default: TUNEFI_RPC_URL.")]
GraphAddress = Annotated[
    str | None, typer.Option(help="RecommendationGraph; default: the one of the deployment's record.")
]
OpeningsFile = Annotated[
    Path | None, typer.Option(help="JSON file with openings: lists are looked into too.")
]
FromBlock = Annotated[int, typer.Option(min=0, help="Block from which the contract's events are read.")]
