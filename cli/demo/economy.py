"""What the demonstration's accounts do on the chain: artists mint, listeners stake, buy and follow.

Owns the plan, made up from a seed and from what each listener really plays most, and its sending. Every
step looks at the chain first, so an interrupted run goes on where it stopped. Accounts are labelled as
generated in the graph.
"""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from cli.demo.cast import Cast
from ingest.handlers.market import Order
from ingest.handlers.music import EditionTerms
from ingest.importers.hetrec import HetrecData, artist_id_of, derive_listeners, track_id_of
from tunefi.chain.contract import Contract
from tunefi.chain.deployment import Deployment
from tunefi.chain.history import fetch_events
from tunefi.chain.sender import Transaction, TransactionSender
from tunefi.chain.signing import Signer
from tunefi.hashing import keccak256
from tunefi.ids import ZERO_ADDRESS, Address, ArtistId, TrackId, Wei
from tunefi.progress import Progress

_ETHER = 10**18
_STAKERS = 200
_BUYERS = 150
_EDITIONS_A_BUYER = 2
_SUPPLY = 1_000
_GAS_MONEY_WEI = 2 * _ETHER
_BATCH = 150
_FIRST_PARTS = 700_000
_ROYALTY_BPS = 1_000
_MAX_FEE_BPS = 1_000
_RESALE_FACTOR = 3
_NEVER_SECONDS = 4_102_444_800


@dataclass(frozen=True, slots=True)
class ArtistOnChain:
    """An artist who takes part on the chain, with the one track that stands for its work."""

    artist_id: ArtistId
    track_id: TrackId
    signer: Signer
    price_wei: Wei


@dataclass(frozen=True, slots=True)
class EconomyPlan:
    """Who does what; the same seed and data give the same plan.

    `purchases` and `follows` hold (listener, index into `artists`).
    """

    artists: tuple[ArtistOnChain, ...]
    stakes: tuple[tuple[Signer, Wei], ...]
    purchases: tuple[tuple[Signer, int], ...]
    follows: tuple[tuple[Signer, int], ...]


