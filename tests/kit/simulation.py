"""Cases tried on a real node without sending anything: each runs on the present state and leaves none behind.

Owns `eth_simulateV1`. Refuses to know what the calls mean.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.chain.abi import decode_revert
from tunefi.chain.artifact import list_artifacts, load_abi
from tunefi.chain.contract import Contract
from tunefi.chain.rpc import JsonRpc

_WEALTH_WEI = 2**256 - 1
_GAS = 2**24
_BLOCK_GAS = 2**40


@dataclass(frozen=True)
class Refused:
    """A call reverted with the custom error of this name."""

    error: str


@dataclass(frozen=True)
class Trial:
    """A call as anybody, even as a contract: no signature is asked for, and ether never runs out."""

    sender: str
    contract: Contract
    function: str
    arguments: tuple[Any, ...]
    value_wei: int = 0

    def fields(self) -> dict[str, str]:
        """Return the transaction as the node takes it."""
        data = self.contract.abi.encode_call(self.function, *self.arguments)
        value = hex(self.value_wei)
        return {
            "from": self.sender,
            "to": self.contract.address,
            "data": "0x" + data.hex(),
            "value": value,
            "gas": hex(_GAS),
        }


@dataclass(frozen=True)
class TrialBlock:
    """Trials at one second, Unix time."""

    time: int
    trials: tuple[Trial, ...]


async def simulate(rpc: JsonRpc, cases: Sequence[Sequence[TrialBlock]]) -> Iterator[list[Any]]:
    """Return for each case what its trials returned, in order: a value, a tuple of several, or `Refused`."""
    requests = [("eth_simulateV1", (_payload(blocks), "latest")) for blocks in cases]
    answers = await rpc.call_batch(requests)
    names: dict[str, Refused] = {}
    return (
        [
            _outcome(trial, result, names)
            for block, answer in zip(blocks, answered, strict=True)
            for trial, result in zip(block.trials, answer["calls"], strict=True)
        ]
        for blocks, answered in zip(cases, answers, strict=True)
    )


def _payload(blocks: Sequence[TrialBlock]) -> dict[str, Any]:
    wealth = {"balance": hex(_WEALTH_WEI)}
    payers = {trial.sender: wealth for block in blocks for trial in block.trials if trial.value_wei}
    states: list[dict[str, Any]] = [
        {
            "blockOverrides": {"time": hex(block.time), "gasLimit": hex(_BLOCK_GAS)},
            "calls": [trial.fields() for trial in block.trials],
        }
        for block in blocks
    ]
    states[0]["stateOverrides"] = payers
    return {"blockStateCalls": states, "validation": False}


def _outcome(trial: Trial, result: Mapping[str, Any], names: dict[str, Refused]) -> Any:
    data = bytes.fromhex(result["returnData"][2:])
    if int(result["status"], 16):
        values = trial.contract.abi.decode_result(trial.function, data)
        return values[0] if len(values) == 1 else values
    selector = data[:4].hex()
    if selector not in names:
        abis = [load_abi(name) for name in list_artifacts()]
        names[selector] = Refused(decode_revert(data, abis)[0])
    return names[selector]
