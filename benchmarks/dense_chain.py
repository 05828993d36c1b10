"""A dense chain in files: real logs, multiplied, in linked blocks, as a node would answer them.

Owns the order of the logs, the blocks around them and the files. Refuses to serve them: `chain_server` does.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.dense_events import build_edits
from benchmarks.dense_world import DenseWorld
from benchmarks.templates import EventCopies, EventName, Recording, build_copies, load_recording
from tunefi.chain.deployment import Deployment
from tunefi.hashing import keccak256
from tunefi.ids import hex_of, parse_address

CHAIN_ID = 31_337
RARE = (
    ("RecommendationGraph", "KeeperSetChanged"),
    ("RecommendationGraph", "KeeperRemoved"),
    ("FanEngagement", "RootVetoed"),
)
"""Of more than 50 kinds not each can have 2 %; these share what one of the others has."""
_JOINED = frozenset({("RecommendationGraph", "EpochInvalidated"), ("RecommendationGraph", "SignersSlashed")})
"""Events of the same transaction as the event before them."""
_START_SECONDS = 1_750_000_000
_BLOOM_BYTES = 256


@dataclass(frozen=True, slots=True)
class DenseChain:
    """Where the files are, and what is in them.

    Attributes:
        logs: One JSON object after another, a comma after each.
        blocks: The same of headers, from block 0 on.
        index: Arrays `logs` and `blocks`: where in its file each block begins, and `events`: how many there
            are before each block.
    """

    folder: Path

    @property
    def logs(self) -> Path:
        """File of the logs."""
        return self.folder / "logs.json"

    @property
    def blocks(self) -> Path:
        """File of the headers."""
        return self.folder / "blocks.json"

    @property
    def index(self) -> Path:
        """File of the places."""
        return self.folder / "index.npz"


def dense_deployment() -> Deployment:
    """Return the contracts whose logs the chain holds."""
    contracts = {name: parse_address(address) for name, address in load_recording().contracts.items()}
    return Deployment(CHAIN_ID, contracts, 1, {})


def event_counts(events: int) -> dict[EventName, int]:
    """Return how many logs of each kind a chain of at least this many logs has."""
    names = list(build_edits(DenseWorld(1, 0), load_recording().contracts))
    common = [name for name in names if name not in RARE]
    rounds = -(-events // (len(common) + 1))
    counts = dict.fromkeys(common, rounds)
    return counts | {name: len(range(place, rounds, len(RARE))) for place, name in enumerate(RARE)}


def save_dense_chain(folder: Path, *, events: int, seed: int = 0, block_events: int = 1_000) -> DenseChain:
    """Write a chain of at least `events` logs into a folder and return it.

    Args:
        folder: Made where it is missing.
        events: Least number of logs; rounds of all kinds are whole.
        seed: Of everything that is drawn: the same seed gives the same files.
        block_events: About how many logs a block has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chain = DenseChain(folder)
    recording = load_recording()
    rounds = max(event_counts(events).values())
    edits = build_edits(DenseWorld(rounds, seed), recording.contracts)
    copies = {name: build_copies(recording, name, columns) for name, columns in edits.items()}
    order = _order(list(edits), rounds)
    rounds_a_block = max(1, round(block_events / (len(edits) - len(RARE) + 1)))
    _write_chain(chain, recording, list(copies.items()), order, rounds_a_block, seed)
    return chain


def _order(names: list[EventName], rounds: int) -> NDArray[np.int64]:
    """Return kind and round of each log, in the order of the chain."""
    places = [
        np.arange(RARE.index(name), rounds, len(RARE)) if name in RARE else np.arange(rounds)
        for name in names
    ]
    kinds = np.repeat(np.arange(len(names)), [len(place) for place in places])
    both = np.stack([kinds, np.concatenate(places)], axis=1)
    return both[np.lexsort((both[:, 0], both[:, 1]))]


def _write_chain(
    chain: DenseChain,
    recording: Recording,
    copies: list[tuple[EventName, EventCopies]],
    order: NDArray[np.int64],
    rounds_a_block: int,
    seed: int,
) -> None:
    block_of = order[:, 1] // rounds_a_block + 1
    starts = np.searchsorted(block_of, np.arange(block_of[-1] + 2))
    places: dict[str, list[int]] = {"logs": [0], "blocks": [0], "events": starts.tolist()}
    parent = bytes(32)
    with chain.logs.open("wb") as logs, chain.blocks.open("wb") as blocks:
        for number in range(int(block_of[-1]) + 1):
            block_hash = keccak256(b"dense chain %d block %d" % (seed, number))
            mine = order[starts[number] : starts[number + 1]]
            blocks.write(_header(number, block_hash, parent, _bloom(recording, copies, mine)) + b",")
            for line in _log_lines(recording, copies, mine, number, block_hash):
                logs.write(line + b",")
            places["logs"].append(logs.tell())
            places["blocks"].append(blocks.tell())
            parent = block_hash
    arrays = {name: np.array(values) for name, values in places.items()}
    np.savez(chain.index, logs=arrays["logs"], blocks=arrays["blocks"], events=arrays["events"])


def _header(number: int, block_hash: bytes, parent: bytes, bloom: bytes) -> bytes:
    fields = {
        "number": hex(number),
        "hash": hex_of(block_hash),
        "parentHash": hex_of(parent),
        "timestamp": hex(_START_SECONDS + 12 * number),
        "logsBloom": hex_of(bloom),
    }
    return json.dumps(fields, separators=(",", ":")).encode()


def _log_lines(
    recording: Recording,
    copies: list[tuple[EventName, EventCopies]],
    order: NDArray[np.int64],
    number: int,
    block_hash: bytes,
) -> Iterator[bytes]:
    transaction = -1
    for index, (kind, copy) in enumerate(order.tolist()):
        name, made = copies[kind]
        transaction += name not in _JOINED
        topics = '","0x'.join(topic.tobytes().hex() for topic in made.topics[copy])
        transaction_hash = keccak256(block_hash + transaction.to_bytes(4, "big")).hex()
        yield (
            f'{{"address":"{recording.contracts[name[0]]}","topics":["0x{topics}"],'
            f'"data":"0x{made.data[copy].tobytes().hex()}","blockNumber":"{number:#x}",'
            f'"blockHash":"0x{block_hash.hex()}","transactionHash":"0x{transaction_hash}",'
            f'"transactionIndex":"{transaction:#x}","logIndex":"{index:#x}","removed":false}}'
        ).encode()


def _bloom(
    recording: Recording, copies: list[tuple[EventName, EventCopies]], order: NDArray[np.int64]
) -> bytes:
    """Return the filter of the addresses and topics of a block's logs (Yellow Paper, section 4.4.3)."""
    values = {bytes.fromhex(recording.contracts[copies[kind][0][0]][2:]) for kind, _ in order.tolist()}
    for kind, copy in order.tolist():
        values.update(topic.tobytes() for topic in copies[kind][1].topics[copy])
    bloom = bytearray(_BLOOM_BYTES)
    for value in values:
        digest = keccak256(value)
        for pair in (0, 2, 4):
            bit = int.from_bytes(digest[pair : pair + 2], "big") & 2047
            bloom[_BLOOM_BYTES - 1 - bit // 8] |= 1 << bit % 8
    return bytes(bloom)


def read_index(chain: DenseChain) -> Mapping[str, NDArray[np.int64]]:
    """Return where each block begins in the files, and how many events there are before it."""
    with np.load(chain.index) as arrays:
        return {name: arrays[name] for name in arrays.files}