def plan_economy(cast: Cast, seed: int, data: HetrecData, listening: Collection[Address]) -> EconomyPlan:
    """Return who does what on the chain.

    Args:
        cast: Accounts; `cast.artists` says how many artists take part, those heard by most listeners.
        seed: Of all that is made up.
        data: What each listener really plays.
        listening: Accounts that sign listens; most stakers are among them, because trust and listening
            together earn.
    """
    draw = random.Random(seed)  # noqa: S311  # a demonstration is to be repeatable
    signers = derive_listeners(data, cast.mnemonic)
    heard_by = Counter(artist for plays in data.plays.values() for artist, _ in plays)
    chosen = sorted(heard_by, key=lambda artist: (-heard_by[artist], artist))[: cast.artists]
    place = {artist: index for index, artist in enumerate(chosen)}
    artists = tuple(
        ArtistOnChain(
            artist_id_of(artist), track_id_of(artist), signer, Wei(draw.randrange(5, 60) * _ETHER // 1_000)
        )
        for artist, signer in zip(chosen, cast.artist_signers, strict=False)
    )
    favourites = {
        listener: [place[artist] for artist, _ in sorted(plays, key=lambda play: -play[1]) if artist in place]
        for listener, plays in data.plays.items()
    }
    known = sorted(fan for fan, liked in favourites.items() if liked)
    draw.shuffle(known)
    fans = sorted(known, key=lambda fan: signers[fan].address not in listening)[:_STAKERS]
    stakes = tuple((signers[fan], Wei(draw.randrange(10, 2_000) * _ETHER)) for fan in fans)
    purchases = tuple(
        (signers[fan], artist) for fan in fans[:_BUYERS] for artist in favourites[fan][:_EDITIONS_A_BUYER]
    )
    follows = tuple((signers[fan], favourites[fan][0]) for fan in fans[_BUYERS // 2 :])
    return EconomyPlan(artists, stakes, purchases, follows)


def _split(first: Signer, second: Signer) -> tuple[Any, ...]:
    """Return a split of two that never changes; what rounding leaves is the first one's."""
    shares = sorted([(first.address, _FIRST_PARTS), (second.address, 1_000_000 - _FIRST_PARTS)])
    remainder = [account for account, _ in shares].index(first.address)
    return ([list(share) for share in shares], remainder, 0, ZERO_ADDRESS, 0)


def _resale(plan: EconomyPlan) -> tuple[Signer, Signer]:
    """Return who resells its copy of the first artist's track, and a staker without one who buys it."""
    owners = [signer for signer, artist in plan.purchases if artist == 0]
    others = [signer for signer, _ in plan.stakes if signer not in owners]
    return owners[0], others[-1]


def _terms(artist: ArtistOnChain, payee: Address) -> EditionTerms:
    """Return an edition in ether, for sale at once, of which a resale owes a tenth."""
    return EditionTerms(
        artist_id=artist.artist_id,
        track_id=artist.track_id,
        supply=_SUPPLY,
        price=artist.price_wei,
        payee=payee,
        royalty_bps=_ROYALTY_BPS,
        uri=f"urn:tunefi:demo:{artist.track_id}",
    )


class Economy:
    """Sends a plan to the chain, in steps of which each needs the one before.

    Args:
        sender: Signs with any account of the cast.
        deployment: Where the contracts are.
        cast: Deployer, operator and keepers.
    """

    def __init__(self, sender: TransactionSender, deployment: Deployment, cast: Cast) -> None:
        self._sender, self._cast = sender, cast
        self._token: Contract = deployment.contract("TuneToken")
        self._staking: Contract = deployment.contract("StakingContract")
        self._music: Contract = deployment.contract("MusicNFT")
        self._fans: Contract = deployment.contract("FanEngagement")
        self._royalties: Contract = deployment.contract("RoyaltyDistributor")
        self._market: Contract = deployment.contract("Marketplace")
        self._first_block = deployment.block

    async def bond_keepers(self, bond_wei: Wei, keepers: Sequence[Signer]) -> None:
        """Give each keeper its bond and have it bonded."""
        bonds = await self._read_all(self._staking, "bondOf", [(keeper.address,) for keeper in keepers])
        keepers = [keeper for keeper, bond in zip(keepers, bonds, strict=True) if bond < bond_wei]
        await self._send(
            [
                self._token.transaction("transfer", k.address, bond_wei, signer=self._cast.deployer)
                for k in keepers
            ]
        )
        await self._send(
            [self._token.transaction("approve", self._staking.address, bond_wei, signer=k) for k in keepers]
        )
        await self._send([self._staking.transaction("bond", bond_wei, signer=k) for k in keepers])

    async def fund_epochs(self, first: int, count: int, budget_wei: Wei) -> None:
        """Pay the reward budget of the first epochs in, as far as they have none yet."""
        epochs = range(first, first + count)
        funded = await self._read_all(self._fans, "fundedFor", [(epoch,) for epoch in epochs])
        unfunded = [epoch for epoch, wei in zip(epochs, funded, strict=True) if not wei]
        total = budget_wei * len(unfunded)
        deployer = self._cast.deployer
        if unfunded:
            await self._send([self._token.transaction("approve", self._fans.address, total, signer=deployer)])
        await self._send(
            [self._fans.transaction("fund", epoch, budget_wei, signer=deployer) for epoch in unfunded]
        )

    async def delegate_to_themselves(self, accounts: Sequence[Signer], most: int = 5) -> list[Signer]:
        """Let the deployer vote with its tokens and the largest stakers with their stakes; return these."""
        stakes = await self._read_all(self._staking, "stakeOf", [(one.address,) for one in accounts])
        largest = sorted(zip(stakes, accounts, strict=True), key=lambda pair: -pair[0])[:most]
        stakers = [account for stake, account in largest if stake]
        deployer = self._cast.deployer
        await self._send(
            [
                self._token.transaction("delegate", deployer.address, signer=deployer),
                *(self._staking.transaction("delegate", one.address, signer=one) for one in stakers),
            ]
        )
        return stakers

    async def perform(self, plan: EconomyPlan, progress: Progress) -> int:
        """Send all that is not on the chain yet and return how many transactions that took."""
        steps = (
            self._fund_accounts,
            self._fund_stakers,
            self._register_artists,
            self._create_split,
            self._mint_editions,
            self._approve_stakes,
            self._stake,
            self._buy,
            self._approve_market,
            self._list,
            self._resell,
            self._distribute,
            self._pay_out,
            self._follow,
            self._opt_in,
        )
        sent = 0
        for number, step in enumerate(steps):
            progress.update(number, len(steps), step.__name__.strip("_").replace("_", " "))
            sent += await self._send(await step(plan))
        progress.update(len(steps), len(steps), f"{sent} transactions")
        return sent

    async def _send(self, transactions: Sequence[Transaction]) -> int:
        for start in range(0, len(transactions), _BATCH):
            await self._sender.send_many(transactions[start : start + _BATCH])
        return len(transactions)

    async def _read_all(self, contract: Contract, function: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        return await contract.read_many(self._sender.rpc, function, calls)

    async def _fund_accounts(self, plan: EconomyPlan) -> list[Transaction]:
        accounts = {signer.address: signer for signer, _ in plan.stakes}
        accounts |= {artist.signer.address: artist.signer for artist in plan.artists}
        calls = [("eth_getBalance", (address, "latest")) for address in accounts]
        balances = await self._sender.rpc.call_batch(calls)
        poor = [address for address, balance in zip(accounts, balances, strict=True) if int(balance, 16) == 0]
        return [Transaction(address, b"", _GAS_MONEY_WEI, self._cast.deployer) for address in poor]

    async def _fund_stakers(self, plan: EconomyPlan) -> list[Transaction]:
        owned = await self._read_all(self._token, "balanceOf", [(s.address,) for s, _ in plan.stakes])
        staked = await self._read_all(self._staking, "stakeOf", [(s.address,) for s, _ in plan.stakes])
        return [
            self._token.transaction("transfer", signer.address, amount, signer=self._cast.deployer)
            for (signer, amount), has, stake in zip(plan.stakes, owned, staked, strict=True)
            if has + stake < amount
        ]

    async def _register_artists(self, plan: EconomyPlan) -> list[Transaction]:
        known = await self._read_all(self._music, "controllerOf", [(a.artist_id,) for a in plan.artists])
        return [
            self._music.transaction(
                "registerArtist", artist.artist_id, artist.signer.address, signer=self._cast.operator
            )
            for artist, controller in zip(plan.artists, known, strict=True)
            if controller == ZERO_ADDRESS
        ]

    async def _create_split(self, plan: EconomyPlan) -> list[Transaction]:
        """The first artist shares with the second, who wrote along."""
        if await self._royalties.read(self._sender.rpc, "splitCount"):
            return []
        first, second = (artist.signer for artist in plan.artists[:2])
        return [self._royalties.transaction("createSplit", _split(first, second), signer=first)]

    async def _find_split(self) -> Address:
        """Return the account of the split, which only the event of its creation tells."""
        head = int(await self._sender.rpc.call("eth_blockNumber"), 16)
        async for event in fetch_events(self._sender.rpc, self._royalties, self._first_block, head):
            if event.name == "SplitCreated":
                return Address(event.arguments["account"])
        return ZERO_ADDRESS

    async def _mint_editions(self, plan: EconomyPlan) -> list[Transaction]:
        payees = {plan.artists[0].track_id: await self._find_split()}
        known = await self._read_all(self._music, "artistKeyOf", [(a.track_id,) for a in plan.artists])
        return [
            self._music.transaction(
                "mintEdition",
                _terms(artist, payees.get(artist.track_id, ZERO_ADDRESS)),
                signer=artist.signer,
            )
            for artist, key in zip(plan.artists, known, strict=True)
            if not any(key)
        ]

    async def _unstaked(self, plan: EconomyPlan) -> list[tuple[Signer, Wei]]:
        staked = await self._read_all(self._staking, "stakeOf", [(s.address,) for s, _ in plan.stakes])
        return [item for item, stake in zip(plan.stakes, staked, strict=True) if stake < item[1]]

    async def _approve_stakes(self, plan: EconomyPlan) -> list[Transaction]:
        return [
            self._token.transaction("approve", self._staking.address, amount, signer=signer)
            for signer, amount in await self._unstaked(plan)
        ]

    async def _stake(self, plan: EconomyPlan) -> list[Transaction]:
        return [
            self._staking.transaction("stake", amount, signer=signer)
            for signer, amount in await self._unstaked(plan)
        ]

    async def _buy(self, plan: EconomyPlan) -> list[Transaction]:
        tokens = await self._token_ids(plan)
        wanted = [(signer, plan.artists[index]) for signer, index in plan.purchases]
        held = await self._read_all(
            self._music, "balanceOf", [(s.address, tokens[artist.track_id]) for s, artist in wanted]
        )
        return [
            self._music.transaction(
                "purchase", tokens[artist.track_id], 1, s.address, value_wei=artist.price_wei, signer=s
            )
            for (s, artist), count in zip(wanted, held, strict=True)
            if not count
        ]

    async def _token_ids(self, plan: EconomyPlan) -> dict[TrackId, int]:
        """Return the edition of each track, read from the contract."""
        token_ids = range(1, await self._music.read(self._sender.rpc, "editionCount") + 1)
        editions = await self._read_all(self._music, "editionOf", [(token_id,) for token_id in token_ids])
        found = {bytes(edition[1]): token_id for edition, token_id in zip(editions, token_ids, strict=True)}
        return {artist.track_id: found[keccak256(artist.track_id.encode())] for artist in plan.artists}

    async def _approve_market(self, plan: EconomyPlan) -> list[Transaction]:
        if await self._market.read(self._sender.rpc, "saleCount"):
            return []
        seller = _resale(plan)[0]
        return [self._music.transaction("setApprovalForAll", self._market.address, True, signer=seller)]

    async def _list(self, plan: EconomyPlan) -> list[Transaction]:
        """A fan publishes that it sells its copy of the first artist's track, for three times its price."""
        order = await self._order(plan)
        identity = await self._market.read(self._sender.rpc, "orderHash", order)
        published = (await self._market.read(self._sender.rpc, "orderState", identity))[1]
        return [] if published else [self._market.transaction("list", order, signer=_resale(plan)[0])]

    async def _resell(self, plan: EconomyPlan) -> list[Transaction]:
        if await self._market.read(self._sender.rpc, "saleCount"):
            return []
        order, buyer = await self._order(plan), _resale(plan)[1]
        price = plan.artists[0].price_wei * _RESALE_FACTOR
        call = ("fill", order, b"", 1, buyer.address, price)
        return [self._market.transaction(*call, value_wei=price, signer=buyer)]

    async def _distribute(self, plan: EconomyPlan) -> list[Transaction]:
        """Whoever wants to divides what the split is owed: primary sales, and the royalty of the resale."""
        account = await self._find_split()
        owed = await self._royalties.read(self._sender.rpc, "balanceOf", account, ZERO_ADDRESS)
        split = _split(*(artist.signer for artist in plan.artists[:2]))
        return [self._royalties.transaction("distribute", account, split, ZERO_ADDRESS)] if owed else []

    async def _pay_out(self, plan: EconomyPlan) -> list[Transaction]:
        second = plan.artists[1].signer.address
        owed = await self._royalties.read(self._sender.rpc, "balanceOf", second, ZERO_ADDRESS)
        return [self._royalties.transaction("withdrawFor", second, ZERO_ADDRESS)] if owed else []

    async def _order(self, plan: EconomyPlan) -> Order:
        artist = plan.artists[0]
        token_id = (await self._token_ids(plan))[artist.track_id]
        price = artist.price_wei * _RESALE_FACTOR
        return Order(
            maker=_resale(plan)[0].address,
            side=0,
            collection=self._music.address,
            token_id=token_id,
            amount=1,
            currency=ZERO_ADDRESS,
            price=price,
            end_price=0,
            in_dollars=False,
            royalty_bps=_ROYALTY_BPS,
            max_fee_bps=_MAX_FEE_BPS,
            taker=ZERO_ADDRESS,
            start_at=0,
            end_at=_NEVER_SECONDS,
            salt=1,
            counter=0,
        )

    async def _follow(self, plan: EconomyPlan) -> list[Transaction]:
        return [
            self._fans.transaction("followArtist", plan.artists[index].artist_id, signer=signer)
            for signer, index in plan.follows
        ]

    async def _opt_in(self, plan: EconomyPlan) -> list[Transaction]:
        """Every second staker wants to be paid in batches; the others claim for themselves."""
        willing = [signer for signer, _ in plan.stakes[::2]]
        known = await self._read_all(self._fans, "batchOptIn", [(signer.address,) for signer in willing])
        return [
            self._fans.transaction("setBatchOptIn", True, signer=signer)
            for signer, done in zip(willing, known, strict=True)
            if not done
        ]
