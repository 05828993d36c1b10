"""What can go wrong between this process and a chain.

RetryableError
├── NodeUnreachable       no answer, or not the answer of a node
│   ├── NodeBusy          it wants to be asked later
│   └── NodeContradiction what it says cannot be true
└── TransactionNotMined   sent, but no receipt in time
FinalError
├── RpcError              the node answered with an error
├── ChainIdMismatch       this is another chain
├── GenesisMismatch       this is another chain with the same id
├── NoFinalizedTag        the node does not say what is final
├── UnknownBlock          the node has no such block
├── TransactionReverted   the contract refused
├── UnknownArtifact, UnknownMember, MalformedArguments
├── MalformedKey
├── DeploymentMissing, DeploymentMalformed
├── DeploymentFailed      the script of the contracts ended with an error
└── FoundryMissing, ContractsMissing, PortInUse, AnvilFailed
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunefi.errors import FinalError, RetryableError


class NodeUnreachable(RetryableError):
    """The node did not answer, or something that is no node did."""

    def __init__(self, node: str, reason: str) -> None:
        self.node = node
        self.reason = reason
        super().__init__(
            f"no usable answer from the node at {node}: {reason}; check that it runs and is reachable"
        )


class NodeBusy(NodeUnreachable):
    """The node takes no request now; `seconds` is for how long, where it says so."""

    def __init__(self, node: str, reason: str, seconds: float | None) -> None:
        self.seconds = seconds
        super().__init__(node, reason if seconds is None else f"{reason}, for {seconds:.0f} s more")


class NodeContradiction(NodeUnreachable):
    """The node contradicts itself, its own blocks or another node; nothing of this answer was used."""


class TransactionNotMined(RetryableError):
    """A transaction was sent and has no receipt yet; look it up by its hash before sending again."""

    def __init__(self, transaction_hash: str, waited_seconds: float) -> None:
        self.transaction_hash = transaction_hash
        self.waited_seconds = waited_seconds
        super().__init__(f"transaction {transaction_hash} is not in a block after {waited_seconds:.0f} s")


class RpcError(FinalError):
    """The node answered with a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        self.code = code
        self.message = message
        self.data = data
        super().__init__(f"the node refused: {message} (code {code})")


class ChainIdMismatch(FinalError):
    """The node serves another chain than the one configured."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"the node serves chain {found}, expected {expected}; point the RPC URL at chain {expected}"
        )


class GenesisMismatch(FinalError):
    """The node serves a chain of the right id that began with another block."""

    def __init__(self, node: str, expected: str, found: str) -> None:
        self.node = node
        self.expected = expected
        self.found = found
        super().__init__(
            f"the chain at {node} begins with block {found}, expected {expected}: it is another chain with "
            "the same id; correct the address of the node, or name the deployment of that chain"
        )


class NoFinalizedTag(FinalError):
    """The node knows no `finalized` block, so nothing may be paid or committed on its word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the node has no `finalized` block ({reason}); use a node that has, payments need it"
        )


class UnknownBlock(FinalError):
    """The node has no block of this number or hash, or has it no more."""

    def __init__(self, block: int | str) -> None:
        self.block = block
        super().__init__(f"the node has no block {block}")


class TransactionReverted(FinalError):
    """A call or transaction was refused by a contract; `error` is its custom error, decoded."""

    def __init__(self, error: str, arguments: Mapping[str, Any], transaction_hash: str | None = None) -> None:
        self.error = error
        self.arguments = dict(arguments)
        self.transaction_hash = transaction_hash
        shown = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        where = "in simulation, nothing was sent" if transaction_hash is None else f"in {transaction_hash}"
        super().__init__(f"reverted with {error}({shown}) {where}")


class UnknownArtifact(FinalError):
    """No artifact of this name is packaged."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no contract artifact {name!r}; build them with `npm run artifacts` in contracts/")


class UnknownMember(FinalError):
    """A contract has no function or event of this name, or several that need a full signature."""

    def __init__(self, contract: str, member: str) -> None:
        self.contract = contract
        self.member = member
        super().__init__(
            f"{contract} has no single member {member!r}; overloads need a signature such as name(uint256)"
        )


class MalformedArguments(FinalError):
    """Arguments do not fit the ABI."""

    def __init__(self, member: str, reason: str) -> None:
        self.member = member
        self.reason = reason
        super().__init__(f"arguments do not fit {member}: {reason}")


class MalformedKey(FinalError):
    """A private key or mnemonic is not one. The message never repeats it."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"malformed {what}")


class DeploymentMissing(FinalError):
    """There is no record of a deployment on this chain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"no deployment at {path}; deploy the contracts first, or give the path of their record"
        )


class DeploymentMalformed(FinalError):
    """The record of a deployment cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"the deployment at {path} cannot be read: {reason}")


class FoundryMissing(FinalError):
    """A program of Foundry is not on this machine."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name} is not installed; run `npm ci --prefix contracts`, or put {name} of Foundry on PATH"
        )


class ContractsMissing(FinalError):
    """The contracts' sources are not here, or cannot be compiled yet."""

    def __init__(self) -> None:
        super().__init__(
            "no contracts/ with installed packages here; run in a checkout, after `npm ci --prefix contracts`"
        )


class DeploymentFailed(FinalError):
    """The script that deploys the contracts ended with an error; what it says is in `reason`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the contracts could not be deployed: {reason}")


class PortInUse(FinalError):
    """Another process listens on the port."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(f"port {port} is in use by another process; stop it or choose another port")


class AnvilFailed(FinalError):
    """Anvil ended or never answered."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"anvil did not start: {reason}")
