"""Listeners that everyone may look at, and one's own history."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.refusals import NoSuchListener, NotSignedIn, NotYours
from api.schemas.listeners import Listener, PublicListener, PublicListeners, TopArtist, TopTrack
from api.schemas.texts import EXAMPLE_ADDRESS, AddressText
from api.services import ServicesDep
from api.viewer import ViewerDep, may_see
from tunefi.ids import Address

router = APIRouter(prefix="/v1/listeners", tags=["listeners"])

TOP_ARTISTS = 5


@router.get("")
async def list_listeners(
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=50, description="Most listeners.")] = 20,
    query: Annotated[str, Query(max_length=100, description="Part of a name or address.")] = "",
) -> PublicListeners:
    """Return listeners that everyone may look at, those with most plays first."""
    found = await services.catalogue.read_public(query.strip(), limit, TOP_ARTISTS)
    return PublicListeners(
        items=[
            PublicListener(
                address=one.account.address,
                name=one.account.name,
                generated=one.account.generated,
                top_artists=[
                    TopArtist(artist_id=top.artist_id, name=top.name, plays=top.plays)
                    for top in one.top_artists
                ],
                plays=one.plays,
            )
            for one in found
        ]
    )


@router.get("/{address}")
async def read_listener(
    services: ServicesDep,
    viewer: ViewerDep,
    response: Response,
    address: Annotated[AddressText, Path(examples=[EXAMPLE_ADDRESS])],
    limit: Annotated[int, Query(ge=1, le=256, description="Most tracks.")] = 20,
) -> Listener:
    """Return what a listener played most: a public listener to everyone, another to itself only."""
    account = await services.catalogue.read_account(Address(address))
    if not may_see(viewer, account):
        # The same for known and unknown accounts, so that nobody learns who listens here.
        raise NotYours("the listening history", account.address) if viewer else NotSignedIn
    if not account.is_known:
        raise NoSuchListener(account.address)
    if not account.public_listener:
        response.headers["Cache-Control"] = "private, no-store"
    history = await services.catalogue.read_history(account.address, limit)
    totals = await services.catalogue.read_plays(account.address)
    return Listener(
        address=account.address,
        name=account.name,
        generated=account.generated,
        public_listener=account.public_listener,
        plays=totals.plays,
        generated_plays=totals.generated_plays,
        top=[
            TopTrack(
                track_id=played.track_id,
                title=played.title or played.track_id,
                artist=played.artist or None,
                plays=played.plays,
            )
            for played in history
        ],
    )
