"""`tunefi graph rebuild`: the graph anew, from journal and log alone."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.compose import deployment_file, graph_url, log_url, open_graph
from cli.errors import NoPlaceForGraph
from cli.exit_codes import ExitCode
from cli.output import messages, print_result
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from graph_schema.kept_blocks import read_settled_block
from graph_schema.open_store import open_store
from graph_schema.row_differences import RowDifference, find_row_differences
from graph_schema.snapshot import read_snapshot
from graph_schema.store import GraphStore
from graph_schema.switching import drop_graph, switch_graphs
from ingest.chain_journal import ChainJournal, Place
from ingest.interaction_log import InteractionLog
from ingest.rebuild import GraphRebuild, RebuildGoal
from tunefi.chain.deployment import load_deployment
from tunefi.ids import hex_of
from tunefi.settings import Settings

Into = Annotated[
    str, typer.Option(help="Address of an empty graph to build; default: beside the embedded one, switched.")
]
EvenIfDifferent = Annotated[
    bool, typer.Option("--even-if-different", help="Switch although the old graph holds something else.")
]
_LADYBUG = "ladybug:"
_SHOWN = 20


def rebuild(*, into: Into = "", even_if_different: EvenIfDifferent = False, as_json: AsJson = False) -> None:
    """Build the graph anew from journal and log, compare the digests, and switch; the old one is kept."""
    run_command(_rebuild(into, even_if_different, as_json), as_json=as_json)


async def _rebuild(into: str, even_if_different: bool, as_json: bool) -> ExitCode:
    settings = load_settings()
    target = into or _beside(graph_url(settings))
    differences = await _build(settings, target)
    same = not differences
    result: dict[str, Any] = {"same": same, "graph": target, "differences": len(differences)}
    if not into and (same or even_if_different):
        current = Path(graph_url(settings).removeprefix(_LADYBUG))
        kept = switch_graphs(Path(target.removeprefix(_LADYBUG)), current)
        result |= {"graph": f"{_LADYBUG}{current}", "kept": str(kept)}
    _tell(differences, switched="kept" in result)
    print_result(result, as_json=as_json)
    return ExitCode.OK if same or even_if_different else ExitCode.FALSE


def _beside(url: str) -> str:
    """Where the new graph is built until it takes the place of the old one."""
    if not url.startswith(_LADYBUG):
        raise NoPlaceForGraph(url)
    return f"{url}.rebuilding"


async def _build(settings: Settings, target: str) -> list[RowDifference]:
    """Build the graph at `target` to where the old one is, and return what differs."""
    async with AsyncExitStack() as stack:
        old = await open_graph(settings)
        stack.push_async_callback(old.close)
        journal = stack.enter_context(ChainJournal(log_url(settings), settings.chain_id))
        log = InteractionLog(log_url(settings))
        stack.callback(log.close)
        new = await _open_target(settings, target, journal, log)
        stack.push_async_callback(new.close)
        deployment = load_deployment(deployment_file(settings))
        with ConsoleProgress("rebuild") as progress:
            await GraphRebuild(journal, log, deployment, new).run(await _goal(settings, old), progress)
        return await _compare(old, new, settings.chain_id)


async def _open_target(
    settings: Settings, target: str, journal: ChainJournal, log: InteractionLog
) -> GraphStore:
    """The graph that an interrupted run left, unless the chain has taken its blocks back since."""
    store = await _open(settings, target)
    rebuild_ = GraphRebuild(journal, log, load_deployment(deployment_file(settings)), store)
    if target.startswith(_LADYBUG) and not await rebuild_.is_on_branch():
        await store.close()
        drop_graph(Path(target.removeprefix(_LADYBUG)))
        store = await _open(settings, target)
    return store


async def _open(settings: Settings, url: str) -> GraphStore:
    return await open_store(
        url, user=settings.graph_user, password=settings.graph_password.get_secret_value()
    )


async def _goal(settings: Settings, old: GraphStore) -> RebuildGoal:
    cursors = await old.read_cursors()
    chain, log = cursors.get(f"chain:{settings.chain_id}"), cursors.get("log")
    block = Place(chain.position, chain.hash) if chain else Place(0, "")
    return RebuildGoal(block, log.position if log else 0)


async def _compare(old: GraphStore, new: GraphStore, chain_id: int) -> list[RowDifference]:
    settled = await read_settled_block(old, chain_id)
    before, after = await read_snapshot(old, settled, chain_id), await read_snapshot(new, settled, chain_id)
    messages.print(
        f"digest of the old graph {hex_of(before.digest)}, of the new one {hex_of(after.digest)}, "
        f"at block {settled.number} and log entry {before.log_head.position}"
    )
    return [] if before.digest == after.digest else find_row_differences(after, before)


def _tell(differences: list[RowDifference], *, switched: bool) -> None:
    for row in differences[:_SHOWN]:
        messages.print(f"{row.kind} {row.key}: new {row.mine}, old {row.other}", markup=False)
    if differences and not switched:
        messages.print("the graphs differ, so nothing was switched; --even-if-different takes the new one")
