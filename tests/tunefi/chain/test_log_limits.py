"""What providers say of their limits is understood, whoever writes it."""

import pytest

from tunefi.chain.log_limits import LogLimit, parse_log_limit

OFFERS = {
    "query returned more than 10000 results. Try with this block range [0x10, 0x20].": (16, 32),
    "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your "
    "parameters, this block range should work: [0x1180fca, 0x1180fd3]. Upgrade.": (18354122, 18354131),
    "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit "
    "on the response size, or you can request any block range with a cap of 10K logs in the response. Based "
    "on your parameters and the response size limit, this block range should work: [0x0, 0x79bcb3]": (
        0,
        7978163,
    ),
    "Query timeout exceeded. Consider reducing your block range. Based on your parameters and the response "
    "size limit, this block range should work: [0x5223c98, 0x5223e80]": (86129816, 86130304),
    "query exceeds max results 20000, retry with the range 24383075-24383096": (24383075, 24383096),
}
COUNTS = {
    "eth_getLogs is limited to a 10,000 range": 10_000,
    "eth_getLogs and eth_newFilter are limited to a 10,000 blocks range": 10_000,
    "eth_getLogs is limited to 0 - 5000 blocks range": 5_000,
    "limited to 1024 block": 1_024,
    "exceeds the range allowed for your plan (5001 > 500)": 500,
    "block range is too wide (maximum 1024)": 1_024,
    "requested too many blocks from 0 to 5000000, maximum is set to 2048": 2_048,
    "exceed maximum block range: 50000": 50_000,
    "eth_getLogs block range too large, range: 5000, max: 1000": 1_000,
    "ranges over 10000 blocks are not supported on freetier": 10_000,
    "please limit the query to at most 1000 blocks": 1_000,
    "maximum block range: 2000": 2_000,
    "query exceeds max block range 1000": 1_000,
    "range is too large, max is 1k blocks": 1_000,
    "Max range: 800": 800,
    "query must be smaller than size 1024": 1_024,
    "You can make eth_getLogs requests with up to a 500 block range.": 500,
    "block range greater than 2000 max": 2_000,
}
COMPLAINTS = [
    "query returned more than 10000 results",
    "block range is too wide",
    "block range too large",
    "Block range limit exceeded.",
    "exceed max block range",
    "response size should not greater than 10000000 bytes",
    "response size exceeded",
    "backend response too large",
    "response is too big",
    "logs matched by query exceeds limit of 10000",
    "Query timeout limit exceeded",
    "Please reduce the block range",
    "too many results",
]
OTHERS = [
    "rate limit exceeded",
    "limit exceeded",
    "execution reverted",
    "Too many requests, limited to 100 requests per second",
    "batch too large, maximum is 50",
    "missing trie node",
    "nonce too low",
    "unknown block",
    "",
]


@pytest.mark.parametrize(("message", "blocks"), OFFERS.items())
def test_an_offered_range_is_taken(message: str, blocks: tuple[int, int]) -> None:
    assert parse_log_limit(message) == LogLimit(suggested=blocks)


@pytest.mark.parametrize(("message", "blocks"), COUNTS.items())
def test_a_stated_number_of_blocks_is_taken(message: str, blocks: int) -> None:
    assert parse_log_limit(message) == LogLimit(blocks=blocks)


@pytest.mark.parametrize("message", COMPLAINTS)
def test_a_complaint_without_a_number_is_one_all_the_same(message: str) -> None:
    assert parse_log_limit(message) == LogLimit()


@pytest.mark.parametrize("message", OTHERS)
def test_what_is_not_about_a_range_is_no_limit(message: str) -> None:
    assert parse_log_limit(message) is None
