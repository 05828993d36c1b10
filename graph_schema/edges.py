"""Every relationship with its ends, what makes it unique, and its properties (design, section 3).

Owns the list. Refuses to know any Cypher.
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
CHAIN, LOG, CUT = Source.CHAIN, Source.LOG, Source.CUT


@dataclass(frozen=True, slots=True)
class EdgeType:
    """One relationship type.

    `ends` are the allowed pairs of labels (from, to). A relationship is unique by its two nodes and the
    values of `discriminators`, which are among its properties.
    """

    type: str
    ends: tuple[tuple[str, str], ...]
    properties: tuple[Property, ...] = ()
    discriminators: tuple[str, ...] = ()
    source: Source = Source.CHAIN


def _event_edge(type_: str, *ends: tuple[str, str], properties: tuple[Property, ...] = ()) -> EdgeType:
    """A relationship of which each chain event makes a new one."""
    return EdgeType(type_, ends, (Property("event_id", TEXT, CHAIN), *properties), ("event_id",))


_AT = Property("at", TIME, CHAIN)

EDGES: tuple[EdgeType, ...] = (
    EdgeType(
        "LISTENED_TO",
        (("Account", "Track"),),
        (
            Property("plays", INT, LOG, Merge.ADD),
            Property("seconds", INT, LOG, Merge.ADD),
            Property("signed_plays", INT, LOG, Merge.ADD),
            Property("generated_plays", INT, LOG, Merge.ADD),
            Property("first_at", TIME, LOG, Merge.MIN),
            Property("last_at", TIME, LOG, Merge.MAX),
        ),
        source=LOG,
    ),
    EdgeType(
        "PLAYED_ON",
        (("Account", "Track"),),
        (Property("utc_day", INT, LOG), Property("signed_seconds", INT, LOG, Merge.ADD)),
        ("utc_day",),
        source=LOG,
    ),
    EdgeType(
        "LISTENED_ON",
        (("Account", "Artist"),),
        (Property("utc_day", INT, CUT), Property("signed_seconds", INT, CUT)),
        ("utc_day",),
        source=CUT,
    ),
    EdgeType("LIKED", (("Account", "Track"),), (Property("at", TIME, LOG, Merge.MAX),), source=LOG),
    EdgeType("HID", (("Account", "Track"),), (Property("at", TIME, LOG, Merge.MAX),), source=LOG),
    EdgeType(
        "FOLLOWS",
        (("Account", "Account"), ("Account", "Artist")),
        (
            Property("signed", BOOL, LOG, Merge.MAX),
            Property("on_chain", BOOL, CHAIN),
            Property("generated", BOOL, LOG, Merge.MAX),
        ),
        source=LOG,
    ),
    EdgeType("FRIEND_OF", (("Account", "Account"),), source=LOG),
    EdgeType(
        "TAGGED",
        (("Track", "Tag"), ("Artist", "Tag")),
        (Property("count", INT, LOG, Merge.ADD),),
        source=LOG,
    ),
    EdgeType("CONTROLS", (("Account", "Artist"),)),
    EdgeType(
        "CREATED",
        (("Artist", "Track"),),
        (Property("catalogued", BOOL, LOG, Merge.MAX), Property("minted", BOOL, CHAIN)),
    ),
    EdgeType("RELEASED_ON", (("Track", "Release"),), source=LOG),
    EdgeType("DERIVED_FROM", (("Track", "Track"),), source=LOG),
    EdgeType("HOLDS", (("Account", "Track"),), (Property("amount", WEI, CHAIN),)),
    EdgeType("LICENSED_AS", (("Track", "Licence"),)),
    EdgeType("PAYS_BY", (("Track", "RoyaltySplit"),)),
    _event_edge("LISTED", ("Account", "Listing"), ("Listing", "Track")),
    _event_edge("OFFERED", ("Account", "Offer"), ("Offer", "Track")),
    _event_edge("BID", ("Account", "Auction"), properties=(Property("amount_wei", WEI, CHAIN), _AT)),
    _event_edge("SOLD_IN", ("Track", "Sale"), ("Track", "Auction"), ("Listing", "Sale"), ("Offer", "Sale")),
    EdgeType(
        "TRADED",
        (("Account", "Sale"),),
        (Property("role", TEXT, CHAIN),),
        ("role",),
    ),
    _event_edge(
        "BOUGHT",
        ("Account", "Account"),
        properties=(
            Property("fee_wei", WEI, CHAIN),
            Property("currency", TEXT, CHAIN),
            Property("primary", BOOL, CHAIN),
            Property("track_id", TEXT, CHAIN),
            _AT,
        ),
    ),
    _event_edge(
        "STAKED",
        ("Account", "StakingPool"),
        properties=(Property("amount_wei", WEI, CHAIN), Property("block", INT, CHAIN), _AT),
    ),
    EdgeType("DELEGATES_TO", (("Account", "Account"),), (Property("votes", TEXT, CHAIN),), ("votes",)),
    EdgeType(
        "VOTED",
        (("Account", "Proposal"),),
        (Property("support", INT, CHAIN), Property("weight", WEI, CHAIN), _AT),
    ),
    EdgeType("KEEPS", (("Account", "KeeperSet"),)),
    _event_edge("COMMITTED", ("Account", "Epoch"), properties=(_AT,)),
    _event_edge("CHALLENGED", ("Account", "Challenge"), ("Challenge", "Epoch"), properties=(_AT,)),
    _event_edge("SLASHED", ("Account", "Challenge"), properties=(Property("amount_wei", WEI, CHAIN), _AT)),
    _event_edge("EARNED", ("Account", "Epoch"), properties=(Property("amount_wei", WEI, CHAIN),)),
    _event_edge("CLAIMED", ("Account", "Claim"), ("Claim", "Epoch")),
)
"""STAKED.amount_wei is the account's whole stake after the change, so that the lowest stake of a period
is read from the rows alone. BOUGHT goes from the payer to the account that controls the artist."""

EDGE_BY_TYPE: dict[str, EdgeType] = {edge.type: edge for edge in EDGES}
