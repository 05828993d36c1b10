"""The record of a deployment: which contract is where, on which chain.

Owns the file `deployments/<chain id>.json`. Refuses to deploy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tunefi.chain.abi import ContractAbi
from tunefi.chain.artifact import load_abi
from tunefi.chain.contract import Contract
from tunefi.chain.errors import DeploymentMalformed, DeploymentMissing, UnknownMember
from tunefi.chain.identity import ChainIdentity
from tunefi.chain.rpc import JsonRpc
from tunefi.errors import FinalError
from tunefi.hashing import keccak256
from tunefi.ids import Address, Hash32, hex_of, parse_address, parse_hash32
from tunefi.whole_file import save_whole


@dataclass(frozen=True, slots=True)
class Deployment:
    """The contracts of one deployment.

    Attributes:
        contracts: Address by the contract's name.
        block: Height before which none of them existed: where indexing begins.
        code_hashes: keccak256 of the code on the chain, by name.
        constructor_arguments: What each was built with, ABI-encoded, for those who verify the source.
        genesis_hash: Of block 0 of the chain, or None where the record does not hold it.
    """

    chain_id: int
    contracts: Mapping[str, Address]
    block: int
    code_hashes: Mapping[str, Hash32]
    constructor_arguments: Mapping[str, str] = field(default_factory=dict)
    genesis_hash: str | None = None

    @property
    def identity(self) -> ChainIdentity:
        """Which chain the contracts are on."""
        return ChainIdentity(self.chain_id, self.genesis_hash)

    def contract(self, name: str) -> Contract:
        """Return a contract with its ABI, ready to be called."""
        if name not in self.contracts:
            raise UnknownMember("the deployment", name)
        return Contract(self.contracts[name], load_abi(name))

    def abis(self) -> dict[Address, ContractAbi]:
        """Return the ABI of each address, for `decode_logs`."""
        return {address: load_abi(name) for name, address in self.contracts.items()}


async def fetch_wrong_contracts(rpc: JsonRpc, deployment: Deployment) -> list[str]:
    """Return the names of the contracts whose code on the node's chain is not the recorded one, or none."""
    calls = [("eth_getCode", (address, "latest")) for address in deployment.contracts.values()]
    codes = await rpc.call_batch(calls)
    found = {
        name: keccak256(bytes.fromhex((code or "0x").removeprefix("0x")))
        for name, code in zip(deployment.contracts, codes, strict=True)
    }
    return [name for name, code_hash in found.items() if code_hash != deployment.code_hashes.get(name)]


def deployment_path(folder: Path, chain_id: int) -> Path:
    """Return where the record of a chain lies in a folder of deployments."""
    return folder / f"{chain_id}.json"


def save_deployment(deployment: Deployment, folder: Path) -> Path:
    """Write the record of a deployment whole or not at all, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = deployment_path(folder, deployment.chain_id)
    content = {
        "chain_id": deployment.chain_id,
        "block": deployment.block,
        "genesis_hash": deployment.genesis_hash,
        "contracts": {
            name: {
                "address": address,
                "code_hash": hex_of(deployment.code_hashes[name]),
                "constructor_arguments": deployment.constructor_arguments.get(name, "0x"),
            }
            for name, address in deployment.contracts.items()
        },
    }
    save_whole(path, json.dumps(content, indent=2, sort_keys=True) + "\n")
    return path


def load_deployment(path: Path) -> Deployment:
    """Return a recorded deployment.

    Raises:
        DeploymentMissing: There is no such file.
        DeploymentMalformed: It is not the record of a deployment.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeploymentMissing(path) from error
    except (ValueError, OSError) as error:
        raise DeploymentMalformed(path, str(error)) from error
    try:
        contracts = content["contracts"]
        return Deployment(
            int(content["chain_id"]),
            {name: parse_address(found["address"]) for name, found in contracts.items()},
            int(content["block"]),
            {name: parse_hash32(found["code_hash"]) for name, found in contracts.items()},
            {name: str(found["constructor_arguments"]) for name, found in contracts.items()},
            _parse_genesis(content.get("genesis_hash")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, FinalError) as error:
        raise DeploymentMalformed(path, f"{type(error).__name__}: {error}") from error


def _parse_genesis(found: str | None) -> str | None:
    """Return the recorded hash of block 0; a record that a script wrote has none."""
    return None if found is None else hex_of(parse_hash32(found))
