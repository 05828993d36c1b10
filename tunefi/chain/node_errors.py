"""What a JSON-RPC error of a node means for whoever asked: ask for less, later, elsewhere, or not again.

Owns the texts of nodes and providers, as far as they are not about ranges of logs (`log_limits`).
"""

import re
from enum import Enum

from tunefi.chain.errors import RpcError
from tunefi.chain.log_limits import is_log_limit


class Meaning(Enum):
    """What to do about an error."""

    REFUSED = "the call is wrong, or reverts; any node says so"
    BUSY = "the same call may succeed a moment later"
    UNABLE = "this node cannot answer; another one may"
    TOO_MUCH = "the answer would be too large; ask for less"


_BUSY_CODES = frozenset({-32005, -32603, 429, -32016, -32029})
_UNABLE_CODES = frozenset({-32601, -32004, -32001, 403, 401})
_BUSY = re.compile(
    r"rate.?limit|too many (?:requests|connections)|requests? (?:per second|limit)|compute units"
    r"|request count exceeded|throughput|capacity|try again|temporar|overload|busy|timed? ?out",
    re.IGNORECASE,
)
_BATCH = re.compile(
    r"batch.*(?:too (?:large|many|big)|limit|exceed|maximum|not (?:supported|allowed|enabled)|disabled)"
    r"|too many .*batch",
    re.IGNORECASE,
)
_UNABLE = re.compile(
    r"missing trie node|pruned|historical state|state (?:is )?not available|history (?:is )?not available"
    r"|archive|not (?:yet )?synced|syncing|unauthori[sz]ed|invalid api key|project id|not supported"
    r"|method .*(?:not|disabled)",
    re.IGNORECASE,
)


def judge(error: RpcError) -> Meaning:
    """Return what to do about an error of a node."""
    if error.code == 3 or "revert" in error.message.lower():
        return Meaning.REFUSED
    if _BATCH.search(error.message) or is_log_limit(error.message):
        return Meaning.TOO_MUCH
    if error.code in _UNABLE_CODES or _UNABLE.search(error.message):
        return Meaning.UNABLE
    if error.code in _BUSY_CODES or _BUSY.search(error.message):
        return Meaning.BUSY
    return Meaning.REFUSED
