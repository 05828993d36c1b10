"""Short scenes on a chain: artists, editions, purchases, stakes and follows, really sent."""

import asyncio
from dataclasses import dataclass

from ingest.handlers.music import EditionTerms
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import Receipt, Transaction, TransactionSender
from tunefi.chain.signing import Signer

PRICE_WEI = 10**15
_LOOKS, _LOOK_SECONDS = 1_200, 0.05


@dataclass(frozen=True)
class Stage:
    """A deployment with the people who act on it: signers 0 is the admin, 5 the registrar."""

    rpc: JsonRpc
    deployment: Deployment
    signers: list[Signer]

    @property
    def sender(self) -> TransactionSender:
        """A fresh sender, whose nonces are those of the chain."""
        return TransactionSender(self.rpc, self.signers[0])

    async def send(
        self, signer: int, contract: str, function: str, *arguments: object, value_wei: int = 0
    ) -> Receipt:
        """Send one call."""
        who = self.signers[signer]
        call = self.deployment.contract(contract).transaction(
            function, *arguments, value_wei=value_wei, signer=who
        )
        return await self.sender.send(call)

    async def govern(self, contract: str, function: str, *arguments: object) -> int:
        """Call as the timelock, in whose name anvil signs, and return the block's height."""
        call = self.deployment.contract(contract).transaction(function, *arguments)
        timelock = self.deployment.contracts["TimelockController"]
        await self.rpc.call("anvil_impersonateAccount", timelock)
        await self.rpc.call("anvil_setBalance", timelock, hex(10**18))
        fields = {"from": timelock, "to": call.to, "data": "0x" + call.data.hex()}
        transaction = await self.rpc.call("eth_sendTransaction", fields)
        receipt = await self._wait_for_receipt(transaction)
        assert int(receipt["status"], 16) == 1
        return int(receipt["blockNumber"], 16)

    async def _wait_for_receipt(self, transaction: str) -> dict[str, str]:
        """Return a receipt; anvil answers before it mines, and on a busy machine long before."""
        for _ in range(_LOOKS):
            receipt: dict[str, str] | None = await self.rpc.call("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                return receipt
            await asyncio.sleep(_LOOK_SECONDS)
        raise AssertionError(f"anvil did not mine {transaction} in {_LOOKS * _LOOK_SECONDS:.0f} s")

    async def pass_time(self, seconds: int) -> None:
        """Let time pass on the chain, and a block."""
        await self.rpc.call("evm_increaseTime", seconds)
        await self.rpc.call("anvil_mine", "0x1")

    async def register_and_mint(self, number: int, artist: int = 7) -> None:
        """Register artist `number`, controlled by a signer, and mint one edition of its track."""
        address = self.signers[artist].address
        await self.send(5, "MusicNFT", "registerArtist", f"artist:{number}", address)
        names = f"artist:{number}", f"track:{number}"
        terms = EditionTerms(*names, 100, PRICE_WEI, royalty_bps=1_000, uri=f"ipfs://{number}")
        await self.send(artist, "MusicNFT", "mintEdition", terms)

    async def buy(self, buyer: int, token: int, amount: int = 1) -> Receipt:
        """Buy copies of an edition."""
        who = self.signers[buyer].address
        return await self.send(
            buyer, "MusicNFT", "purchase", token, amount, who, value_wei=PRICE_WEI * amount
        )

    async def stake(self, signer: int, amount_wei: int) -> None:
        """Give a signer tokens and stake them."""
        staking = self.deployment.contracts["StakingContract"]
        await self.send(0, "TuneToken", "transfer", self.signers[signer].address, amount_wei)
        await self.send(signer, "TuneToken", "approve", staking, amount_wei)
        await self.send(signer, "StakingContract", "stake", amount_wei)

    async def play_everything(self) -> None:
        """One of each: mint, buy, transfer, stake, unstake, follow and unfollow both ways, fund, delegate."""
        await self.register_and_mint(1)
        await self.buy(8, 1, 3)
        await self.send(
            8,
            "MusicNFT",
            "safeTransferFrom",
            *(self.signers[8].address, self.signers[9].address, 1, 2, b""),
        )
        await self.stake(8, 10**18)
        await self.send(8, "StakingContract", "unstake", 4 * 10**17)
        await self.send(8, "FanEngagement", "follow", self.signers[9].address)
        await self.send(8, "FanEngagement", "followArtist", "artist:1")
        await self.send(9, "FanEngagement", "follow", self.signers[8].address)
        await self.send(9, "FanEngagement", "unfollow", self.signers[8].address)
        await self.send(9, "FanEngagement", "followArtist", "artist:1")
        await self.send(9, "FanEngagement", "unfollowArtist", "artist:1")
        await self.send(0, "TuneToken", "approve", self.deployment.contracts["FanEngagement"], 10**20)
        await self.send(0, "FanEngagement", "fund", 1, 10**20)
        await self.send(0, "TuneToken", "delegate", self.signers[6].address)

    def transactions(self, count: int) -> list[Transaction]:
        """Independent follows by different signers."""
        engagement = self.deployment.contract("FanEngagement")
        return [
            engagement.transaction("followArtist", f"artist:{number}", signer=self.signers[6 + number % 4])
            for number in range(count)
        ]
