"""One typed handler for each event of each contract; importing this registers them all."""

from ingest.handlers import (
    challenges,
    delegation,
    engagement,
    governance,
    market,
    music,
    recommendations,
    royalties,
    staking,
)
from ingest.handlers.ignored import IGNORED
from ingest.handlers.registry import HANDLERS, Context, Handler

__all__ = [
    "HANDLERS",
    "IGNORED",
    "Context",
    "Handler",
    "challenges",
    "delegation",
    "engagement",
    "governance",
    "market",
    "music",
    "recommendations",
    "royalties",
    "staking",
]
