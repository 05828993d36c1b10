"""A chain on which epochs are committed and challenged: the whole system, three bonded keepers, and epochs
whose lists, rows and vectors a test may falsify before the keepers sign them."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from commitments.commitment import EpochCommitment
from commitments.disclosed import TrackOpening
from commitments.epoch import Epoch, EpochTerms, build_epoch
from commitments.graph_calls import GraphCall
from commitments.known_epoch import KnownEpoch, known_from_epoch
from commitments.leaves import listener_leaf
from commitments.merkle import MerkleTree, build_tree
from commitments.opening import Opening
from commitments.signed import Signed, order_signatures
from recsys.arrays import CsrRows
from recsys.quantise import quantise_listeners, quantise_tracks
from recsys.table import build_table
from tests.kit.chain_scenes import Stage
from tests.kit.epochs import terms_on_chain
from tunefi.chain.abi import decode_revert
from tunefi.chain.artifact import load_abi
from tunefi.chain.events import ChainEvent, decode_logs
from tunefi.chain.sender import Receipt, Transaction
from tunefi.hashing import keccak256
from tunefi.ids import Address, ChainId, EpochId, Hash32, parse_address

SECRET = b"\x07" * 32
CHALLENGER = 7
_CALLS_AT_ONCE = 250
_BYTES_AT_ONCE = 700_000


@dataclass(frozen=True)
class Size:
    """How large an epoch is."""

    tracks: int = 500
    listeners: int = 50
    dimension: int = 32
    list_length: int = 20
    excluded: int = 12


@dataclass(eq=False)
class Plea:
    """An epoch as keepers sign it: true, or with something falsified.

    Attributes:
        known: What outsiders know of it.
        openings: Of all listeners, by row, with their proofs.
        tracks: Of all tracks, by row, with their proofs.
    """

    known: KnownEpoch = field(repr=False)
    openings: list[Opening] = field(repr=False)
    tracks: list[TrackOpening] = field(repr=False)

    @property
    def committed(self) -> tuple[EpochCommitment, tuple[Address, ...]]:
        """What the contract asks for in each call: the commitment and its signers."""
        return self.known.commitment, self.known.signers

    def with_openings(self, openings: Sequence[Opening]) -> "Plea":
        """Return the plea over other openings, whose rows may be any."""
        place = self.known.place
        tree = tree_of([listener_leaf(place, one.row, one.address, one.hash()) for one in openings])
        pairs = [(one.address, one.hash()) for one in openings]
        known = dataclasses.replace(
            self.known,
            commitment=dataclasses.replace(self.known.commitment, listener_root=tree.root),
            listeners=pairs,
            listener_tree=tree_of([listener_leaf(place, row, *pair) for row, pair in enumerate(pairs)]),
        )
        proven = [dataclasses.replace(one, proof=tree.proof(i)) for i, one in enumerate(openings)]
        return Plea(known, proven, self.tracks)

    def with_opening(self, row: int, **parts: Any) -> "Plea":
        """Return the plea with one opening changed."""
        openings = list(self.openings)
        openings[row] = dataclasses.replace(openings[row], **parts)
        return self.with_openings(openings)

    def with_tracks(self, tracks: Sequence[TrackOpening]) -> "Plea":
        """Return the plea over other tracks, whose rows and vectors may be any.

        A bundle has rows from 0 on and vectors of one length; what does not fit is not known to outsiders.
        """
        tree = tree_of([one.leaf().hash(self.known.place) for one in tracks])
        commitment = dataclasses.replace(self.known.commitment, track_root=tree.root)
        known = dataclasses.replace(self.known, commitment=commitment)
        if len({len(one.vector) for one in tracks}) == 1:
            rows = [dataclasses.replace(one, row=row) for row, one in enumerate(tracks)]
            known = dataclasses.replace(
                known,
                track_ids=[one.track_id for one in rows],
                track_vectors=np.stack([np.frombuffer(one.vector, np.int8) for one in rows]),
                track_tree=tree_of([one.leaf().hash(self.known.place) for one in rows]),
            )
        proven = [dataclasses.replace(one, proof=tree.proof(i)) for i, one in enumerate(tracks)]
        return Plea(known, self.openings, proven)

    def with_commitment(self, **members: Any) -> "Plea":
        """Return the plea with other members of the commitment."""
        known = dataclasses.replace(
            self.known, commitment=dataclasses.replace(self.known.commitment, **members)
        )
        return Plea(known, self.openings, self.tracks)


def tree_of(leaves: Sequence[Hash32]) -> MerkleTree:
    """Return the tree over leaves."""
    return build_tree(np.frombuffer(b"".join(leaves), np.uint8).reshape(len(leaves), 32))


@dataclass(eq=False)
class Court:
    """Keepers 1 to 3 sign; the challenger is another account."""

    stage: Stage

    @property
    def graph(self) -> Any:
        """RecommendationGraph."""
        return self.stage.deployment.contract("RecommendationGraph")

    async def build(self, size: Size, *, epoch: int = 1, seed: int = 5) -> Epoch:
        """Return a true epoch that could be committed now, as the keepers have it."""
        terms = await terms_on_chain(self.stage, EpochId(epoch), size.list_length)
        return build_true_epoch(terms, size, seed)

    async def plea(self, size: Size = Size(), *, epoch: int = 1, seed: int = 5) -> Plea:
        """Return a true epoch that could be committed now."""
        built = await self.build(size, epoch=epoch, seed=seed)
        signers = sorted(one.address for one in self.stage.signers[1:4])
        known = known_from_epoch(built, built.commitment("bafyplea"), signers)
        tracks = [known.track(row) for row in range(size.tracks)]
        return Plea(known, list(built.openings()), tracks)

    def sign(self, commitment: EpochCommitment) -> Signed[EpochCommitment]:
        """Return the commitment with the signatures of all three keepers."""
        deployment = self.stage.deployment
        chain_id, graph = ChainId(deployment.chain_id), deployment.contracts["RecommendationGraph"]
        document = commitment.typed_data(chain_id, graph)
        keepers = self.stage.signers[1:4]
        return order_signatures(commitment, [(one.address, one.sign_typed_data(document)) for one in keepers])

    async def commit(self, plea: Plea) -> Signed[EpochCommitment]:
        """Commit a plea; it is pending then."""
        signed = self.sign(plea.known.commitment)
        await self.post(signed)
        return signed

    async def post(self, signed: Signed[EpochCommitment]) -> None:
        """Send a commitment."""
        arguments = (signed.struct.to_tuple(), list(signed.signers), list(signed.signatures))
        await self.stage.send(0, "RecommendationGraph", "commit", *arguments)

    async def send(self, call: GraphCall, *, signer: int = CHALLENGER, value_wei: int = 0) -> Receipt:
        """Send a call as the challenger."""
        who = self.stage.signers[signer]
        transaction = self.graph.transaction(call.function, *call.arguments, value_wei=value_wei, signer=who)
        return await self.stage.sender.send(transaction)

    def events(self, receipt: Receipt) -> list[ChainEvent]:
        """Return what a transaction logged."""
        return decode_logs(receipt.logs, self.stage.deployment.abis()).events

    async def state(self, epoch: int = 1) -> int:
        """Return where an epoch stands: 1 pending, 2 final, 3 invalid."""
        return int(await self.graph.read(self.stage.rpc, "stateOf", epoch))

    def encode(self, call: GraphCall) -> bytes:
        """Return the calldata."""
        transaction: Transaction = self.graph.transaction(call.function, *call.arguments)
        return transaction.data

    def answers(self, datas: Sequence[bytes]) -> Iterator[str]:
        """Yield what each call would do if it were sent now: the name of its error, or `accepted`."""
        sender = self.stage.signers[CHALLENGER].address
        names: dict[str, str] = {}
        with httpx.Client(timeout=120.0, trust_env=False) as http:
            for part in _parts(datas):
                batch = [
                    _request(number, sender, self.graph.address, data) for number, data in enumerate(part)
                ]
                replies = http.post(self.stage.rpc.url, json=batch).json()
                for reply in sorted(replies, key=lambda reply: int(reply["id"])):
                    yield _verdict(reply, names)


def build_true_epoch(terms: EpochTerms, size: Size, seed: int) -> Epoch:
    """Return an epoch of random vectors; listener i has i % (excluded + 1) exclusions, the last has all."""
    random = np.random.default_rng(seed)
    table = build_table(
        [f"track:{i}" for i in range(size.tracks)],
        quantise_tracks(random.normal(size=(size.tracks, size.dimension))),
        [parse_address(f"0x{random.bytes(20).hex()}") for _ in range(size.listeners)],
        quantise_listeners(random.normal(size=(size.listeners, size.dimension))),
        snapshot_digest=Hash32(keccak256(b"snapshot %d" % seed)),
        model_digest=Hash32(keccak256(b"model %d" % seed)),
        model_name="random",
    )
    counts = [i % (size.excluded + 1) for i in range(size.listeners - 1)] + [size.excluded]
    excluded = CsrRows.of_sets([random.permutation(size.tracks)[:count].tolist() for count in counts])
    return build_epoch(table, excluded, terms, SECRET)


async def bond_all(stage: Stage, amount_wei: int = 10**18) -> None:
    """Give all three keepers what they need to sign."""
    staking = stage.deployment.contracts["StakingContract"]
    for keeper in (1, 2, 3):
        await stage.send(0, "TuneToken", "transfer", stage.signers[keeper].address, amount_wei)
        await stage.send(keeper, "TuneToken", "approve", staking, amount_wei)
        await stage.send(keeper, "StakingContract", "bond", amount_wei)


def _parts(datas: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Cut calls into batches that the node takes."""
    part: list[bytes] = []
    size = 0
    for data in datas:
        if part and (len(part) == _CALLS_AT_ONCE or size + len(data) > _BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(data)
        size += len(data)
    if part:
        yield part


def _request(number: int, sender: str, to: str, data: bytes) -> dict[str, Any]:
    call = {"from": sender, "to": to, "data": "0x" + data.hex()}
    return {"jsonrpc": "2.0", "id": number, "method": "eth_call", "params": [call, "latest"]}


def _verdict(reply: dict[str, Any], names: dict[str, str]) -> str:
    if "error" not in reply:
        return "accepted"
    data = reply["error"].get("data")
    if not isinstance(data, str):
        return str(reply["error"]["message"])
    selector = data[:10]
    if selector not in names:
        abis = [load_abi(name) for name in ("RecommendationGraph", "StakingContract")]
        names[selector] = decode_revert(bytes.fromhex(data[2:]), abis)[0]
    return names[selector]
