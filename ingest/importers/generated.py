"""Listens, likes and follows that the demonstration makes up, really signed, and marked as generated.

A data set of play counts holds nothing that anyone signed, and rewards need that. Listeners listen to what
they really play most. Owns the plan, a function of its seed. Refuses to send anything on the chain.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.entries import Interaction, Kind
from ingest.importers.hetrec import HetrecData, artist_id_of, derive_listeners, track_id_of
from ingest.signatures import sign_interaction
from tunefi.chain.signing import Signer
from tunefi.hashing import keccak256
from tunefi.ids import ChainId, Microseconds

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class GeneratedOptions:
    """How much is made up.

    Attributes:
        seed: The same seed, data and time make the same entries.
        until_at: The last listen is before this; keep it when an interrupted run is resumed.
        listeners: How many listeners take part.
        listens: How many listens they sign in all.
        days: Over how many days before `until_at`.
    """

    seed: int
    until_at: Microseconds
    listeners: int = 150
    listens: int = 3_000
    days: int = 7
    shortest_seconds: int = 30
    longest_seconds: int = 600


@dataclass(frozen=True, slots=True)
class _Fan:
    signer: Signer
    favourites: Sequence[int]
    friends: Sequence[Signer]


def build_generated_entries(
    data: HetrecData, options: GeneratedOptions, *, mnemonic: str, chain_id: ChainId
) -> Iterator[Interaction]:
    """Yield signed interactions: listens in the order of time, then likes, then follows.

    Args:
        data: What each listener really plays; their favourites are drawn from it.
        mnemonic: That of the import, so that the listeners sign with their own keys.
        chain_id: Of the signatures' domain.
    """
    draw = random.Random(options.seed)  # noqa: S311  # a demonstration is to be repeatable
    fans = _choose_fans(data, options, mnemonic, draw)
    unsigned = [*_build_listens(fans, options, draw), *_build_opinions(fans, options, draw)]
    for signer, entry in unsigned:
        yield sign_interaction(entry, signer, chain_id)


def _choose_fans(
    data: HetrecData, options: GeneratedOptions, mnemonic: str, draw: random.Random
) -> list[_Fan]:
    signers = derive_listeners(data, mnemonic)
    chosen = draw.sample(sorted(data.plays), min(options.listeners, len(data.plays)))
    friends: dict[int, list[Signer]] = {listener: [] for listener in chosen}
    for first, second in data.friends:
        for listener, friend in ((first, second), (second, first)):
            if listener in friends:
                friends[listener].append(signers[friend])
    return [
        _Fan(signers[listener], _favourites(data.plays[listener]), friends[listener]) for listener in chosen
    ]


def _favourites(plays: Sequence[tuple[int, int]]) -> list[int]:
    """Artists by number of plays, most first."""
    return [artist for artist, _ in sorted(plays, key=lambda play: (-play[1], play[0]))]


def _build_listens(
    fans: Sequence[_Fan], options: GeneratedOptions, draw: random.Random
) -> list[tuple[Signer, Interaction]]:
    listens = []
    for number in range(options.listens):
        fan = draw.choice(fans)
        # the square of an even draw prefers the front of the list, as listening does
        artist = fan.favourites[int(len(fan.favourites) * draw.random() ** 2)]
        at = options.until_at - draw.randrange(1, options.days * 86_400) * _SECOND
        seconds = draw.randint(options.shortest_seconds, options.longest_seconds)
        entry = _entry(options, Kind.LISTEN, fan, track_id_of(artist), number, at, seconds)
        listens.append((fan.signer, entry))
    return sorted(listens, key=lambda item: item[1].at)


def _build_opinions(
    fans: Sequence[_Fan], options: GeneratedOptions, draw: random.Random
) -> Iterator[tuple[Signer, Interaction]]:
    """Each fan likes one favourite, follows one or two artists and, where it has friends, one of them."""
    for number, fan in enumerate(fans):
        at = options.until_at - draw.randrange(1, options.days * 86_400) * _SECOND
        liked = draw.choice(fan.favourites[:10])
        yield fan.signer, _entry(options, Kind.LIKE, fan, track_id_of(liked), number, at)
        for place, artist in enumerate(fan.favourites[: draw.randint(1, 2)]):
            artist_id = artist_id_of(artist)
            yield (
                fan.signer,
                _entry(options, Kind.FOLLOW, fan, artist_id, 2 * number + place, at, label="Artist"),
            )
        if fan.friends:
            friend = draw.choice(fan.friends).address
            yield fan.signer, _entry(options, Kind.FOLLOW, fan, friend, -number - 1, at, label="Account")


def _entry(
    options: GeneratedOptions,
    kind: Kind,
    fan: _Fan,
    subject: str,
    number: int,
    at: int,
    seconds: int = 0,
    label: str = "Track",
) -> Interaction:
    key = keccak256(f"generated:{options.seed}:{kind}:{number}".encode())
    return Interaction(
        kind, fan.signer.address, subject, Microseconds(at), seconds, key, subject_label=label, generated=True
    )
