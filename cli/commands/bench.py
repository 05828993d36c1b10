"""`tunefi bench`: what this machine reaches, to hold against docs/measurements.md."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.ingest import EVENTS, measure_ingestion
from benchmarks.ranking import ROUNDS, measure_ranking
from benchmarks.scale import DIMENSION, EPOCHS, SIZES, measure_scale
from cli.output import print_result
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from tunefi.settings import Settings

app = typer.Typer(help="Measure.", no_args_is_help=True)


@app.command()
def ingest(
    *,
    events: Annotated[int, typer.Option(min=100, help="Least number of logs of the chain.")] = EVENTS,
    as_json: AsJson = False,
) -> None:
    """Take a dense chain into an embedded graph, and into TUNEFI_GRAPH_URL if that is an empty Neo4j."""
    run_command(_ingest(events, as_json), as_json=as_json)


@app.command()
def scale(
    *,
    size: Annotated[
        list[int] | None, typer.Option(min=1_000, help="Interactions; repeat it for more than one size.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=0, help="Passes over all listeners.")] = EPOCHS,
    dimension: Annotated[int, typer.Option(help="Length of every vector.")] = DIMENSION,
    as_json: AsJson = False,
) -> None:
    """Train and rank made-up listening of 1, 3 and 10 million interactions: is the cost of each the same?"""
    run_command(_scale(sorted(size or SIZES), epochs, dimension, as_json), as_json=as_json)


async def _scale(sizes: list[int], epochs: int, dimension: int, as_json: bool) -> None:
    with ConsoleProgress("scale") as progress:
        found = await measure_scale(sizes, progress, settings={"epochs": epochs, "dimension": dimension})
    print_result(found, as_json=as_json)


@app.command()
def accuracy(
    directory: Annotated[Path, typer.Argument(help="Folder with train.txt, test.txt and perhaps valid.txt.")],
    *,
    dimension: Annotated[
        int | None, typer.Option(help="Length of every vector; default: the product's.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Default: the product's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train on a published split with the product's defaults, and measure the table that would be served."""
    given = {"dimension": dimension, "threads": threads}
    run_command(_accuracy(directory, given, as_json), as_json=as_json)


async def _accuracy(directory: Path, given: dict[str, int | None], as_json: bool) -> None:
    from benchmarks.accuracy import measure_accuracy
    from training.config import TrainingConfig

    config = TrainingConfig.model_validate(
        {name: value for name, value in given.items() if value is not None}
    )
    with ConsoleProgress("accuracy") as progress:
        found = await asyncio.to_thread(measure_accuracy, directory, config, progress)
    print_result(found, as_json=as_json)


@app.command()
def ranking(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="How often each ranks everything.")] = ROUNDS,
    as_json: AsJson = False,
) -> None:
    """Rank two large tables exactly, beside implicit and FAISS on the same numbers and threads."""
    run_command(_ranking(rounds, as_json), as_json=as_json)


@app.command("cold")
def cold_start(
    directory: Annotated[Path, typer.Argument(help="Folder with user_artists.dat and what lies beside it.")],
    *,
    epochs: Annotated[int | None, typer.Option(min=0, help="Passes over all listeners.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Take tracks and listeners out of the data and recommend them, or to them, as new ones."""
    run_command(_cold_start(directory, epochs, threads, as_json), as_json=as_json)


@app.command()
def relations(
    directory: Annotated[Path, typer.Argument(help="Folder with user_artists.dat, friends and tags.")],
    *,
    seed: Annotated[list[int] | None, typer.Option(min=0, help="Split; repeat it for more than one.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Train with and without friends, tags and each part of the network: what does each add?"""
    run_command(_relations(directory, seed, threads, as_json), as_json=as_json)


async def _relations(directory: Path, seeds: list[int] | None, threads: int, as_json: bool) -> None:
    from benchmarks.relations import SEEDS, measure_relations  # Loads torch.

    with ConsoleProgress("relations") as progress:
        found = await asyncio.to_thread(
            measure_relations, directory, {"threads": threads}, progress, tuple(seeds or SEEDS)
        )
    print_result(found, as_json=as_json)


async def _cold_start(directory: Path, epochs: int | None, threads: int, as_json: bool) -> None:
    from benchmarks.cold_start import measure_cold_start  # Loads torch.
    from training.config import TrainingConfig

    chosen = {"threads": threads} | ({} if epochs is None else {"epochs": epochs})
    config = TrainingConfig.model_validate(chosen)
    with ConsoleProgress("cold start") as progress:
        found = await asyncio.to_thread(measure_cold_start, directory, config, progress)
    print_result(found, as_json=as_json)


async def _ranking(rounds: int, as_json: bool) -> None:
    print_result(await asyncio.to_thread(measure_ranking, rounds=rounds), as_json=as_json)


async def _ingest(events: int, as_json: bool) -> None:
    found = await measure_ingestion(events, _neo4j(load_settings()))
    print_result(found, as_json=as_json)


def _neo4j(settings: Settings) -> dict[str, Any] | None:
    if not settings.graph_url or settings.graph_url.startswith("ladybug:"):
        return None
    return {
        "url": settings.graph_url,
        "user": settings.graph_user,
        "password": settings.graph_password.get_secret_value(),
    }
