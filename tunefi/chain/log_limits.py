"""What providers say when a range of logs is too much for them, and what they offer instead.

Owns the texts, as Alchemy, Ankr, Avalanche, Base, BlastAPI, BlockPI, BSC, Chainstack, Cloudflare, dRPC,
Erigon, Geth, Harmony, Infura, Llama, Nethermind, Optimism, PublicNode, QuickNode, Tenderly, Thirdweb, zkSync
and 1RPC write them. Refuses to ask for anything.
"""

import re
from dataclasses import dataclass

_HEX_RANGE = re.compile(
    r"range(?: should work)?:?\s*\[\s*(0x[0-9a-f]+)\s*,\s*(0x[0-9a-f]+)\s*\]", re.IGNORECASE
)
_DECIMAL_RANGE = re.compile(r"with the range (\d+)\s*-\s*(\d+)", re.IGNORECASE)
_BLOCKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"limited to(?: an?| 0 -)? ([\d,]+k?)",
        r"up to an? ([\d,]+k?) block",
        r"at most ([\d,]+k?) blocks",
        r"max(?:imum)?(?: allowed)?(?: is set to|:| is| of)? ([\d,]+k?)\b",
        r"max(?:imum)? (?:block )?range(?: is|:| of)? ([\d,]+k?)",
        r"for your plan \([\d,]+ > ([\d,]+k?)\)",
        r"ranges? over ([\d,]+k?) blocks",
        r"smaller than size ([\d,]+k?)",
        r"less than ([\d,]+k?) blocks",
        r"(?:exceeds?|exceeded)(?: the)?(?: limit| range)?(?: of)? ([\d,]+k?) blocks?",
        r"maxAllowedRange\W*([\d,]+)",
        r"block range greater than ([\d,]+k?)",
        r"limit(?:ed)?(?: the query)? to ([\d,]+k?) blocks",
    )
)
_TOO_MUCH = re.compile(
    r"block range (?:limit|exceed|is too|too|over)|range (?:is )?too (?:large|wide|big)|max block range"
    r"|exceeds? (?:the )?(?:max|range|block range)|too many (?:blocks|results|logs)"
    r"|(?:query|response) (?:returned|exceeds?) (?:more than|max|limit)"
    r"|response size|response (?:is )?too (?:big|large)|result set too large|logs matched by query exceeds"
    r"|query timeout exceeded|query timed? ?out|reduc\w+ (?:your|the) block range|distance of fromblock"
    r"|eth_getlogs .*(?:limited|up to)|maximum (?:allowed )?(?:block )?range|block range must be",
    re.IGNORECASE,
)
_ABOUT_PACE = re.compile(r"requests?\b|second|rate|batch", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LogLimit:
    """A limit as a provider states it; a field is None where it does not say.

    Attributes:
        suggested: First and last block of a range that it would answer.
        blocks: Most blocks in a range.
    """

    suggested: tuple[int, int] | None = None
    blocks: int | None = None


def is_log_limit(message: str) -> bool:
    """Return whether a provider complains of a range, or of an answer's size."""
    if _TOO_MUCH.search(message) or _HEX_RANGE.search(message):
        return True
    return not _ABOUT_PACE.search(message) and any(pattern.search(message) for pattern in _BLOCKS)


def parse_log_limit(message: str) -> LogLimit | None:
    """Return what a complaint of a provider offers, or None where the message is no such complaint."""
    if not is_log_limit(message):
        return None
    if found := _HEX_RANGE.search(message):
        return LogLimit(suggested=(int(found[1], 16), int(found[2], 16)))
    if found := _DECIMAL_RANGE.search(message):
        return LogLimit(suggested=(int(found[1]), int(found[2])))
    for pattern in _BLOCKS:
        if found := pattern.search(message):
            return LogLimit(blocks=_count(found[1]))
    return LogLimit()


def _count(text: str) -> int:
    thousands = text.lower().endswith("k")
    return int(text.lower().rstrip("k").replace(",", "")) * (1_000 if thousands else 1)
