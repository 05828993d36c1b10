"""`tunefi epoch`: build the next epoch, or verify one as an outsider."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic_core import from_json

from cli.commands.keeper import run_job_command
from cli.committed import CommittedEpoch, fetch_committed
from cli.compose import deployment_file
from cli.exit_codes import ExitCode
from cli.output import print_json, results
from cli.runner import AsJson, load_settings, run_command
from commitments.bundle import load_bundle
from commitments.faults import Report
from commitments.library import EpochLibrary
from commitments.opening import Opening, parse_opening
from commitments.verification import check_epoch, check_opening
from tunefi.chain.deployment import load_deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.errors import FinalError
from tunefi.ids import EpochId, parse_address
from tunefi.settings import Settings

app = typer.Typer(help="Build an epoch, or verify one as an outsider.", no_args_is_help=True)


class OpeningsUnreadable(FinalError):
    """A file of openings cannot be read."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path}: {problem}; it holds an opening, a list of them, or an answer of the API")


@app.command()
def build(*, as_json: AsJson = False) -> None:
    """Rank every listener with the newest model and write lists, trees and bundle of the next epoch."""
    run_job_command("build_epoch", as_json=as_json)


@app.command()
def verify(
    epoch: Annotated[int, typer.Argument(min=1, help="Number of the epoch.")],
    *,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of the public bundle; default: this home's.")
    ] = None,
    rpc: Annotated[str | None, typer.Option(help="Node that is trusted; default: TUNEFI_RPC_URL.")] = None,
    contract: Annotated[
        str | None, typer.Option(help="RecommendationGraph; default: the one of the deployment's record.")
    ] = None,
    openings: Annotated[
        Path | None, typer.Option(help="JSON file with openings: lists are checked too.")
    ] = None,
    from_block: Annotated[
        int, typer.Option(min=0, help="Block from which the contract's events are read.")
    ] = 0,
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
    openings = _load_openings(openings_file) if openings_file else []
    bundle = load_bundle(bundle_folder or EpochLibrary(settings.paths).bundle(epoch))
    address = (
        parse_address(contract)
        if contract
        else load_deployment(deployment_file(settings)).contract("RecommendationGraph").address
    )
    async with JsonRpc(settings.rpc_url) as node:
        committed = await fetch_committed(node, address, epoch, from_block)
    place = committed.commitment.place(committed.chain_id, committed.contract)
    reports = {"bundle": check_epoch(bundle, committed.commitment, place)}
    for opening in openings:
        reports[f"list of {opening.address}"] = check_opening(
            opening, bundle, committed.commitment, place, committed.other_roots
        )
    _print(committed, reports, checked_lists=len(openings), as_json=as_json)
    return ExitCode.OK if all(report.ok for report in reports.values()) else ExitCode.FALSE


def _load_openings(path: Path) -> list[Opening]:
    try:
        value: Any = from_json(path.read_bytes())
    except OSError as error:
        raise OpeningsUnreadable(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise OpeningsUnreadable(path, f"not JSON ({error})") from error
    if isinstance(value, dict) and isinstance(value.get("opening"), dict):
        value = value["opening"]
    return [parse_opening(item) for item in (value if isinstance(value, list) else [value])]


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
