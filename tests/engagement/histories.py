"""Histories for tests: written by hand in a line, or drawn by hypothesis."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from engagement.history import Follow, History, Listening, Purchase, StakeChange, Vote
from engagement.seeds import DAY_MICROSECONDS
from tunefi.ids import Address, ArtistId, Hash32

END_BLOCK, END_AT = 1_000, 100 * DAY_MICROSECONDS


def account(number: int) -> Address:
    return Address(f"0x{number:040x}")


def artist(number: int) -> ArtistId:
    return ArtistId(f"artist:{number}")


def history(*, block: int = END_BLOCK, at: int = END_AT, digest: int = 1, **rows: Iterable[Any]) -> History:
    """Return a history of the given rows; lists become tuples."""
    filled: dict[str, Any] = {name: tuple(values) for name, values in rows.items()}
    return History(digest=Hash32(bytes([digest]) * 32), block=block, at=at, **filled)


def stake(number: int, wei: int, block: int = 1) -> StakeChange:
    return StakeChange(account(number), wei, block, 0)


def follow(source: int, target: int) -> Follow:
    return Follow(account(source), "Account", account(target))


def follow_artist(source: int, target: int) -> Follow:
    return Follow(account(source), "Artist", artist(target))


def heard(source: int, target: int, seconds: int, day: int = 99) -> Listening:
    return Listening(account(source), artist(target), day, seconds)


def bought(payer: int, seller: int, fee_wei: int, at: int = END_AT, currency: str = "ether") -> Purchase:
    return Purchase(account(payer), account(seller), fee_wei, currency, True, at)


def controls(number: int, artist_number: int) -> tuple[Address, ArtistId]:
    return account(number), artist(artist_number)


_PEOPLE = st.integers(1, 8)
_ARTISTS = st.integers(1, 4)
_WEI = st.one_of(st.integers(0, 10**6), st.integers(0, 10**30))
_BLOCKS = st.integers(1, END_BLOCK)
_AT = st.integers(0, END_AT)


@st.composite
def drawn_histories(draw: st.DrawFn) -> History:
    """A history of up to eight accounts and four artists, most of it at odds with itself."""
    return history(
        follows=draw(
            st.lists(
                st.one_of(st.builds(follow, _PEOPLE, _PEOPLE), st.builds(follow_artist, _PEOPLE, _ARTISTS)),
                max_size=16,
            )
        ),
        purchases=draw(
            st.lists(
                st.builds(bought, _PEOPLE, _PEOPLE, _WEI, _AT, st.sampled_from(["ether", "token"])),
                max_size=6,
            )
        ),
        stakes=draw(st.lists(st.builds(stake, _PEOPLE, _WEI, _BLOCKS), max_size=8)),
        votes=draw(st.lists(st.builds(Vote, st.builds(account, _PEOPLE), _AT), max_size=4)),
        listening=draw(
            st.lists(
                st.builds(heard, _PEOPLE, _ARTISTS, st.integers(0, 90_000), st.integers(90, 99)), max_size=16
            )
        ),
        controls=draw(
            st.dictionaries(_ARTISTS, _PEOPLE).map(
                lambda found: [controls(person, artist_number) for artist_number, person in found.items()]
            )
        ),
    )
