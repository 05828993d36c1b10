"""JSON of listeners and what they heard."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.texts import EXAMPLE_ADDRESS


class TopArtist(BaseModel):
    """An artist by the listener's plays."""

    artist_id: str
    name: str
    plays: int


class PublicListener(BaseModel):
    """A listener that everyone may look at."""

    address: str
    name: str | None
    generated: bool
    top_artists: list[TopArtist]
    plays: int = Field(description="All plays.")


class PublicListeners(BaseModel):
    """Listeners that everyone may look at, those with most plays first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "address": EXAMPLE_ADDRESS,
                            "name": "Listener 2",
                            "generated": False,
                            "top_artists": [
                                {"artist_id": "hetrec:artist:51", "name": "Duran Duran", "plays": 13883}
                            ],
                            "plays": 168737,
                        }
                    ]
                }
            ]
        }
    )

    items: list[PublicListener]


class TopTrack(BaseModel):
    """A track by the listener's plays."""

    track_id: str
    title: str
    artist: str | None
    plays: int


class Listener(BaseModel):
    """One listener and the tracks it played most."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": EXAMPLE_ADDRESS,
                    "name": "Listener 2",
                    "generated": False,
                    "public_listener": True,
                    "plays": 168737,
                    "generated_plays": 12,
                    "top": [
                        {
                            "track_id": "hetrec:track:51",
                            "title": "Duran Duran",
                            "artist": "Duran Duran",
                            "plays": 13883,
                        }
                    ],
                }
            ]
        }
    )

    address: str
    name: str | None
    generated: bool
    public_listener: bool
    plays: int = Field(description="All plays.")
    generated_plays: int = Field(description="How many of them were made up.")
    top: list[TopTrack]
