"""Events of FanEngagement: follows, funding, reward roots and claims.

Owns what they mean in the graph. Refuses to compute a reward.
"""

from dataclasses import dataclass

from ingest.chain_names import seconds_at
from ingest.handlers.recommendations import epoch_name
from ingest.handlers.registry import Context, handles
from tunefi.ids import Address, hex_of


@dataclass(frozen=True, slots=True)
class Followed:
    """An account follows another."""

    follower: Address
    account: Address


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """An account follows another no longer."""

    follower: Address
    account: Address


@dataclass(frozen=True, slots=True)
class ArtistFollowed:
    """An account follows an artist."""

    follower: Address
    artist_key: bytes
    artist_id: str


@dataclass(frozen=True, slots=True)
class ArtistUnfollowed:
    """An account follows an artist no longer."""

    follower: Address
    artist_key: bytes
    artist_id: str


@dataclass(frozen=True, slots=True)
class Funded:
    """Money came in for an epoch."""

    epoch: int
    from_: Address
    amount: int
    funded_for_epoch: int


@dataclass(frozen=True, slots=True)
class RootPosted:
    """A reward root takes force unless it is vetoed."""

    epoch: int
    root: bytes
    previous_root: bytes
    total_cumulative: int
    snapshot_digest: bytes
    keeper_set_version: int
    signers: tuple[Address, ...]
    in_force_at: int


@dataclass(frozen=True, slots=True)
class RootVetoed:
    """A reward root is never accepted."""

    epoch: int
    root: bytes
    by: Address


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rewards were paid."""

    account: Address
    epoch: int
    amount: int
    cumulative: int


@handles("FanEngagement", Followed)
def on_followed(event: Followed, context: Context) -> None:
    """The follow stands."""
    ends = ("Account", event.follower), ("Account", event.account)
    context.rows.edge("FOLLOWS", *ends, on_chain=True)


@handles("FanEngagement", Unfollowed)
def on_unfollowed(event: Unfollowed, context: Context) -> None:
    """The follow that was made on the chain ends; one that the log holds stays."""
    context.rows.no_edge("FOLLOWS", ("Account", event.follower), ("Account", event.account))


@handles("FanEngagement", ArtistFollowed)
def on_artist_followed(event: ArtistFollowed, context: Context) -> None:
    """The follow stands."""
    ends = ("Account", event.follower), ("Artist", event.artist_id)
    context.rows.edge("FOLLOWS", *ends, on_chain=True)


@handles("FanEngagement", ArtistUnfollowed)
def on_artist_unfollowed(event: ArtistUnfollowed, context: Context) -> None:
    """The follow that was made on the chain ends; one that the log holds stays."""
    context.rows.no_edge("FOLLOWS", ("Account", event.follower), ("Artist", event.artist_id))


@handles("FanEngagement", Funded)
def on_funded(event: Funded, context: Context) -> None:
    """All that came in for the epoch so far."""
    epoch_id = epoch_name(context, event.epoch)
    context.rows.node("Epoch", epoch_id, number=event.epoch, funded_wei=str(event.funded_for_epoch))


@handles("FanEngagement", RootPosted)
def on_root_posted(event: RootPosted, context: Context) -> None:
    """The epoch's newest reward root and from when it is in force."""
    context.rows.node(
        "Epoch",
        epoch_name(context, event.epoch),
        number=event.epoch,
        reward_root=hex_of(event.root),
        reward_total_wei=str(event.total_cumulative),
        reward_in_force_at=seconds_at(event.in_force_at),
        reward_vetoed=False,
    )


@handles("FanEngagement", RootVetoed)
def on_root_vetoed(event: RootVetoed, context: Context) -> None:
    """The epoch's reward root never takes force."""
    context.rows.node("Epoch", epoch_name(context, event.epoch), number=event.epoch, reward_vetoed=True)


@handles("FanEngagement", Claimed)
def on_claimed(event: Claimed, context: Context) -> None:
    """One payment, by whom, of which epoch."""
    claim = ("Claim", context.event_id)
    epoch = ("Epoch", epoch_name(context, event.epoch))
    context.rows.node(
        *claim, amount_wei=str(event.amount), cumulative_wei=str(event.cumulative), at=context.at
    )
    context.rows.edge("CLAIMED", ("Account", event.account), claim, event_id=context.event_id)
    context.rows.edge("CLAIMED", claim, epoch, event_id=context.event_id)
