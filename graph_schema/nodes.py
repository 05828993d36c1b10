"""Every node label with its key and properties (design, section 3).

Owns the list; a store creates one unique constraint for each. Refuses to know any Cypher.
"""

from dataclasses import dataclass

from graph_schema.properties import Merge, Property, PropertyType, Source

TEXT, INT, BOOL, TIME, WEI = (
    PropertyType.TEXT,
    PropertyType.INT,
    PropertyType.BOOL,
    PropertyType.TIME,
    PropertyType.WEI,
)
CHAIN, LOG = Source.CHAIN, Source.LOG


@dataclass(frozen=True, slots=True)
class NodeType:
    """One label; `key` is a text property that identifies a node."""

    label: str
    key: str
    properties: tuple[Property, ...] = ()


_ORDER = (
    Property("state", TEXT, CHAIN),
    Property("amount", INT, CHAIN),
    Property("left", INT, CHAIN),
    Property("price_wei", WEI, CHAIN),
    Property("end_price_wei", WEI, CHAIN),
    Property("currency", TEXT, CHAIN),
    Property("starts_at", TIME, CHAIN),
    Property("ends_at", TIME, CHAIN),
)
"""What listings and offers have: a price falls from the first to the second where they differ."""

NODES: tuple[NodeType, ...] = (
    NodeType(
        "Account",
        "address",
        (
            Property("name", TEXT, LOG),
            Property("generated", BOOL, LOG, Merge.MAX),
            Property("public_listener", BOOL, LOG),
        ),
    ),
    NodeType("Artist", "artist_id", (Property("name", TEXT, LOG), Property("url", TEXT, LOG))),
    NodeType(
        "Track",
        "track_id",
        (
            Property("title", TEXT, LOG),
            Property("duration_seconds", INT, LOG),
            Property("stands_for", TEXT, LOG),
            Property("token_id", TEXT, CHAIN),
            Property("price_wei", WEI, CHAIN),
            Property("supply", TEXT, CHAIN),
            Property("uri", TEXT, CHAIN),
        ),
    ),
    NodeType("Release", "release_id", (Property("title", TEXT, LOG), Property("released_at", TIME, LOG))),
    NodeType("Tag", "name"),
    NodeType(
        "Licence",
        "licence_id",
        (
            Property("uri", TEXT, CHAIN),
            Property("content_hash", TEXT, CHAIN),
            Property("transferable", BOOL, CHAIN),
            Property("derivatives", BOOL, CHAIN),
        ),
    ),
    NodeType("RoyaltySplit", "split_id", (Property("shares", TEXT, CHAIN),)),
    NodeType("Listing", "listing_id", _ORDER),
    NodeType("Offer", "offer_id", _ORDER),
    NodeType(
        "Auction",
        "auction_id",
        (
            Property("state", TEXT, CHAIN),
            Property("seller", TEXT, CHAIN),
            Property("reserve_wei", WEI, CHAIN),
            Property("currency", TEXT, CHAIN),
            Property("amount", INT, CHAIN),
            Property("ends_at", TIME, CHAIN),
        ),
    ),
    NodeType(
        "Sale",
        "sale_id",
        (
            Property("kind", TEXT, CHAIN),
            Property("amount", INT, CHAIN),
            Property("price_wei", WEI, CHAIN),
            Property("royalty_wei", WEI, CHAIN),
            Property("fee_wei", WEI, CHAIN),
            Property("currency", TEXT, CHAIN),
            Property("at", TIME, CHAIN),
        ),
    ),
    NodeType(
        "Proposal",
        "proposal_id",
        (
            Property("state", TEXT, CHAIN),
            Property("proposer", TEXT, CHAIN),
            Property("description", TEXT, CHAIN),
            Property("vote_start_at", TIME, CHAIN),
            Property("vote_end_at", TIME, CHAIN),
            Property("executable_at", TIME, CHAIN),
            Property("executed_at", TIME, CHAIN),
        ),
    ),
    NodeType("StakingPool", "pool_id"),
    NodeType(
        "Epoch",
        "epoch_id",
        (
            Property("number", INT, CHAIN),
            Property("track_root", TEXT, CHAIN),
            Property("listener_root", TEXT, CHAIN),
            Property("snapshot_digest", TEXT, CHAIN),
            Property("model_digest", TEXT, CHAIN),
            Property("bundle_cid", TEXT, CHAIN),
            Property("committed_at", TIME, CHAIN),
            Property("final_at", TIME, CHAIN),
            Property("invalid", BOOL, CHAIN),
            Property("invalid_cause", TEXT, CHAIN),
            Property("reward_root", TEXT, CHAIN),
            Property("reward_total_wei", WEI, CHAIN),
            Property("reward_in_force_at", TIME, CHAIN),
            Property("reward_vetoed", BOOL, CHAIN),
            Property("funded_wei", WEI, CHAIN),
        ),
    ),
    NodeType(
        "KeeperSet",
        "keeper_set_id",
        (Property("version", INT, CHAIN), Property("quorum", INT, CHAIN), Property("at", TIME, CHAIN)),
    ),
    NodeType(
        "Challenge",
        "challenge_id",
        (
            Property("kind", TEXT, CHAIN),
            Property("state", TEXT, CHAIN),
            Property("bounty_to", TEXT, CHAIN),
            Property("bounty_wei", WEI, CHAIN),
            Property("burned_wei", WEI, CHAIN),
            Property("at", TIME, CHAIN),
        ),
    ),
    NodeType(
        "Claim",
        "claim_id",
        (
            Property("amount_wei", WEI, CHAIN),
            Property("cumulative_wei", WEI, CHAIN),
            Property("at", TIME, CHAIN),
        ),
    ),
)
"""`Cursor`, `Block` and the undo records belong to the stores: they are not rows of a snapshot."""

NODE_BY_LABEL: dict[str, NodeType] = {node.label: node for node in NODES}
