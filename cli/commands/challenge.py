"""`tunefi epoch challenge` and `tunefi epoch demand`: hold keepers to what they committed.

Anyone can: no keeper's key, no graph and no home is needed, only a node, for challenges the public bundle,
and for a list its opening.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.committed import CommittedEpoch, fetch_committed, graph_address
from cli.errors import KeyMissing
from cli.exit_codes import ExitCode
from cli.openings import load_openings_file
from cli.options import BundleFolder, EpochNumber, FromBlock, GraphAddress, OpeningsFile, RpcUrl
from cli.output import print_json, results
from cli.runner import AsJson, load_settings, run_command
from commitments.bundle import load_bundle
from commitments.evidence import Evidence, find_evidence
from commitments.graph_calls import GraphCall, build_listener_demand, build_track_demand
from commitments.known_epoch import build_known_epoch
from commitments.library import EpochLibrary
from tunefi.chain.artifact import load_abi
from tunefi.chain.contract import Contract
from tunefi.chain.events import ChainEvent, decode_logs
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import TransactionSender
from tunefi.chain.signing import Signer
from tunefi.ids import EpochId
from tunefi.settings import Settings


def challenge(
    epoch: EpochNumber,
    *,
    bundle: BundleFolder = None,
    openings: OpeningsFile = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send the first challenge; TUNEFI_CHALLENGER_KEY pays the gas.")
    ] = False,
    rpc: RpcUrl = None,
    contract: GraphAddress = None,
    from_block: FromBlock = 0,
    as_json: AsJson = False,
) -> None:
    """Look for what is false in an epoch, and with --send prove it to the contract.

    Ends with 0 when nothing is false or a challenge won, with 5 when something is false and nothing was
    sent. The bounty goes to the listener where a list is false, and otherwise to the sender.
    """
    settings = load_settings(rpc_url=rpc)
    number = EpochId(epoch)
    run_command(
        _challenge(settings, number, contract, from_block, bundle, openings, send, as_json), as_json=as_json
    )


def demand(
    epoch: EpochNumber,
    *,
    track: Annotated[
        int | None, typer.Option(min=0, help="Row of a track that is withheld; without it, your own list.")
    ] = None,
    rpc: RpcUrl = None,
    contract: GraphAddress = None,
    from_block: FromBlock = 0,
    as_json: AsJson = False,
) -> None:
    """Demand your own list of an epoch, or a track, from its keepers.

    The account of TUNEFI_CHALLENGER_KEY asks and pays the deposit. Keepers must answer on the chain in time;
    otherwise anyone can make the epoch invalid, and the deposit comes back.
    """
    settings = load_settings(rpc_url=rpc)
    run_command(_demand(settings, EpochId(epoch), contract, from_block, track, as_json), as_json=as_json)


async def _challenge(
    settings: Settings,
    epoch: EpochId,
    contract: str | None,
    from_block: int,
    folder: Path | None,
    openings_file: Path | None,
    send: bool,
    as_json: bool,
) -> ExitCode:
    signer = _challenger(settings) if send else None
    openings = load_openings_file(openings_file) if openings_file else []
    bundle = load_bundle(folder or EpochLibrary(settings.paths).bundle(epoch))
    async with JsonRpc(*settings.rpc_url) as node:
        committed = await fetch_committed(node, graph_address(settings, contract), epoch, from_block)
        known = build_known_epoch(bundle, committed.commitment, committed.signers, committed.place)
        found = find_evidence(known, openings)
        if not as_json:
            _print_found(found, opens=(known.opens_tracks, known.opens_listeners), lists=len(openings))
        events = await _send(node, committed, found[0].call, signer) if found and signer else []
    if as_json:
        print_json(_as_json(committed, found, events))
    else:
        _print_events(events)
    return ExitCode.FALSE if found and not events else ExitCode.OK


async def _demand(
    settings: Settings, epoch: EpochId, contract: str | None, from_block: int, row: int | None, as_json: bool
) -> None:
    signer = _challenger(settings)
    async with JsonRpc(*settings.rpc_url) as node:
        committed = await fetch_committed(node, graph_address(settings, contract), epoch, from_block)
        about = (committed.commitment, committed.signers)
        call = build_listener_demand(*about) if row is None else build_track_demand(*about, row)
        graph = Contract(committed.contract, load_abi("RecommendationGraph"))
        needed_wei = await graph.read(node, "listenerDeposit" if row is None else "trackDeposit")
        # The base fee may rise until the block; what is too much is credited back.
        events = await _send(node, committed, call, signer, value_wei=2 * needed_wei)
    (demanded,) = (event for event in events if event.name.endswith("Demanded"))
    if as_json:
        print_json({"epoch": epoch, **_event_as_json(demanded)})
    else:
        results.print(
            f"demand 0x{demanded.arguments['demandId'].hex()} of epoch {epoch}, deposit "
            f"{demanded.arguments['deposit']} wei; keepers can answer until second "
            f"{demanded.arguments['answerBy']}",
            markup=False,
        )


def _challenger(settings: Settings) -> Signer:
    if settings.challenger_key is None:
        raise KeyMissing("TUNEFI_CHALLENGER_KEY", "the private key of whoever challenges and pays the gas")
    return Signer.from_hex(settings.challenger_key.get_secret_value())


async def _send(
    node: JsonRpc, committed: CommittedEpoch, call: GraphCall, signer: Signer, value_wei: int = 0
) -> list[ChainEvent]:
    """Send a call and return what it logged."""
    graph, staking = load_abi("RecommendationGraph"), load_abi("StakingContract")
    contract = Contract(committed.contract, graph)
    transaction = contract.transaction(call.function, *call.arguments, value_wei=value_wei)
    receipt = await TransactionSender(node, signer).send(transaction)
    abis = {log.address: graph if log.address == committed.contract else staking for log in receipt.logs}
    return decode_logs(receipt.logs, abis).events


def _as_json(committed: CommittedEpoch, found: list[Evidence], events: list[ChainEvent]) -> dict[str, Any]:
    return {
        "epoch": committed.commitment.epoch,
        "state": committed.state,
        "contract": committed.contract,
        "found": [
            {"fault": one.fault, "sentence": one.sentence, "challenge": one.call.function} for one in found
        ],
        "events": [_event_as_json(event) for event in events],
    }


def _event_as_json(event: ChainEvent) -> dict[str, Any]:
    values = {
        name: f"0x{value.hex()}" if isinstance(value, bytes) else value
        for name, value in event.arguments.items()
        if not isinstance(value, (tuple, list, dict))
    }
    return {"event": event.name, **values}


def _print_found(found: list[Evidence], *, opens: tuple[bool, bool], lists: int) -> None:
    for one in found:
        results.print(f"FALSE {one.fault:<14} {one.sentence}; {one.call.function} proves it", markup=False)
    for opened, what in zip(opens, ("tracks", "listeners"), strict=True):
        if not opened:
            results.print(
                f"the {what} of this bundle are not the committed ones, so nothing about them can be proven: "
                "demand them with `tunefi epoch demand`",
                markup=False,
            )
    if not found:
        looked = f"{lists} lists" if lists else "no list: give --openings"
        results.print(f"nothing false was found; looked into tracks, rows and {looked}", markup=False)


def _print_events(events: list[ChainEvent]) -> None:
    for event in events:
        if event.name == "EpochInvalidated":
            results.print("the challenge won; the epoch is invalid", markup=False)
        elif event.name == "BountyPaid":
            amount, to = event.arguments["amount"], event.arguments["to"]
            results.print(f"{amount} wei of TuneToken went to {to}", markup=False)
