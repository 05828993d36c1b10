"""FanEngagement takes roots and pays claims as the reference does: ledgers that `engagement` splits, and
false ones that a quorum signed all the same."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from commitments.commitment import RewardRoot
from commitments.leaves import LeafPlace
from commitments.rewards import RewardTree, build_reward_tree
from engagement.split import Share, split_budget
from tests.contracts.reference.rewards import RewardBook
from tests.contracts.scene import FUNDED_WEI, REWARD_DELAY_SECONDS, Scene
from tests.kit.simulation import Refused, Trial, TrialBlock, simulate
from tunefi.chain.rpc import JsonRpc
from tunefi.ids import Address, ArtistId, ChainId, EpochId, Hash32, Wei, parse_address

pytestmark = pytest.mark.evm

CASES = 350
FANS = [parse_address(f"0x{number:040x}") for number in range(0x4001, 0x4007)]
ARTIST = parse_address(f"0x{0x5001:040x}")
ANYONE = f"0x{0x6001:040x}"
FUNDED = dict(enumerate(FUNDED_WEI, 1))


@dataclass
class Story:
    """What happens on one copy of the chain: each trial with what the reference expects of it.

    Attributes:
        now: Second of the newest block.
        trees: All that were tried, by epoch.
    """

    scene: Scene
    chance: random.Random
    now: int
    book: RewardBook = field(default_factory=lambda: RewardBook(FUNDED, REWARD_DELAY_SECONDS))
    blocks: list[TrialBlock] = field(default_factory=list)
    expected: list[object] = field(default_factory=list)
    trees: list[RewardTree] = field(default_factory=list)

    def add(self, function: str, arguments: tuple[Any, ...], expected: object, sender: str = ANYONE) -> None:
        """Try a call in a block of its own, a second after the newest."""
        trial = Trial(sender, self.scene.contract("FanEngagement"), function, arguments)
        self.blocks.append(TrialBlock(self.now, (trial,)))
        self.expected.append(expected)
        self.now += 1

    def post(self, tree: RewardTree, previous_root: bytes, total: int) -> None:
        """Have a quorum sign a root and post it."""
        epoch = tree.place.epoch
        commitment = self.scene.commitments[epoch - 1]
        digest = commitment.struct.snapshot_digest
        root = RewardRoot(epoch, tree.root, Hash32(previous_root), Wei(total), digest, 1)
        signed = self.scene.sign_root(root)
        faults = self.book.post(self.now, epoch, tree.root, previous_root, total)
        arguments = (
            root.to_tuple(),
            signed.signers,
            signed.signatures,
            commitment.struct.to_tuple(),
            commitment.signers,
        )
        self.trees.append(tree)
        self.add("postRoot", arguments, faults or ())

    def veto(self, tree: RewardTree) -> None:
        """Have the guardian veto a root."""
        faults = self.book.veto(self.now, tree.place.epoch, tree.root)
        guardian = self.scene.signers[4].address
        self.add("vetoRoot", (tree.place.epoch, tree.root), faults or (), guardian)

    def claim(self, tree: RewardTree, account: Address) -> None:
        """Show the leaf of an account, if it has one."""
        if (claim := tree.claim(account)) is None:
            return
        epoch, root, amount = tree.place.epoch, tree.root, claim.cumulative_wei
        expected = self.book.claim(self.now, epoch, root, account, amount)
        self.add("claim", (account, epoch, root, amount, claim.proof), expected)

    def push(self, tree: RewardTree) -> None:
        """Show the leaves of all who opted in as one batch: what cannot be paid is passed over."""
        claims = [claim for fan in FANS[:3] if (claim := tree.claim(fan))]
        epoch, root = tree.place.epoch, tree.root
        paid = [self.book.claim(self.now, epoch, root, one.address, one.cumulative_wei) for one in claims]
        refused = [one for one in paid if isinstance(one, set)]
        in_force = not any("RootNotInForce" in one for one in refused)
        expected = sum(one for one in paid if isinstance(one, int)) if in_force else {"RootNotInForce"}
        if claims:
            items = [(one.address, one.cumulative_wei, one.proof) for one in claims]
            self.add("claimBatch", (epoch, root, items), expected)

    def read_all(self) -> None:
        """Ask what was paid, in all and to each account."""
        self.add("totalPaid", (), self.book.paid)
        for account in (*FANS, ARTIST):
            self.add("claimed", (account,), self.book.claimed.get(account, 0))


async def test_every_root_and_every_claim_is_accepted_or_refused_and_paid_as_the_reference_says(
    scene: Scene, rpc: JsonRpc
) -> None:
    stories = [_story(scene, random.Random(56 + number), number) for number in range(CASES)]
    seen = set[str]()
    for story, outcomes in zip(stories, await simulate(rpc, [one.blocks for one in stories]), strict=True):
        for place, (outcome, expected) in enumerate(zip(outcomes, story.expected, strict=True)):
            assert _agrees(outcome, expected), (story.blocks[place], outcome, expected)
            seen |= {outcome.error} if isinstance(outcome, Refused) else set()
    assert seen == {
        "EpochNotLater",
        "PaidAboveTotal",
        "RootIsVetoed",
        "RootNotInForce",
        "RootNotPending",
        "RootPending",
        "TotalAboveFunded",
        "TotalLowered",
        "WrongPreviousRoot",
    }


def _agrees(outcome: object, expected: object) -> bool:
    """Return whether a call was refused for one of the faults that are expected, or returned what is."""
    if isinstance(outcome, Refused):
        return isinstance(expected, set) and outcome.error in expected
    return outcome == expected


def _story(scene: Scene, chance: random.Random, number: int) -> Story:
    story = Story(scene, chance, scene.time + 10)
    for fan in FANS[:3]:
        story.add("setBatchOptIn", (True,), (), sender=fan)
    _tell_true_ledgers(story) if number % 3 == 0 else _tell_anything(story)
    story.read_all()
    return story


def _tell_true_ledgers(story: Story) -> None:
    """Post what `engagement` splits, epoch by epoch: every leaf is paid, and no wei more than was funded."""
    cumulative: dict[Address, int] = {}
    previous_root, funded, total = bytes(32), 0, 0
    for epoch, amount in FUNDED.items():
        funded += amount
        for account, wei in _split(story.chance, funded - total).items():
            cumulative[account] = cumulative.get(account, 0) + wei
        total = sum(cumulative.values())
        if not total:
            continue
        tree = _tree(story, epoch, cumulative)
        story.post(tree, previous_root, total)
        story.now += REWARD_DELAY_SECONDS
        for account in story.chance.sample(list(cumulative), story.chance.randint(0, len(cumulative))):
            story.claim(tree, account)
        previous_root = tree.root
    for account in cumulative:
        story.claim(tree, account)
    assert story.book.paid == total <= funded


def _split(chance: random.Random, budget: int) -> dict[Address, int]:
    """Return what fans and an artist earn of a budget, by the rule that keepers use."""
    artists = ArtistId("heard"), ArtistId("without account")
    shares = {
        fan: Share(
            chance.choice((0, 1, chance.getrandbits(60))), {one: chance.randint(1, 99) for one in artists}
        )
        for fan in FANS
    }
    split = split_budget(budget, shares, {artists[0]: ARTIST}, chance.choice((0, 500_000, 1_000_000)))
    return {**split.fans, ARTIST: sum(split.artists.values())}


def _tell_anything(story: Story) -> None:
    """Post, veto, claim and push at random: totals may rise, fall or exceed, and leaves may sum to more."""
    actions: tuple[Callable[[Story], None], ...] = (_post, _post, _veto, _claim, _claim, _claim, _push, _wait)
    for _ in range(14):
        story.chance.choice(actions)(story)


def _post(story: Story) -> None:
    chance, posted = story.chance, story.book.posted
    newest = posted[-1]
    if story.trees and chance.randrange(6) == 0:
        tree = chance.choice(story.trees)
    else:
        epoch = chance.choice((newest.epoch, newest.epoch + 1, newest.epoch + 1, newest.epoch + 2))
        epoch = min(len(FUNDED), max(1, epoch))
        tree = _tree(story, epoch, {fan: _amount(chance) for fan in FANS})
    funded = sum(amount for number, amount in FUNDED.items() if number <= tree.place.epoch)
    total = chance.choice((funded, funded, funded, funded // 2, funded + 1, newest.total, newest.total - 1))
    previous = chance.choice((newest.root, newest.root, newest.root, newest.root, posted[0].root))
    story.post(tree, previous, max(0, total))


def _veto(story: Story) -> None:
    if story.trees:
        story.veto(story.trees[-1])


def _claim(story: Story) -> None:
    if story.trees:
        story.claim(story.chance.choice(story.trees), story.chance.choice(FANS))


def _push(story: Story) -> None:
    if story.trees:
        story.push(story.chance.choice(story.trees))


def _wait(story: Story) -> None:
    story.now += REWARD_DELAY_SECONDS


def _amount(chance: random.Random) -> int:
    edges = (1, 2**128, 2**256 - 1, FUNDED_WEI[0], sum(FUNDED_WEI), sum(FUNDED_WEI) + 1)
    return chance.choice((*edges, chance.randrange(1, 10**18), chance.randrange(1, 10**20)))


def _tree(story: Story, epoch: int, cumulative: dict[Address, int]) -> RewardTree:
    contract = story.scene.deployment.contracts["FanEngagement"]
    place = LeafPlace(ChainId(story.scene.deployment.chain_id), contract, EpochId(epoch))
    return build_reward_tree(cumulative.items(), place)
