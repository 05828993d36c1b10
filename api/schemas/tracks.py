"""JSON of tracks."""

from pydantic import BaseModel, ConfigDict, Field


class SimilarTrack(BaseModel):
    """A track whose vector points much the same way."""

    track_id: str
    title: str
    artist: str | None
    score: float = Field(ge=-1, le=1, description="Cosine of the two vectors.")


class SimilarTracks(BaseModel):
    """The tracks nearest to one, best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "track_id": "hetrec:track:154",
                    "title": "Radiohead",
                    "artist": "Radiohead",
                    "epoch": 3,
                    "items": [
                        {
                            "track_id": "hetrec:track:65",
                            "title": "Coldplay",
                            "artist": "Coldplay",
                            "score": 0.81,
                        }
                    ],
                }
            ]
        }
    )

    track_id: str
    title: str
    artist: str | None
    epoch: int = Field(description="Epoch whose vectors were compared.")
    items: list[SimilarTrack]
