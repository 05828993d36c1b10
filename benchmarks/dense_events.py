"""Which events a made-up chain has, and what is new in each, a row for each round.

Owns who does what in which round, so that every event follows from earlier ones: what is sold was listed,
what is moved is held. Refuses to know how an event is encoded.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.dense_world import Column, DenseWorld, texts

Edits = dict[tuple[str, str], dict[str, Column]]
"""Columns by contract and event, then by place in the arguments."""


def build_edits(world: DenseWorld, contracts: Mapping[str, str]) -> Edits:
    """Return what is new in each event's log, by contract and event, then by place in the arguments.

    A place is an argument's name, and after dots the places in its struct or array. The order of the events
    is their order within a round.
    """
    return _music(world) | _market(world, contracts) | _keepers(world) | _people(world)


def _music(world: DenseWorld) -> Edits:
    now, before, other = world.rounds, world.earlier(), world.earlier()
    controllers, licences, splits, holders = world.account(), world.hash(), world.account(), world.account()
    taken = np.maximum(now - 1, 0)
    minted = (now % 2 == 0)[:, None]
    shares = {f"split.0.{place}.0": world.account() for place in (0, 1)}
    return {
        ("MusicNFT", "ArtistRegistered"): {
            "artistKey": world.hash(),
            "controller": controllers,
            "artistId": texts("artist:%07d", now),
        },
        ("MusicNFT", "ArtistTransferred"): {
            "previousController": controllers[taken],
            "controller": world.account(),
            "artistId": texts("artist:%07d", taken),
        },
        ("MusicNFT", "LicenceRegistered"): {
            "licenceId": licences,
            "by": world.account(),
            "terms.0": texts("ipfs://licence/%07d", now),
            "terms.1": world.hash(),
        },
        ("RoyaltyDistributor", "SplitCreated"): {"account": splits, "number": now, **shares},
        ("RoyaltyDistributor", "SplitUpdated"): {"account": splits[before], "nonce": now, **shares},
        ("MusicNFT", "EditionMinted"): {
            "tokenId": now + 1,
            "artistKey": world.hash(),
            "trackKey": world.hash(),
            "artist": controllers,
            "terms.0": texts("artist:%07d", now),
            "terms.1": texts("track:%07d", np.where(now % 10 == 9, before, now)),
            "terms.3": world.wei(),
            "terms.8": licences[before],
            "terms.9": np.where(minted, splits[before], world.account()),
            "terms.11": texts("ipfs://edition/%07d", now),
            "terms.12": world.hash(),
        },
        ("MusicNFT", "TrackDerived"): {
            "trackId": texts("track:%07d", now),
            "sourceId": texts("track:%07d", before),
        },
        ("MusicNFT", "MetadataUpdated"): {
            "tokenId": other + 1,
            "uri": texts("ipfs://changed/%07d", now),
            "contentHash": world.hash(),
        },
    } | _copies(world, controllers, before, holders)


def _copies(world: DenseWorld, controllers: Column, before: NDArray[np.int64], holders: Column) -> Edits:
    """What becomes of copies: they are sold, minted and moved on."""
    now = world.rounds
    taken = np.maximum(now - 1, 0)
    minted = (now % 2 == 0)[:, None]
    return {
        ("MusicNFT", "EditionPurchased"): {
            "tokenId": before + 1,
            "payer": world.account(),
            "artist": controllers[before],
            "recipient": world.account(),
            "priceWei": world.wei(),
            "feeWei": world.wei() // 100,
        },
        # A copy is minted in even rounds and moved on in odd ones, so that nobody gives what it lacks.
        ("MusicNFT", "TransferSingle"): {
            "operator": world.account(),
            "from": np.where(minted, np.uint8(0), holders[taken]),
            "to": np.where(minted, holders, world.account()),
            "id": np.where(minted[:, 0], now, taken) + 1,
            "value": np.ones_like(now),
        },
        ("MusicNFT", "TransferBatch"): {
            "operator": world.account(),
            "from": np.zeros((len(now), 20), np.uint8),
            "to": world.account(),
            "ids.0": now + 1,
            "ids.1": before + 1,
            "values.0": world.number(9) + 1,
            "values.1": world.number(9) + 1,
        },
    }


def _market(world: DenseWorld, contracts: Mapping[str, str]) -> Edits:
    now, before = world.rounds, world.earlier()
    listings, offers, offerers = world.hash(), world.hash(), world.account()
    collection = np.broadcast_to(
        np.frombuffer(bytes.fromhex(contracts["MusicNFT"][2:]), np.uint8), (len(now), 20)
    )

    def order(hashes: Column, maker: Column) -> dict[str, Column]:
        place = {"orderHash": hashes, "maker": maker, "collection": collection}
        token = {
            "order.0": maker,
            "order.2": collection,
            "order.3": before + 1,
            "order.4": np.full(len(now), 2),
        }
        return (
            place | token | {"order.6": world.wei(), "order.12": world.seconds(), "order.13": world.seconds()}
        )

    return {
        ("Marketplace", "Listed"): order(listings, world.account()),
        ("Marketplace", "Offered"): order(offers, offerers),
        ("Marketplace", "Sold"): {
            "saleId": now + 1,
            "collection": collection,
            "tokenId": before + 1,
            "sale.0": listings,
            "sale.1": np.zeros_like(now),
            "sale.2": world.account(),
            "sale.3": world.account(),
            "sale.4": world.account(),
            "sale.5": np.ones_like(now),
            "sale.7": world.wei(),
            "sale.9": world.wei() // 10,
            "sale.10": world.wei() // 100,
        },
        ("Marketplace", "OrderCancelled"): {"orderHash": offers[before], "maker": offerers[before]},
        ("Marketplace", "CounterIncremented"): {"maker": world.account(), "counter": now},
        ("Marketplace", "AuctionCreated"): {
            "auctionId": now + 1,
            "seller": world.account(),
            "terms.0": collection,
            "terms.4": before + 1,
            "terms.6": world.wei(),
            "terms.8": world.seconds(),
        },
        ("Marketplace", "BidPlaced"): {
            "auctionId": world.earlier() + 1,
            "bidder": world.account(),
            "amount": world.wei(),
            "endAt": world.seconds(),
        },
        ("Marketplace", "AuctionClosed"): {"auctionId": before + 1, "status": 2 + world.number(4)},
    }


def _keepers(world: DenseWorld) -> Edits:
    now, before, epoch = world.rounds, world.earlier(), world.rounds + 1
    keepers = world.account()
    demands = {name: world.hash() for name in ("track", "listener")}
    # What one challenge slashes is told by three events of one transaction.
    challenge: dict[str, Column] = {"epoch": epoch, "bountyTo": world.account(), "amount": world.wei()}
    epochs: Edits = {
        ("RecommendationGraph", "KeeperSetChanged"): {
            "version": 2 * now + 1,
            **{f"keepers.{place}": world.account() for place in (0, 1)},
            "keepers.2": keepers,
        },
        ("RecommendationGraph", "KeeperRemoved"): {"version": 2 * now + 2, "keeper": keepers},
        ("RecommendationGraph", "Committed"): {
            "epoch": epoch,
            "commitment.0": epoch,
            **{f"commitment.{place}": world.hash() for place in (1, 2, 7, 8, 10)},
            **{f"signers.{place}": world.account() for place in (0, 1)},
            "committedAt": world.seconds(),
            "finalAt": world.seconds(),
        },
        ("RecommendationGraph", "FinalAtMoved"): {"epoch": before + 1, "finalAt": world.seconds()},
        ("StakingContract", "Slashed"): {"keeper": world.account(), "amount": world.wei()},
        ("RecommendationGraph", "EpochInvalidated"): {"epoch": epoch, "by": world.account()},
        ("RecommendationGraph", "SignersSlashed"): challenge,
        ("RecommendationGraph", "KeeperEquivocated"): {
            "epoch": before + 1,
            "keeper": world.account(),
            "by": world.account(),
            "amount": world.wei(),
        },
    }
    return epochs | _demands(world, before, demands) | _rewards(world, before)


def _demands(world: DenseWorld, before: NDArray[np.int64], demands: Mapping[str, Column]) -> Edits:
    """What keepers are asked for, and how that ends."""
    now, epoch = world.rounds, world.rounds + 1
    return {
        ("RecommendationGraph", "TrackDemanded"): {
            "demandId": demands["track"],
            "epoch": epoch,
            "row": now,
            "demander": world.account(),
        },
        ("RecommendationGraph", "ListenerDemanded"): {
            "demandId": demands["listener"],
            "epoch": epoch,
            "listener": world.account(),
        },
        ("RecommendationGraph", "TrackAnswered"): {"demandId": demands["track"], "answerer": world.account()},
        ("RecommendationGraph", "ListenerAnswered"): {
            "demandId": demands["listener"],
            "answerer": world.account(),
        },
        ("RecommendationGraph", "AbsenceAnswered"): {
            "demandId": demands["listener"][before],
            "answerer": world.account(),
        },
        ("RecommendationGraph", "DemandExpired"): {
            "demandId": demands["track"][before],
            "epoch": before + 1,
            "by": world.account(),
        },
    }


def _rewards(world: DenseWorld, before: NDArray[np.int64]) -> Edits:
    """Roots that are funded, posted, vetoed and claimed from."""
    epoch = world.rounds + 1
    return {
        ("FanEngagement", "Funded"): {
            "epoch": epoch,
            "from": world.account(),
            "amount": world.wei(),
            "fundedForEpoch": world.wei(),
        },
        ("FanEngagement", "RootPosted"): {
            "epoch": epoch,
            "root": world.hash(),
            "previousRoot": world.hash(),
            "totalCumulative": world.wei(),
            "inForceAt": world.seconds(),
        },
        ("FanEngagement", "RootVetoed"): {"epoch": before + 1, "root": world.hash(), "by": world.account()},
        ("FanEngagement", "Claimed"): {
            "account": world.account(),
            "epoch": before + 1,
            "amount": world.wei(),
            "cumulative": world.wei(),
        },
    }


def _people(world: DenseWorld) -> Edits:
    before, proposal = world.earlier(), world.rounds + 1
    followers, followed = world.account(), world.account()
    artist = texts("artist:%07d", before)
    vote = {"weight": world.wei()}
    return {
        ("FanEngagement", "Followed"): {"follower": followers, "account": followed},
        ("FanEngagement", "Unfollowed"): {"follower": followers[before], "account": followed[before]},
        ("FanEngagement", "ArtistFollowed"): {"follower": followers, "artistId": artist},
        ("FanEngagement", "ArtistUnfollowed"): {"follower": followers[before], "artistId": artist[before]},
        ("TuneToken", "DelegateChanged"): {"delegator": followers, "toDelegate": world.account()},
        ("StakingContract", "DelegateChanged"): {"delegator": followers, "toDelegate": world.account()},
        ("StakingContract", "Staked"): {
            "account": world.account(),
            "amount": world.wei(),
            "totalStake": world.wei(),
        },
        ("StakingContract", "Unstaked"): {
            "account": world.account(),
            "amount": world.wei(),
            "totalStake": world.wei(),
            "readyAt": world.seconds(),
        },
        ("Governance", "ProposalCreated"): {
            "proposalId": proposal,
            "proposer": world.account(),
            "voteStart": world.seconds(),
            "voteEnd": world.seconds(),
        },
        ("Governance", "VoteCast"): {
            "voter": world.account(),
            "proposalId": before + 1,
            "support": world.number(3),
            **vote,
        },
        ("Governance", "VoteCastWithParams"): {
            "voter": world.account(),
            "proposalId": world.earlier() + 1,
            "support": world.number(3),
            **vote,
        },
        ("Governance", "ProposalExtended"): {"proposalId": before + 1, "extendedDeadline": world.seconds()},
        ("Governance", "ProposalQueued"): {"proposalId": before + 1, "etaSeconds": world.seconds()},
        ("Governance", "ProposalExecuted"): {"proposalId": world.earlier() + 1},
        ("Governance", "ProposalCanceled"): {"proposalId": world.earlier() + 1},
    }
