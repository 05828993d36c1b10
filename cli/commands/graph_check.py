"""`tunefi graph check`: whether the graph is what it must be."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated

import typer

from cli.compose import deployment_file, log_url, open_graph
from cli.exit_codes import ExitCode
from cli.output import print_check, print_json
from cli.runner import AsJson, load_settings, run_command
from graph_schema.store import GraphStore
from ingest.chain_journal import ChainJournal
from ingest.chain_sums import check_sums
from ingest.graph_check import check_graph
from ingest.interaction_log import InteractionLog
from tunefi.chain.deployment import load_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.check_result import CheckResult
from tunefi.settings import Settings

NoNode = Annotated[bool, typer.Option("--no-node", help="Ask no node: leave the sums of the contracts out.")]


def check(*, no_node: NoNode = False, as_json: AsJson = False) -> None:
    """Check keys, relationships, undo records and cursors, and sums against the contracts."""
    run_command(_check(no_node, as_json), as_json=as_json)


async def _check(no_node: bool, as_json: bool) -> ExitCode:
    settings = load_settings()
    found: list[CheckResult] = []
    async with AsyncExitStack() as stack:
        store = await open_graph(settings)
        stack.push_async_callback(store.close)
        async for finding in _findings(settings, store, stack, no_node=no_node):
            found.append(finding)
            if not as_json:
                print_check(finding)
    ok = all(finding.ok for finding in found)
    if as_json:
        print_json({"ok": ok, "checks": [finding.as_dict() for finding in found]})
    return ExitCode.OK if ok else ExitCode.FALSE


async def _findings(
    settings: Settings, store: GraphStore, stack: AsyncExitStack, *, no_node: bool
) -> AsyncIterator[CheckResult]:
    journal = stack.enter_context(ChainJournal(log_url(settings), settings.chain_id))
    log = InteractionLog(log_url(settings))
    stack.callback(log.close)
    async for finding in check_graph(store, journal, log, settings.chain_id):
        yield finding
    if not no_node:
        rpc = await stack.enter_async_context(JsonRpc(*settings.rpc_url))
        await rpc.check_chain_id(settings.chain_id)
        async for finding in check_sums(store, rpc, load_deployment(deployment_file(settings))):
            yield finding
