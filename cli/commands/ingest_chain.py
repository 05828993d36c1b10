"""`tunefi ingest chain`: the events of a chain into a graph, up to a block or for ever."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.metrics.ingestion_readings import ChainReadings
from api.metrics.instruments import Metrics
from api.metrics.node_readings import NodeReadings
from api.metrics.server import serve_metrics
from cli.compose import deployment_file, graph_url, log_url, open_graph
from cli.errors import SecondIngester
from cli.output import messages, print_result
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from graph_schema.errors import StaleCursor
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower, FollowerStatus, Goal
from tunefi.chain.deployment import load_deployment
from tunefi.chain.new_heads import NewHeads
from tunefi.chain.rpc import JsonRpc
from tunefi.errors import RetryableError
from tunefi.progress import Progress
from tunefi.settings import Settings

_LOG = logging.getLogger(__name__)
_SECONDS_BETWEEN_STEPS = 0.5
_TAGS: dict[str, Goal] = {"latest": "latest", "finalized": "finalized"}


def chain(
    *,
    rpc: Annotated[
        list[str] | None, typer.Option(help="A node; give several for failover. Default: TUNEFI_RPC_URL.")
    ] = None,
    deployment: Annotated[Path | None, typer.Option(help="Record of the contracts' addresses.")] = None,
    graph: Annotated[str | None, typer.Option(help="`ladybug:PATH` or `neo4j://HOST:PORT`.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take in what there is now, and end.")] = False,
    to: Annotated[
        str, typer.Option(help="How far: `latest`, `finalized`, or the height of a block, where it ends.")
    ] = "latest",
    metrics_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Show metrics to this machine at this port; 0: a free one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take the events of a chain into a graph, every event once, whatever the chain and the nodes do.

    It follows the chain until it is stopped, or has reached the block of `--to`. Ctrl-C leaves a graph that
    is whole up to some block, and the same command goes on from there. What is read is journalled beside the
    interaction log of this home.
    """
    goal = _parse_goal(to)
    settings = load_settings(rpc_url=tuple(rpc or ()) or None, deployment=deployment, graph_url=graph)
    work = _chain(settings, goal, once, metrics_port, as_json)
    run_command(work, as_json=as_json)


def _parse_goal(to: str) -> Goal:
    """Return how far to go: to the head, to the last final block, or to a height."""
    if to in _TAGS:
        return _TAGS[to]
    if to.isascii() and to.isdigit():
        return int(to)
    raise typer.BadParameter(f"{to!r} is not latest, finalized or the height of a block", param_hint="--to")


async def _chain(settings: Settings, goal: Goal, once: bool, metrics_port: int | None, as_json: bool) -> None:
    metrics = Metrics()
    async with _open_follower(settings, metrics) as follower, _shown(metrics, metrics_port):
        with ConsoleProgress("ingest chain") as progress:
            showing = asyncio.create_task(_show(follower.status, goal, progress))
            try:
                await _follow(follower, settings, goal, once)
            except StaleCursor as error:
                raise SecondIngester(graph_url(settings)) from error
            finally:
                showing.cancel()
                with suppress(asyncio.CancelledError):
                    await showing
    print_result(asdict(follower.status), as_json=as_json)


@asynccontextmanager
async def _open_follower(settings: Settings, metrics: Metrics) -> AsyncIterator[ChainFollower]:
    settings.paths.create()
    deployment = load_deployment(deployment_file(settings))
    async with AsyncExitStack() as stack:
        rpc = await stack.enter_async_context(JsonRpc(*settings.rpc_url))
        await rpc.check_identity(deployment.identity)
        store = await open_graph(settings)
        stack.push_async_callback(store.close)
        journal = await asyncio.to_thread(ChainJournal, log_url(settings), deployment.chain_id)
        stack.callback(journal.close)
        follower = ChainFollower(
            rpc,
            store,
            deployment,
            window_blocks=settings.reorg_window_blocks,
            sample_share=settings.rpc_sample_share,
            telemetry=metrics,
            journal=journal,
        )
        metrics.registry.register(ChainReadings(follower.status))
        metrics.registry.register(NodeReadings(rpc))
        yield follower


@asynccontextmanager
async def _shown(metrics: Metrics, port: int | None) -> AsyncIterator[None]:
    """Show metrics meanwhile, where a port is given."""
    if port is None:
        yield
        return
    with serve_metrics(metrics, port) as taken:
        messages.print(f"metrics at http://127.0.0.1:{taken}/metrics", markup=False)
        yield


async def _follow(follower: ChainFollower, settings: Settings, goal: Goal, once: bool) -> None:
    """Follow until the goal is reached, once, or for ever; wait out what passes by."""
    async with NewHeads(settings.rpc_ws_url) as heads:
        while True:
            try:
                status = await follower.follow_to_head(to=goal)
            except RetryableError as error:
                if once:
                    raise
                _LOG.warning("ingestion waits: %s", error)
            else:
                if once or (isinstance(goal, int) and (status.applied_block or 0) >= goal):
                    return
            await heads.wait(settings.poll_interval_seconds, only_blocks=True)


async def _show(status: FollowerStatus, goal: Goal, progress: Progress) -> None:
    """Show how many of the blocks are done that there were to do."""
    begun: int | None = None
    while True:
        end = {"latest": status.head_block, "finalized": status.final_block}.get(str(goal), status.head_block)
        end = min(goal, end) if isinstance(goal, int) and end is not None else end
        if status.applied_block is not None and end is not None:
            begun = status.applied_block if begun is None else begun
            detail = f"block {status.applied_block} of {end}"
            progress.update(status.applied_block - begun, max(end - begun, 0), detail)
        await asyncio.sleep(_SECONDS_BETWEEN_STEPS)
