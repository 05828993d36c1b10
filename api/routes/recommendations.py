"""What a listener is recommended, from what, and the proof."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from api.catalogue import Account
from api.epoch_states import CONTRACT
from api.lists import Place, ShownList, choose_list
from api.refusals import NotSignedIn, NotYours
from api.schemas.recommendations import (
    ModelJson,
    OpeningJson,
    RecommendationJson,
    Recommendations,
    ServedEpochJson,
    WhyJson,
)
from api.schemas.texts import EXAMPLE_ADDRESS, AddressText
from api.served_epoch import ServedEpoch
from api.services import Services, ServicesDep
from api.viewer import ViewerDep, may_see
from graph_schema.batch_queries import TrackText
from tunefi.ids import Address, TrackId, hex_of

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])


@router.get("/{address}")
async def read_recommendations(
    services: ServicesDep,
    viewer: ViewerDep,
    response: Response,
    address: Annotated[AddressText, Path(examples=[EXAMPLE_ADDRESS])],
    limit: Annotated[int, Query(ge=1, le=256, description="Most places of the list.")] = 20,
    opening: Annotated[
        Literal["optional", "required"],
        Query(description="`required` answers 401 or 403 instead of leaving the opening out."),
    ] = "optional",
) -> Recommendations:
    """Return the list of the newest final epoch, why each track is in it, and the opening with its proof.

    The opening and the reasons, which tell what the listener heard, are only for the signed-in listener
    itself, unless its account is a public listener. `fallback` says that the epoch has no leaf for it.
    """
    account = await services.catalogue.read_account(Address(address))
    is_visible = may_see(viewer, account)
    if opening == "required" and not is_visible:
        raise NotYours("the opening", account.address) if viewer else NotSignedIn
    if not account.public_listener:
        response.headers["Cache-Control"] = "private, no-store"
    # Taken once: another epoch may be served before the answer is whole, and its label would be a lie.
    served = services.served.current
    shown = await choose_list(services, served, account, limit, is_visible=is_visible)
    return await _build_answer(services, served, account, shown, is_visible=is_visible)


async def _build_answer(
    services: Services,
    served: ServedEpoch | None,
    account: Account,
    shown: ShownList,
    *,
    is_visible: bool,
) -> Recommendations:
    texts = await services.catalogue.read_texts(_named_tracks(served, shown))
    generated = await services.catalogue.read_generated(place.track_id for place in shown.places)
    return Recommendations(
        address=account.address,
        generated=account.generated,
        public_listener=account.public_listener,
        epoch=_epoch_of(services, served),
        model=ModelJson(digest=hex_of(served.table.model_digest), name=served.table.model_name)
        if served
        else None,
        items=[
            _item_of(served, texts, rank, place, is_generated=place.track_id in generated)
            for rank, place in enumerate(shown.places, 1)
        ],
        fallback=shown.fallback_reason is not None,
        fallback_reason=shown.fallback_reason,
        opening=OpeningJson(**shown.opening.to_json()) if shown.opening and is_visible else None,
    )


def _named_tracks(served: ServedEpoch | None, shown: ShownList) -> list[TrackId]:
    named = [place.track_id for place in shown.places]
    if served is not None:
        named += [served.table.track_ids[reason.row] for place in shown.places for reason in place.reasons]
    return named


def _item_of(
    served: ServedEpoch | None,
    texts: dict[TrackId, TrackText],
    rank: int,
    place: Place,
    *,
    is_generated: bool,
) -> RecommendationJson:
    text = texts.get(place.track_id)
    return RecommendationJson(
        rank=rank,
        track_id=place.track_id,
        row=place.row,
        title=text.title if text else place.track_id,
        artist=text.artist if text else None,
        score=place.score,
        generated=is_generated,
        why=[_why_of(served, texts, reason.row, reason.similarity) for reason in place.reasons]
        if served
        else [],
    )


def _why_of(served: ServedEpoch, texts: dict[TrackId, TrackText], row: int, similarity: float) -> WhyJson:
    track_id = served.table.track_ids[row]
    title = texts[track_id].title if track_id in texts else track_id
    return WhyJson(track_id=track_id, title=title, similarity=min(1.0, similarity))


def _epoch_of(services: Services, served: ServedEpoch | None) -> ServedEpochJson:
    commitment = served.commitment if served else None
    return ServedEpochJson(
        epoch=served.epoch_id if served else None,
        state=served.standing.state if served else "none",
        final_at=served.standing.final_at if served else None,
        track_root=hex_of(commitment.track_root) if commitment else None,
        listener_root=hex_of(commitment.listener_root) if commitment else None,
        bundle_cid=commitment.bundle_cid if commitment else None,
        chain_id=services.deployment.chain_id,
        contract=services.deployment.contracts.get(CONTRACT),
    )
