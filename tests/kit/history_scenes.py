"""What the page tells of a chain, really done: editions listed and resold, and a vote to its execution."""

from dataclasses import dataclass
from typing import Any

from cli.demo.proposal import Proposal
from ingest.handlers.market import Order
from tests.kit.chain_scenes import PRICE_WEI, Stage
from tunefi.ids import ZERO_ADDRESS

SELLER, BUYER = 8, 9
RESALE_WEI = 3 * PRICE_WEI
_LISTING, _OFFER = 0, 1
_NEVER_SECONDS = 4_102_444_800
_VOTE_SECONDS = 22
"""Delay, period and a second more, with the parameters of `tests.kit.anvil`."""


@dataclass(frozen=True)
class Market:
    """A stage on which track 1 is sold: signer 8 holds three copies, which the market may move."""

    stage: Stage

    @property
    def address(self) -> str:
        """Of the Marketplace."""
        return self.stage.deployment.contracts["Marketplace"]

    async def open(self) -> None:
        """Mint the track, and have copies bought."""
        await self.stage.register_and_mint(1)
        await self.stage.buy(SELLER, 1, 3)
        await self.stage.send(SELLER, "MusicNFT", "setApprovalForAll", self.address, True)

    def listing(self, **changes: Any) -> Order:
        """Return an order by which signer 8 sells three copies for ether."""
        order = Order(
            maker=self.stage.signers[SELLER].address,
            side=_LISTING,
            collection=self.stage.deployment.contracts["MusicNFT"],
            token_id=1,
            amount=3,
            currency=ZERO_ADDRESS,
            price=RESALE_WEI,
            end_price=0,
            in_dollars=False,
            royalty_bps=1_000,
            max_fee_bps=1_000,
            taker=ZERO_ADDRESS,
            start_at=0,
            end_at=_NEVER_SECONDS,
            salt=1,
            counter=0,
        )
        return order._replace(**changes)

    def offer(self, **changes: Any) -> Order:
        """Return an order by which signer 9 buys a copy for TuneToken."""
        token = self.stage.deployment.contracts["TuneToken"]
        maker = self.stage.signers[BUYER].address
        return self.listing(side=_OFFER, maker=maker, amount=1, currency=token, **changes)

    async def publish(self, order: Order) -> str:
        """Publish an order and return its id in the graph."""
        function, signer = ("list", SELLER) if order.side == _LISTING else ("offer", BUYER)
        await self.stage.send(signer, "Marketplace", function, order)
        return await self.name(order)

    async def name(self, order: Order) -> str:
        """Return the id of an order in the graph."""
        market = self.stage.deployment.contract("Marketplace")
        order_hash = bytes(await market.read(self.stage.rpc, "orderHash", order))
        return f"31337:{self.address}:0x{order_hash.hex()}"

    async def buy(self, order: Order, amount: int = 1, pays_wei: int | None = None) -> None:
        """Buy copies of a listing as signer 9, which sends what a fixed price asks for or more."""
        wei = order.price * amount if pays_wei is None else pays_wei
        recipient = self.stage.signers[BUYER].address
        call = ("fill", order, b"", amount, recipient, wei)
        await self.stage.send(BUYER, "Marketplace", *call, value_wei=wei)

    async def sell(self, order: Order) -> None:
        """Sell a copy to an offer as signer 8."""
        recipient = self.stage.signers[BUYER].address
        await self.stage.send(SELLER, "Marketplace", "fill", order, b"", 1, recipient, 0)


@dataclass(frozen=True)
class Parliament:
    """A stage on which the admin votes with the whole supply and signer 8 with a stake."""

    stage: Stage

    async def open(self) -> None:
        """Have both vote for themselves."""
        await self.stage.stake(8, 10**18)
        for signer, contract in ((0, "TuneToken"), (8, "StakingContract")):
            await self.stage.send(signer, contract, "delegate", self.stage.signers[signer].address)
        await self.stage.pass_time(1)

    def proposal(self, description: str, contract: str, function: str, *arguments: object) -> Proposal:
        """Return a proposal of one call."""
        call = self.stage.deployment.contract(contract).transaction(function, *arguments)
        return Proposal((call,), description)

    async def propose(self, proposal: Proposal) -> int:
        """Propose as the admin, wait until one can vote, and return the proposal's number."""
        await self.stage.send(0, "Governance", "propose", *proposal.arguments, proposal.description)
        await self.stage.pass_time(2)
        governance = self.stage.deployment.contract("Governance")
        return int(await governance.read(self.stage.rpc, "getProposalId", *proposal.hashed))

    async def carry_out(self, proposal: Proposal) -> None:
        """Wait for the end of the vote, queue, wait for the timelock, and execute."""
        await self.queue(proposal)
        await self.stage.pass_time(3)
        await self.stage.send(0, "Governance", "execute", *proposal.hashed)

    async def queue(self, proposal: Proposal) -> None:
        """Wait for the end of the vote and queue."""
        await self.stage.pass_time(_VOTE_SECONDS)
        await self.stage.send(0, "Governance", "queue", *proposal.hashed)
