"""Stage 6: a false epoch is committed and disproved, governance refills the keeper set, a true epoch follows.

Owns the story. Every step looks at the chain first, so an interrupted run goes on where it stopped.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.demo.cast import Cast
from cli.demo.economy import Economy
from cli.demo.epoch_stage import commit_next_epoch
from cli.demo.false_epoch import FalseEpoch, build_false_epoch
from cli.demo.graph_stage import cut_snapshot
from cli.demo.model_stage import make_model
from cli.demo.options import MIN_BOND_WEI
from cli.demo.proposal import Proposal, decide
from cli.errors import StageFailed
from cli.ingestion import Ingestion
from commitments.epoch_state import EpochState
from commitments.evidence import find_list_evidence
from commitments.known_epoch import known_from_epoch
from ingest.importers.hetrec import derive_listeners, load_hetrec
from keepers.chain_reads import read_epoch_state, read_keeper_set, read_latest_epoch
from keepers.context import KeeperContext
from tunefi.chain.events import decode_logs
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.chain.signing import Signer
from tunefi.ids import Address, EpochId, Wei
from tunefi.progress import Progress

_STAGE = "challenge"
_GAS_MONEY_WEI = 10**18
DECISION = (
    "Two keepers signed a false epoch and are out. Take two new ones in; two of three sign from now on."
)


@dataclass(frozen=True)
class Scene:
    """Who takes part in the stage, and with what."""

    context: KeeperContext
    ingestion: Ingestion
    cast: Cast
    listeners: dict[Address, Signer]

    @property
    def sender(self) -> TransactionSender:
        """Signs with anyone of the cast."""
        return TransactionSender(self.context.rpc, self.cast.deployer)


def derive_listener_signers(dataset: Path, cast: Cast) -> dict[Address, Signer]:
    """Return the made-up accounts of all listeners by address."""
    signers = derive_listeners(load_hetrec(dataset), cast.mnemonic).values()
    return {signer.address: signer for signer in signers}


async def disprove_an_epoch(scene: Scene, claimant: Address, progress: Progress) -> dict[str, Any]:
    """Commit a false epoch, challenge it, refill the keeper set by a vote, and commit a true epoch.

    Args:
        scene: Who takes part.
        claimant: The listener whose list is made false, and who challenges it.

    Returns:
        Number of the false epoch, of the one that stayed in force, of the true one that followed, and the
        bounty in wei.
    """
    progress.update(0, 5, "two keepers sign a false epoch; its listener challenges it")
    lost = await _lose_an_epoch(scene, claimant)
    progress.update(1, 5, "governance takes two keepers in")
    await _refill(scene, progress)
    progress.update(2, 5, "taking it all in")
    block = int(await scene.context.rpc.call("eth_blockNumber"), 16)
    snapshot = await cut_snapshot(scene.context, scene.ingestion, {"block": block}, progress)
    progress.update(3, 5, "training on it")
    await make_model(scene.context, snapshot["snapshot"], progress)
    progress.update(4, 5, "a true epoch")
    true_epoch = await commit_next_epoch(scene.context, progress)
    await scene.ingestion.catch_up()
    progress.update(5, 5, "the true epoch is final")
    return {**lost, "true_epoch": true_epoch}


async def _lose_an_epoch(scene: Scene, listener: Address) -> dict[str, Any]:
    context = scene.context
    latest = await read_latest_epoch(context)
    for number in range(2, latest + 1):
        if await read_epoch_state(context, EpochId(number)) is EpochState.INVALID:
            return {"false_epoch": number, "kept_epoch": number - 1}
    if context.library.load_commitment(latest) is None:
        raise StageFailed(_STAGE, f"the run was interrupted before epoch {latest} could be challenged")
    keepers = await read_keeper_set(context)
    liars = [keeper for keeper in scene.cast.keepers if keeper.address in keepers.members][: keepers.quorum]
    cid = context.library.load_bundle(latest).cid()
    lie = await build_false_epoch(context, EpochId(latest + 1), listener, liars, cid)
    challenger = scene.listeners[listener]
    await _give_gas_money(scene, challenger)
    bounty_wei = await _commit_and_challenge(scene, lie, challenger)
    kept = int(await context.recommendation_graph.read(context.rpc, "latestFinal"))
    if kept != latest or await read_epoch_state(context, EpochId(latest + 1)) is not EpochState.INVALID:
        raise StageFailed(_STAGE, f"epoch {latest + 1} was challenged and is not invalid")
    return {"false_epoch": latest + 1, "kept_epoch": kept, "bounty_wei": str(bounty_wei)}


async def _commit_and_challenge(scene: Scene, lie: FalseEpoch, challenger: Signer) -> Wei:
    """Send the commitment and at once the challenge, for the window is seconds; return the bounty."""
    context, signed = scene.context, lie.signed
    graph = context.recommendation_graph
    known = known_from_epoch(lie.epoch, signed.struct, signed.signers)
    evidence = next(find_list_evidence(known, lie.opening))
    challenge = graph.transaction(evidence.call.function, *evidence.call.arguments, signer=challenger)
    arguments = (signed.struct.to_tuple(), list(signed.signers), list(signed.signatures))
    commit = graph.transaction("commit", *arguments)
    sender = scene.sender
    await sender.send(commit)
    receipt = await sender.send(challenge)
    events = decode_logs(receipt.logs, context.deployment.abis()).events
    (paid,) = (event for event in events if event.name == "BountyPaid")
    if paid.arguments["to"] != challenger.address or not paid.arguments["amount"]:
        raise StageFailed(_STAGE, f"the bounty went to {paid.arguments['to']}, not to the listener")
    return Wei(paid.arguments["amount"])


async def _refill(scene: Scene, progress: Progress) -> None:
    """Have the newcomers bonded, and let token and stakes decide that they are keepers."""
    context, cast = scene.context, scene.cast
    keepers = await read_keeper_set(context)
    if len(keepers.members) >= keepers.quorum:
        return
    economy = Economy(scene.sender, context.deployment, cast)
    await economy.bond_keepers(MIN_BOND_WEI, cast.newcomers)
    members = sorted({*keepers.members, *(newcomer.address for newcomer in cast.newcomers)})
    call = context.recommendation_graph.transaction("setKeepers", members, keepers.quorum)
    voters = [cast.deployer, *await economy.delegate_to_themselves(list(scene.listeners.values()))]
    governance = context.deployment.contract("Governance")
    await decide(scene.sender, governance, Proposal((call,), DECISION), voters, progress)


async def _give_gas_money(scene: Scene, account: Signer) -> None:
    balance = int(await scene.context.rpc.call("eth_getBalance", account.address, "latest"), 16)
    if balance < _GAS_MONEY_WEI:
        await scene.sender.send(Transaction(account.address, b"", _GAS_MONEY_WEI, scene.cast.deployer))
