"""`tunefi epoch gate`: hold the model of the next epoch against the published gates."""

import asyncio
from typing import Annotated

import typer

from cli.compose import keeper_context, open_installation
from cli.exit_codes import ExitCode
from cli.output import print_json, results
from cli.runner import AsJson, load_settings, run_command
from keepers.chain_reads import read_latest_epoch
from keepers.context import KeeperContext
from keepers.errors import NoModelToGate
from keepers.gates import GateReport, load_last_table, measure_model
from keepers.model_choice import load_model_choice
from keepers.models import StoredModel, list_models
from keepers.snapshots import StoredSnapshot, find_latest_snapshot, find_snapshot
from tunefi.ids import EpochId, hex_of

_WORDS = {True: "ok    ", False: "FAILED", None: "-     "}

Model = Annotated[
    str | None, typer.Option(help="The beginning of a model's digest; default: the next epoch's model.")
]


def gate(*, model: Model = None, as_json: AsJson = False) -> None:
    """Hold a model against the gates that it must pass before keepers sign it; nothing is written.

    Ends with 0 when no gate failed and with 5 when one did.
    """
    run_command(_gate(model, as_json), as_json=as_json)


async def _gate(name: str | None, as_json: bool) -> ExitCode:
    async with open_installation(load_settings()) as installation:
        context = keeper_context(installation)
        snapshot, model = _find(context, name)
        last = await load_last_table(context, EpochId(await read_latest_epoch(context) + 1))
        report = await asyncio.to_thread(measure_model, context, snapshot, model, last)
    _print(model, report, as_json)
    return ExitCode.OK if report.ok else ExitCode.FALSE


def _find(context: KeeperContext, name: str | None) -> tuple[StoredSnapshot, StoredModel]:
    newest = find_latest_snapshot(context.home)
    if name is None:
        found = (
            load_model_choice(context.home, context.choices.dimension).find(newest.digest) if newest else None
        )
    else:
        wanted = name.removeprefix("0x")
        named = [one for one in list_models(context.home) if one.model_digest.hex().startswith(wanted)]
        found = named[0] if len(named) == 1 else None
    snapshot = find_snapshot(context.home, found.snapshot_digest) if found else None
    if found is None or snapshot is None:
        raise NoModelToGate(name)
    return snapshot, found


def _print(model: StoredModel, report: GateReport, as_json: bool) -> None:
    if as_json:
        print_json({"ok": report.ok, "model_digest": hex_of(model.model_digest), **report.to_json()})
        return
    for one in report.gates:
        results.print(f"{_WORDS[one.passed]} {one.name:<15} {one.sentence}", markup=False)
    verdict = "no gate failed" if report.ok else "it must not be signed"
    head = report.log_head.position
    results.print(f"model {model.path.name}, log up to entry {head}: {verdict}", markup=False)
