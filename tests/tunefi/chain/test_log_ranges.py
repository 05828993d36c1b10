"""A long range comes whole and in order, whatever the nodes' limits are."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunefi.chain.errors import NodeUnreachable, RpcError
from tunefi.chain.log_limits import LogLimit
from tunefi.chain.log_ranges import LogParts, PartSize

Fetch = Callable[[int, int], Awaitable[list[int]]]


class Provider:
    """Gives the numbers of the blocks that were asked for, up to a limit that it states in its own way."""

    def __init__(self, limit: int, message: str = "block range too large") -> None:
        self.limit, self.message = limit, message
        self.asked: list[tuple[int, int]] = []

    async def __call__(self, first: int, last: int) -> list[int]:
        self.asked.append((first, last))
        await asyncio.sleep(0.001 * (first % 3))
        if last - first + 1 > self.limit:
            raise RpcError(-32005, self.message.format(first=first, last=last, end=first + self.limit - 1))
        return list(range(first, last + 1))


async def take(fetch: Fetch, first: int, last: int, size: PartSize | None = None) -> list[int]:
    found: list[int] = []
    async with aclosing(LogParts(fetch, len, size or PartSize()).fetch(first, last)) as parts:
        async for part in parts:
            found += part
    return found


MESSAGES = [
    "block range too large",
    "limit exceeded",
    "query returned more than 10000 results. Try with this block range [{first:#x}, {end:#x}]",
    "query returned more than 10000 results. Try with this block range [{first:#x}, {last:#x}]",
    "query returned more than 10000 results. Try with this block range [0x0, 0x0]",
    "eth_getLogs is limited to a 1,000,000 range",
]


@settings(max_examples=60)
@given(
    st.integers(0, 50),
    st.integers(0, 400),
    st.integers(1, 60),
    st.sampled_from(MESSAGES),
    st.integers(1, 300),
)
def test_every_block_comes_once_and_in_order(
    first: int, blocks: int, limit: int, message: str, size: int
) -> None:
    last = first + blocks
    provider = Provider(limit, message)
    assert asyncio.run(take(provider, first, last, PartSize(size, 10_000))) == list(range(first, last + 1))


async def test_a_stated_limit_is_asked_beyond_only_once() -> None:
    provider = Provider(7, "limited to a 7 block range")
    size = PartSize(10, 1_000)
    assert await take(provider, 0, 999, size) == list(range(1_000))
    beyond = [span for span in provider.asked if span[1] - span[0] + 1 > 7]
    assert len(beyond) <= 4, "those that were in flight when it was stated"
    assert size.blocks == 7


async def test_an_offer_is_taken_as_it_is() -> None:
    provider = Provider(30, "Try with this block range [{first:#x}, {end:#x}]")
    await take(provider, 0, 99, PartSize(100))
    assert provider.asked[:2] == [(0, 99), (0, 29)]


@pytest.mark.parametrize("suggested", [(0, 99), (0, 500), (40, 20), (200, 300)])
def test_an_offer_that_makes_no_progress_is_passed_over(suggested: tuple[int, int]) -> None:
    assert PartSize(100).cut(50, 99, LogLimit(suggested=suggested)) == 74


async def test_a_single_block_that_is_too_much_is_told() -> None:
    async def refuse(_first: int, _last: int) -> list[int]:
        raise RpcError(-32005, "response size exceeded")

    with pytest.raises(RpcError, match="response size"):
        await take(refuse, 0, 40)


async def test_what_is_refused_for_another_reason_is_asked_once() -> None:
    asked: list[int] = []

    async def refuse(first: int, _last: int) -> list[int]:
        asked.append(first)
        raise RpcError(-32602, "invalid argument 0")

    with pytest.raises(RpcError, match="invalid argument"):
        await take(refuse, 0, 9)
    assert asked == [0]


async def test_after_no_answer_less_is_asked_for() -> None:
    async def silent(_first: int, _last: int) -> list[int]:
        raise NodeUnreachable("node", "timeout")

    size = PartSize(64)
    with pytest.raises(NodeUnreachable):
        await take(silent, 0, 40, size)
    assert size.blocks == 32


def test_the_size_grows_while_answers_are_quick_and_small_and_shrinks_when_they_are_not() -> None:
    size = PartSize(10, 100, many=50, slow_seconds=1.0)
    sizes = []
    for blocks, logs, seconds in [(10, 5, 0.1), (20, 5, 0.1), (3, 1, 0.1), (40, 30, 0.1), (40, 60, 0.1)]:
        size.record(blocks, logs, seconds)
        sizes.append(size.blocks)
    assert sizes == [20, 40, 40, 40, 20]
    size.record(20, 0, 2.0)
    assert size.blocks == 10
    for _ in range(9):
        size.record(size.blocks, 0, 0.1)
    assert size.blocks == 100


async def test_several_parts_are_in_flight_and_given_up_with_the_iterator() -> None:
    running: set[int] = set()
    most = 0

    async def slow(first: int, last: int) -> list[int]:
        nonlocal most
        running.add(first)
        most = max(most, len(running))
        try:
            await asyncio.sleep(0.01 if first == 0 else 5.0)
        finally:
            running.discard(first)
        return list(range(first, last + 1))

    async with aclosing(LogParts(slow, len, PartSize(10)).fetch(0, 999)) as parts:
        async for part in parts:
            assert part == list(range(10))
            break
    assert most == 4
    assert not running
