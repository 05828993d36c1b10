"""JSON of health."""

from pydantic import BaseModel, ConfigDict, Field


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"alive": True}]})

    alive: bool


class Component(BaseModel):
    """One part of the service."""

    name: str
    ok: bool
    detail: str = Field(description="What it did last, or why it is not ok.")
    last_success_at: int | None = Field(description="Microseconds since 1970-01-01 UTC, null when never.")


class FaultItem(BaseModel):
    """One thing that is wrong."""

    component: str
    code: str = Field(description="For programs; see docs/api.md.")
    detail: str = Field(description="What is wrong.")
    action: str = Field(description="What to do about it.")


class Readiness(BaseModel):
    """Whether to send requests here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ready": True,
                    "reasons": [],
                    "faults": [],
                    "served_epoch": 3,
                    "components": [
                        {
                            "name": "ingest",
                            "ok": True,
                            "detail": "block 812",
                            "last_success_at": 1790000000000000,
                        }
                    ],
                }
            ]
        }
    )

    ready: bool
    reasons: list[str] = Field(description="Why not, one sentence each.")
    faults: list[FaultItem] = Field(description="The same for programs, and what to do about each.")
    served_epoch: int | None = Field(
        description="Epoch that is served. Null does not make the service unready: it serves the fallback."
    )
    components: list[Component]
