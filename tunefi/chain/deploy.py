"""The whole system put on a chain, with its roles.

Owns the order of deployment and who may do what. Refuses to fund, to bond or to decide parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.chain.artifact import load_artifact
from tunefi.chain.contract import Contract
from tunefi.chain.deployment import Deployment
from tunefi.chain.errors import UnknownArtifact
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.ids import Address, Wei

REGISTRAR_ROLE = 1
"""Registers artists in MusicNFT (contracts/src/Roles.sol)."""
GUARDIAN_ROLE = 2
"""Vetoes pending epochs and roots, pauses commits."""

_ROLES = {
    REGISTRAR_ROLE: (("MusicNFT", "registerArtist"),),
    GUARDIAN_ROLE: (
        ("RecommendationGraph", "vetoEpoch"),
        ("RecommendationGraph", "pauseCommits"),
        ("FanEngagement", "vetoRoot"),
    ),
}


@dataclass(frozen=True, slots=True)
class SystemParameters:
    """What a deployment fixes. The sender's signer becomes the admin and holds the token's supply.

    Attributes:
        keepers: In any order; at most 64.
        quorum: More than half of them.
        window_seconds: How long an epoch is pending.
        unbonding_delay_seconds: Longer than the window.
        reward_delay_seconds: Between posting a reward root and its taking force.
        ether_factor, token_factor: What a wei of fees counts as a seed of trust, in millionths.
        treasury: Gets the protocol fees; None: the admin.
    """

    keepers: tuple[Address, ...]
    quorum: int
    min_bond_wei: Wei
    guardian: Address
    registrar: Address
    window_seconds: int = 86_400
    max_validity_seconds: int = 86_400
    unstaking_delay_seconds: int = 604_800
    unbonding_delay_seconds: int = 1_209_600
    reward_delay_seconds: int = 172_800
    fee_bps: int = 500
    ether_factor: int = 1_000_000
    token_factor: int = 1_000_000
    token_supply_wei: Wei = Wei(10**27)  # noqa: RUF009
    treasury: Address | None = None


async def deploy_system(sender: TransactionSender, parameters: SystemParameters) -> Deployment:
    """Deploy every contract, give out the roles, set the keepers, and return where everything is.

    Args:
        sender: Its signer pays and becomes the admin.
        parameters: What the deployment fixes.

    Raises:
        TransactionReverted: A contract refused its parameters; the error says which.
    """
    builder = _Builder(sender)
    await _deploy_contracts(builder, parameters, sender.signer.address)
    await _give_roles(builder, parameters)
    keepers = sorted(parameters.keepers)
    await builder.call("RecommendationGraph", "setKeepers", keepers, parameters.quorum)
    return Deployment(
        await sender.fetch_chain_id(),
        {name: contract.address for name, contract in builder.contracts.items()},
        builder.first_block,
        builder.arguments,
    )


class _Builder:
    """Deploys contracts one after another and remembers them."""

    def __init__(self, sender: TransactionSender) -> None:
        self._sender = sender
        self.contracts: dict[str, Contract] = {}
        self.arguments: dict[str, list[Any]] = {}
        self.first_block = 0

    async def deploy(self, name: str, *arguments: Any) -> Address:
        """Deploy one contract and return its address."""
        artifact = load_artifact(name)
        receipt = await self._sender.deploy(artifact, *arguments)
        if receipt.contract_address is None:
            raise UnknownArtifact(name)
        self.contracts[name] = Contract(receipt.contract_address, artifact.abi)
        self.arguments[name] = [str(argument) for argument in arguments]
        self.first_block = self.first_block or receipt.block_number
        return receipt.contract_address

    async def call(self, name: str, function: str, *arguments: Any) -> None:
        """Call a function of a contract that was deployed."""
        await self._sender.send(self.contracts[name].transaction(function, *arguments))

    async def call_all(self, transactions: Sequence[Transaction]) -> None:
        """Send calls that do not need one another."""
        await self._sender.send_many(transactions)


async def _deploy_contracts(builder: _Builder, parameters: SystemParameters, admin: Address) -> None:
    authority = await builder.deploy("AccessManager", admin)
    token = await builder.deploy("TuneToken", admin, parameters.token_supply_wei)
    staking = await builder.deploy(
        "StakingContract", token, parameters.unstaking_delay_seconds, parameters.unbonding_delay_seconds
    )
    await builder.deploy("MusicNFT", authority, parameters.fee_bps, parameters.treasury or admin)
    graph = await builder.deploy(
        "RecommendationGraph",
        *(
            authority,
            staking,
            parameters.window_seconds,
            parameters.max_validity_seconds,
            parameters.min_bond_wei,
        ),
    )
    await builder.deploy(
        "FanEngagement",
        *(authority, token, graph, parameters.reward_delay_seconds),
        *(parameters.ether_factor, parameters.token_factor),
    )


async def _give_roles(builder: _Builder, parameters: SystemParameters) -> None:
    manager = builder.contracts["AccessManager"]
    holders = {REGISTRAR_ROLE: parameters.registrar, GUARDIAN_ROLE: parameters.guardian}
    transactions = [
        manager.transaction(
            "setTargetFunctionRole",
            builder.contracts[name].address,
            [_selector(builder, name, function)],
            role,
        )
        for role, functions in _ROLES.items()
        for name, function in functions
    ]
    transactions += [manager.transaction("grantRole", role, holder, 0) for role, holder in holders.items()]
    await builder.call_all(transactions)


def _selector(builder: _Builder, name: str, function: str) -> bytes:
    return builder.contracts[name].abi.function(function).topic[:4]
