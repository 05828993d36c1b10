"""`tunefi epoch`: build the next epoch, verify one as an outsider, or challenge it."""

from pathlib import Path

import typer

from cli.commands.challenge import challenge, demand
from cli.commands.gate import gate
from cli.commands.keeper import run_job_command
from cli.committed import CommittedEpoch, fetch_committed, graph_address
from cli.exit_codes import ExitCode
from cli.openings import load_openings_file
from cli.options import BundleFolder, EpochNumber, FromBlock, GraphAddress, OpeningsFile, RpcUrl
from cli.output import print_json, results
from cli.runner import AsJson, load_settings, run_command
from commitments.bundle import load_bundle
from commitments.faults import Report
from commitments.library import EpochLibrary
from commitments.verification import check_epoch, check_opening
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import EpochId
from tunefi.settings import Settings

app = typer.Typer(help="Build an epoch; verify or challenge one as an outsider.", no_args_is_help=True)


@app.command()
def build(*, as_json: AsJson = False) -> None:
    """Rank every listener with the newest model and write lists, trees and bundle of the next epoch."""
    run_job_command("build_epoch", as_json=as_json)


@app.command()
def verify(
    epoch: EpochNumber,
    *,
    bundle: BundleFolder = None,
    rpc: RpcUrl = None,
    contract: GraphAddress = None,
    openings: OpeningsFile = None,
    from_block: FromBlock = 0,
    as_json: AsJson = False,
) -> None:
    """Verify an epoch from a node and its public bundle, and lists with their openings.

    Ends with 0 when all is true, and with 5 when something is false; the first fault is named.
    """
    settings = load_settings(rpc_url=rpc)
    run_command(
        _verify(settings, EpochId(epoch), bundle, contract, openings, from_block, as_json), as_json=as_json
    )


async def _verify(
    settings: Settings,
    epoch: EpochId,
    bundle_folder: Path | None,
    contract: str | None,
    openings_file: Path | None,
    from_block: int,
    as_json: bool,
) -> ExitCode:
    openings = load_openings_file(openings_file) if openings_file else []
    bundle = load_bundle(bundle_folder or EpochLibrary(settings.paths).bundle(epoch))
    async with JsonRpc(*settings.rpc_url) as node:
        committed = await fetch_committed(node, graph_address(settings, contract), epoch, from_block)
    place = committed.place
    reports = {"bundle": check_epoch(bundle, committed.commitment, place)}
    for opening in openings:
        reports[f"list of {opening.address}"] = check_opening(
            opening, bundle, committed.commitment, place, committed.other_roots
        )
    _print(committed, reports, checked_lists=len(openings), as_json=as_json)
    return ExitCode.OK if all(report.ok for report in reports.values()) else ExitCode.FALSE


def _print(
    committed: CommittedEpoch, reports: dict[str, Report], *, checked_lists: int, as_json: bool
) -> None:
    ok = all(report.ok for report in reports.values())
    if as_json:
        print_json(
            {
                "ok": ok,
                "epoch": committed.commitment.epoch,
                "state": committed.state,
                "contract": committed.contract,
                "signers": list(committed.signers),
                "lists_checked": checked_lists,
                "reports": {name: report.to_json() for name, report in reports.items()},
            }
        )
        return
    for name, report in reports.items():
        results.print(name, markup=False, style="bold")
        for check in report.checks:
            results.print(
                f"  {'ok   ' if check.ok else 'FALSE'} {check.name:<16} {check.sentence}", markup=False
            )
    lists = f"{checked_lists} lists checked" if checked_lists else "lists not checked: give --openings"
    verdict = "everything that was checked is true" if ok else "something is FALSE"
    results.print(
        f"epoch {committed.commitment.epoch} is {committed.state}; {lists}; {verdict}", markup=False
    )


app.command()(gate)
app.command()(challenge)
app.command()(demand)
