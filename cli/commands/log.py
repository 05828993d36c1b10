"""`tunefi log`: the interaction log, checked and replicated."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Annotated, Any

import typer

from cli.compose import open_log
from cli.exit_codes import ExitCode
from cli.output import print_result
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from cli.validation import operators_of
from ingest.errors import BrokenChain
from ingest.hash_chain import ChainCheck, LogHead, parse_log_head
from ingest.http_log import HttpLog
from ingest.interaction_log import InteractionLog
from ingest.replication import LogSource, Replication
from ingest.signatures import find_forgery
from tunefi.ids import ChainId
from tunefi.log_client import LogClient
from tunefi.settings import Settings

app = typer.Typer(help="Check and replicate the interaction log.", no_args_is_help=True)


@app.command()
def verify(
    *,
    head: Annotated[
        str | None,
        typer.Option(help="POSITION:HASH that must be on the chain, such as the head of a snapshot."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the chain of hashes from the first entry; name the first broken one and what is wrong with it."""
    run_command(_verify(head, as_json), as_json=as_json)


async def _verify(head: str | None, as_json: bool) -> ExitCode:
    expected = parse_log_head(head) if head else None
    log = await asyncio.to_thread(open_log, load_settings())
    try:
        report = await _find_break(log, expected)
    finally:
        log.close()
    print_result({**report, "log": log.where}, as_json=as_json)
    return ExitCode.OK if report["ok"] else ExitCode.FALSE


async def _find_break(log: InteractionLog, expected: LogHead | None) -> dict[str, Any]:
    check, total = ChainCheck(log.read_rows, expected), log.head().position
    with ConsoleProgress("verifying the log") as progress:
        try:
            while await asyncio.to_thread(check.run_page):
                progress.update(check.head.position, max(total, check.head.position))
        except BrokenChain as broken:
            return {"ok": False, "broken_entry": broken.position, "reason": broken.reason}
    return {"ok": True, "entries": check.head.position, "head": check.head.hash}


@app.command()
def replicate(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A database URL, or the https:// address of a service.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Append what another keeper's log has beyond this one; each entry is checked, a fork is named.

    Safe to interrupt and to repeat: it goes on after the last entry that was taken over.
    """
    run_command(_replicate(source, as_json), as_json=as_json)


async def _replicate(source: str, as_json: bool) -> None:
    settings = load_settings()
    witness = partial(find_forgery, chain_id=ChainId(settings.chain_id), operators=operators_of(settings))
    with ExitStack() as stack:
        log = await asyncio.to_thread(open_log, settings)
        stack.callback(log.close)
        other = _open_source(source, settings, stack)
        work = await asyncio.to_thread(Replication, other, log, witness)
        start, total = work.start.position, work.source_head.position - work.start.position
        with ConsoleProgress(f"replicating from {other.where}") as progress:
            while await asyncio.to_thread(work.run_page):
                progress.update(work.head.position - start, total)
    report = {
        "entries": work.head.position - start,
        "position": work.head.position,
        "head": work.head.hash,
        "source_position": work.source_head.position,
        "from": other.where,
    }
    print_result(report, as_json=as_json)


def _open_source(source: str, settings: Settings, stack: ExitStack) -> LogSource:
    if source.startswith(("http://", "https://")):
        return HttpLog(stack.enter_context(LogClient(source, settings.replica_token.get_secret_value())))
    log = InteractionLog.existing(source)
    stack.callback(log.close)
    return log
