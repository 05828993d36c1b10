"""Tracks and their neighbours."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.refusals import NoServedEpoch, NoSuchTrack
from api.schemas.tracks import SimilarTrack, SimilarTracks
from api.services import ServicesDep
from recsys.similar import rank_similar
from tunefi.ids import TrackId

router = APIRouter(prefix="/v1/tracks", tags=["tracks"])


@router.get("/{track_id:path}/similar")
async def read_similar(
    services: ServicesDep,
    track_id: Annotated[str, Path(min_length=1, max_length=2000, examples=["hetrec:track:154"])],
    limit: Annotated[int, Query(ge=1, le=256, description="Most tracks.")] = 20,
) -> SimilarTracks:
    """Return the tracks whose committed vectors point most the same way, best first."""
    served = services.served.current
    if served is None:
        raise NoServedEpoch
    table = served.table
    row = table.track_rows.get(TrackId(track_id))
    if row is None:
        raise NoSuchTrack(track_id)
    found = await asyncio.to_thread(rank_similar, table.track_vectors, row, limit)
    track_ids = [table.track_ids[int(other)] for other in found.rows]
    texts = await services.catalogue.read_texts([TrackId(track_id), *track_ids])
    own = texts.get(TrackId(track_id))
    items = [
        SimilarTrack(
            track_id=other,
            title=texts[other].title if other in texts else other,
            artist=texts[other].artist if other in texts else None,
            score=max(-1.0, min(1.0, float(similarity))),
        )
        for other, similarity in zip(track_ids, found.similarities, strict=True)
    ]
    return SimilarTracks(
        track_id=track_id,
        title=own.title if own else track_id,
        artist=own.artist if own else None,
        epoch=served.epoch_id,
        items=items,
    )
