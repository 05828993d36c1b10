"""`tunefi log`: the interaction log, checked and replicated."""

import asyncio
from typing import Annotated, Any

import typer

from cli.compose import open_log
from cli.exit_codes import ExitCode
from cli.output import print_result
from cli.progress import ConsoleProgress
from cli.runner import AsJson, load_settings, run_command
from ingest.errors import BrokenChain
from ingest.hash_chain import LogHead, parse_log_head
from ingest.interaction_log import InteractionLog

app = typer.Typer(help="Check and replicate the interaction log.", no_args_is_help=True)


@app.callback()
def _log() -> None:
    """Keep `verify` a command of its own while it is the only one."""


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
        report = await asyncio.to_thread(_find_break, log, expected)
    finally:
        log.close()
    print_result(report, as_json=as_json)
    return ExitCode.OK if report["ok"] else ExitCode.FALSE


def _find_break(log: InteractionLog, expected: LogHead | None) -> dict[str, Any]:
    with ConsoleProgress("verifying the log") as progress:
        try:
            reached = log.check_chain(expected, progress)
        except BrokenChain as broken:
            return {"ok": False, "broken_entry": broken.position, "reason": broken.reason, "log": log.where}
    return {"ok": True, "entries": reached.position, "head": reached.hash, "log": log.where}
