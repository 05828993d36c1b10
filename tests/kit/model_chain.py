"""A chain in memory that serves the JSON-RPC of a node: blocks of real contracts' logs, reorganised at will.

Every log is one that a real contract emitted on a real node (`benchmarks/recorded_logs.json`), with its
people and tracks replaced; a transaction keeps its hash wherever it is mined, as on a real chain. Owns
blocks, finality and answers. Refuses to know who asks.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.templates import load_recording
from tests.kit.model_transactions import ModelTransaction
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.hashing import keccak256
from tunefi.ids import Address

CHAIN_ID = 31337
_BLOCK_SECONDS = 12


@dataclass(frozen=True)
class ModelBlock:
    """A block of a branch."""

    number: int
    hash: str
    parent_hash: str
    transactions: tuple[ModelTransaction, ...]

    @property
    def logs(self) -> list[dict[str, Any]]:
        """Its logs, as a node tells them."""
        found: list[dict[str, Any]] = []
        for place, transaction in enumerate(self.transactions):
            for log in transaction.logs:
                found.append(
                    {
                        **log,
                        "blockNumber": hex(self.number),
                        "blockHash": self.hash,
                        "transactionHash": transaction.hash,
                        "transactionIndex": hex(place),
                        "logIndex": hex(len(found)),
                        "removed": False,
                    }
                )
        return found

    @property
    def header(self) -> dict[str, Any]:
        """The block, as a node tells it without its transactions."""
        return {
            "number": hex(self.number),
            "hash": self.hash,
            "parentHash": self.parent_hash,
            "timestamp": hex(1_750_000_000 + _BLOCK_SECONDS * self.number),
            "logsBloom": _bloom(self.logs),
            "transactions": [transaction.hash for transaction in self.transactions],
        }


@dataclass
class ModelChain:
    """The chain as every node sees it.

    Attributes:
        blocks: From the genesis on.
        final: Height of the newest final block.
        asked: Methods that were called, in order.
    """

    blocks: list[ModelBlock] = field(default_factory=lambda: [_block(None, (), "genesis")])
    final: int = 0
    asked: list[str] = field(default_factory=list)
    _mined: int = 0

    @property
    def head(self) -> int:
        """Height of the newest block."""
        return self.blocks[-1].number

    @property
    def transactions(self) -> Iterator[ModelTransaction]:
        """Every transaction of the branch, in order."""
        return (transaction for block in self.blocks for transaction in block.transactions)

    def mine(self, *transactions: ModelTransaction) -> ModelBlock:
        """Add a block; two with the same content are two blocks."""
        self._mined += 1
        self.blocks.append(_block(self.blocks[-1], transactions, str(self._mined)))
        return self.blocks[-1]

    def take_back(self, depth: int) -> list[ModelBlock]:
        """Drop the newest blocks and return them, lowest first."""
        dropped = self.blocks[len(self.blocks) - depth :]
        del self.blocks[len(self.blocks) - depth :]
        return dropped

    def bring_back(self, blocks: Sequence[ModelBlock]) -> None:
        """Add blocks that were there before: an earlier branch wins again."""
        assert blocks[0].parent_hash == self.blocks[-1].hash
        self.blocks.extend(blocks)

    def finalize(self, number: int) -> None:
        """Make blocks up to a height final."""
        self.final = max(self.final, min(number, self.head))

    def answer(self, method: str, params: Sequence[Any]) -> Any:
        """Return the result of a call, as a node gives it.

        Raises:
            KeyError: It has no such method or block.
        """
        self.asked.append(method)
        match method:
            case "eth_chainId":
                return hex(CHAIN_ID)
            case "eth_blockNumber":
                return hex(self.head)
            case "eth_getBlockByNumber":
                return self._header_of(params[0])
            case "eth_getBlockByHash":
                return next((block.header for block in self.blocks if block.hash == params[0]), None)
            case "eth_getLogs":
                return self._logs_of(params[0])
            case _:
                raise KeyError(method)

    def _header_of(self, reference: str) -> dict[str, Any] | None:
        tags = {"latest": self.head, "finalized": self.final, "earliest": 0}
        number = tags[reference] if reference in tags else int(reference, 16)
        return self.blocks[number].header if number <= self.head else None

    def _logs_of(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        if "blockHash" in wanted:
            blocks = [block for block in self.blocks if block.hash == wanted["blockHash"]]
            if not blocks:
                raise KeyError("unknown block")
        else:
            first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
            blocks = self.blocks[first : last + 1]
        return [log for block in blocks for log in block.logs if log["address"] in wanted["address"]]


def model_deployment() -> Deployment:
    """Return the deployment whose contracts emitted the recorded logs."""
    contracts = {name: Address(address) for name, address in load_recording().contracts.items()}
    return Deployment(CHAIN_ID, contracts, 1, {})


class ModelNode(httpx.AsyncBaseTransport):
    """Answers requests over HTTP as a node of the chain; `down` makes it refuse every connection."""

    def __init__(self, chain: ModelChain) -> None:
        self.chain = chain
        self.down: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request or a batch."""
        if request.url.host in self.down:
            raise httpx.ConnectError("connection refused")
        asked = json.loads(await request.aread())
        if isinstance(asked, list):
            return httpx.Response(200, json=[self._answer(one) for one in asked])
        return httpx.Response(200, json=self._answer(asked))

    def _answer(self, one: dict[str, Any]) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": one["id"]}
        try:
            return {**body, "result": self.chain.answer(one["method"], one["params"])}
        except KeyError as error:
            return {**body, "error": {"code": -32001, "message": str(error)}}


def model_client(node: ModelNode, *hosts: str) -> JsonRpc:
    """Return a client of the model chain, by one or several nodes that serve it."""
    rpc = JsonRpc(*[f"http://{host}" for host in hosts or ("node",)], backoff_seconds=0.0)
    rpc._http = httpx.AsyncClient(transport=node)
    for one in rpc.nodes:
        one._http = rpc._http
    return rpc


def _block(parent: ModelBlock | None, transactions: tuple[ModelTransaction, ...], salt: str) -> ModelBlock:
    number = parent.number + 1 if parent else 0
    parent_hash = parent.hash if parent else "0x" + "00" * 32
    content = f"{parent_hash} {salt} {[transaction.hash for transaction in transactions]}"
    hash_ = "0x" + hashlib.blake2b(content.encode(), digest_size=32).hexdigest()
    return ModelBlock(number, hash_, parent_hash, transactions)


def _bloom(logs: Sequence[dict[str, Any]]) -> str:
    """The filter of a block's header, 2,048 bits: three of them for each address and topic."""
    bits = 0
    for text in {text for log in logs for text in (log["address"], *log["topics"])}:
        digest = keccak256(bytes.fromhex(text[2:]))
        for place in (0, 2, 4):
            bits |= 1 << (int.from_bytes(digest[place : place + 2]) % 2048)
    return f"0x{bits:0512x}"
