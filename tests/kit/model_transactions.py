"""Transactions of the model chain: what they emit, and what must have happened before them.

Owns the edits of recorded logs. Refuses to know blocks.
"""

import functools
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks.templates import load_recording
from tunefi.chain.abi import ContractAbi
from tunefi.chain.artifact import load_abi
from tunefi.chain.events import decode_logs
from tunefi.chain.logs import parse_log
from tunefi.ids import ZERO_ADDRESS

_MUSIC, _ROYALTIES = "MusicNFT", "RoyaltyDistributor"


@dataclass(frozen=True)
class ModelTransaction:
    """What somebody did: `verb`, and its numbers of people, tracks and amounts."""

    verb: str
    numbers: tuple[int, ...]

    @property
    def hash(self) -> str:
        """The same wherever it is mined."""
        return "0x" + hashlib.blake2b(repr(self).encode(), digest_size=32).hexdigest()

    @property
    def logs(self) -> tuple[dict[str, Any], ...]:
        """What it emits, without its place on the chain."""
        return _emit(self)


def account(number: int) -> str:
    """Return the address of a person."""
    return f"0x{0xACC0000 + number:040x}"


def possible(before: Iterable[ModelTransaction], transaction: ModelTransaction) -> bool:
    """Return whether the contracts would accept a transaction after others."""
    minted: set[int] = set()
    held: Counter[tuple[int, int]] = Counter()
    done: set[ModelTransaction] = set()
    for earlier in before:
        done.add(earlier)
        _book(earlier, minted, held)
    if transaction in done:
        return False
    match transaction:
        case ModelTransaction("mint", (track, *_)) | ModelTransaction("mint_and_sell", (track, *_)):
            return track not in minted
        case ModelTransaction("buy", (track, *_)):
            return track in minted
        case ModelTransaction("give", (track, giver, *_)):
            return held[track, giver] > 0
    return True


def _book(transaction: ModelTransaction, minted: set[int], held: Counter[tuple[int, int]]) -> None:
    match transaction:
        case ModelTransaction("mint", (track, *_)):
            minted.add(track)
        case ModelTransaction("mint_and_sell", (track, _, buyer)):
            minted.add(track)
            held[track, buyer] += 1
        case ModelTransaction("buy", (track, buyer, amount, *_)):
            held[track, buyer] += amount
        case ModelTransaction("give", (track, giver, taker, *_)):
            held[track, giver] -= 1
            held[track, taker] += 1


@functools.cache
def _emit(transaction: ModelTransaction) -> tuple[dict[str, Any], ...]:
    match transaction:
        case ModelTransaction("mint", (track, artist)):
            return (_registered(track, artist), _minted(track, artist, ZERO_ADDRESS))
        case ModelTransaction("mint_and_sell", (track, artist, buyer)):
            split = account(900 + track)
            return (
                _log(_ROYALTIES, "SplitCreated", account=split, number=track),
                _registered(track, artist),
                _minted(track, artist, split),
                *_sold(track, artist, buyer, 1),
            )
        case ModelTransaction("buy", (track, buyer, amount, *_)):
            return _sold(track, track, buyer, amount)
        case ModelTransaction("give", (track, giver, taker, *_)):
            return (_moved(track, account(giver), account(taker), 1),)
        case ModelTransaction("follow", (one, other, *_)):
            return (_log("FanEngagement", "Followed", follower=account(one), account=account(other)),)
        case ModelTransaction("unfollow", (one, other, *_)):
            return (_log("FanEngagement", "Unfollowed", follower=account(one), account=account(other)),)
        case ModelTransaction("stake", (one, amount, *_)):
            return (
                _log("StakingContract", "Staked", account=account(one), amount=amount, totalStake=amount),
            )
    raise ValueError(transaction)


def _registered(track: int, artist: int) -> dict[str, Any]:
    return _log(_MUSIC, "ArtistRegistered", controller=account(artist), artistId=f"artist:{track}")


def _minted(track: int, artist: int, payee: str) -> dict[str, Any]:
    terms = list(_recorded(_MUSIC, "EditionMinted")["terms"])
    terms[0], terms[1], terms[9] = f"artist:{track}", f"track:{track}", payee
    return _log(_MUSIC, "EditionMinted", tokenId=track, artist=account(artist), terms=tuple(terms))


def _sold(track: int, artist: int, buyer: int, amount: int) -> tuple[dict[str, Any], ...]:
    bought = {"tokenId": track, "payer": account(buyer), "recipient": account(buyer), "amount": amount}
    return (
        _log(_MUSIC, "EditionPurchased", artist=account(artist), **bought),
        _moved(track, ZERO_ADDRESS, account(buyer), amount),
    )


def _moved(track: int, giver: str, taker: str, amount: int) -> dict[str, Any]:
    return _log(
        _MUSIC, "TransferSingle", **{"from": giver, "to": taker, "id": track, "value": amount}, operator=taker
    )


def _log(contract: str, event: str, **edits: Any) -> dict[str, Any]:
    topics, data = _abi(contract).encode_event(event, {**_recorded(contract, event), **edits})
    address = load_recording().contracts[contract]
    return {"address": address, "topics": ["0x" + topic.hex() for topic in topics], "data": "0x" + data.hex()}


@functools.cache
def _recorded(contract: str, event: str) -> dict[str, Any]:
    """The arguments of the recorded log."""
    log = parse_log(load_recording().logs[contract, event], "the recording")
    (found,) = decode_logs([log], {log.address: _abi(contract)}).events
    return dict(found.arguments)


@functools.cache
def _abi(contract: str) -> ContractAbi:
    return load_abi(contract)
