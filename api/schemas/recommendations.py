"""JSON of a list of recommendations, with all that proves it."""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.texts import EXAMPLE_ADDRESS, EXAMPLE_CID, EXAMPLE_HASH
from commitments.epoch_state import StateName


class ServedEpochJson(BaseModel):
    """The epoch that a list comes from."""

    epoch: int | None = Field(description="Number of the epoch, null where none is final yet.")
    state: StateName = Field(
        description="State on the chain when it was last read; verify it there yourself."
    )
    final_at: int | None = Field(description="Microseconds since 1970-01-01 UTC from which it is final.")
    track_root: str | None
    listener_root: str | None
    bundle_cid: str | None
    chain_id: int
    contract: str | None = Field(description="RecommendationGraph, where the roots can be read.")


class ModelJson(BaseModel):
    """The model that made the vectors."""

    digest: str
    name: str


class WhyJson(BaseModel):
    """One of the listener's own tracks that points the same way as the recommended one."""

    track_id: str
    title: str
    similarity: float = Field(ge=-1, le=1, description="Cosine of the two vectors.")


class RecommendationJson(BaseModel):
    """One place of a list."""

    rank: int = Field(ge=1)
    track_id: str
    row: int | None = Field(description="Row of the track in the committed table, null where it has none.")
    title: str
    artist: str | None
    score: int | None = Field(
        description="Exact product of the two vectors; null where popularity alone decided."
    )
    generated: bool = Field(description="Some plays of this track were made up.")
    why: list[WhyJson]


class OpeningJson(BaseModel):
    """What the listener's leaf commits to, byte for byte, and the proof of the leaf."""

    address: str
    row: int = Field(description="Row of the listener.")
    salt: str = Field(description="0x hex of 32 bytes.")
    vector: str = Field(description="0x hex of the int8 components.")
    excluded: str = Field(description="0x hex of ascending uint32, big-endian.")
    rows: str = Field(description="0x hex of the listed rows, uint32, big-endian, best first.")
    scores: str = Field(description="0x hex of their scores, int32, big-endian.")
    proof: list[str] = Field(description="Siblings from leaf to root.")


_OPENING: JsonDict = {
    "address": EXAMPLE_ADDRESS,
    "row": 7,
    "salt": EXAMPLE_HASH,
    "vector": "0x7f01fe",
    "excluded": "0x00000003",
    "rows": "0x0000001100000009",
    "scores": "0x0000102200001000",
    "proof": [EXAMPLE_HASH],
}


class Recommendations(BaseModel):
    """What one listener is recommended, and from what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": EXAMPLE_ADDRESS,
                    "generated": False,
                    "public_listener": True,
                    "epoch": {
                        "epoch": 3,
                        "state": "final",
                        "final_at": 1790000000000000,
                        "track_root": EXAMPLE_HASH,
                        "listener_root": EXAMPLE_HASH,
                        "bundle_cid": EXAMPLE_CID,
                        "chain_id": 31337,
                        "contract": "0x5fbdb2315678afecb367f032d93f642f64180aa3",
                    },
                    "model": {"digest": EXAMPLE_HASH, "name": "lightgcn"},
                    "items": [
                        {
                            "rank": 1,
                            "track_id": "hetrec:track:154",
                            "row": 17,
                            "title": "Radiohead",
                            "artist": "Radiohead",
                            "score": 4130,
                            "generated": False,
                            "why": [{"track_id": "hetrec:track:65", "title": "Coldplay", "similarity": 0.81}],
                        }
                    ],
                    "fallback": False,
                    "fallback_reason": None,
                    "opening": _OPENING,
                }
            ]
        }
    )

    address: str
    generated: bool = Field(description="This account was made up.")
    public_listener: bool = Field(description="Everyone may see this account's list and history.")
    epoch: ServedEpochJson
    model: ModelJson | None = Field(description="Null where no epoch is final yet.")
    items: list[RecommendationJson]
    fallback: bool = Field(
        description="True: not committed, because the epoch has no leaf for this listener."
    )
    fallback_reason: str | None = Field(description="Why it is a fallback, null where it is none.")
    opening: OpeningJson | None = Field(
        description="For the signed-in listener itself, or of public listeners; null else and in a fallback."
    )
