"""A run of a keeper job, as the operator sees it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class JobRun(BaseModel):
    """How a run of a job stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "job": "snapshot",
                    "state": "done",
                    "done": 1.0,
                    "total": 1.0,
                    "detail": "",
                    "report": {
                        "job": "snapshot",
                        "outcome": "nothing",
                        "detail": "nothing new",
                        "epoch": None,
                    },
                }
            ]
        }
    )

    id: int = Field(description="Number of the run in this process.")
    job: str = Field(description="Name of the job.")
    state: Literal["running", "done", "failed"]
    done: float = Field(description="Units done so far.")
    total: float | None = Field(description="Units in all, where known.")
    detail: str = Field(description="What is happening, or why it failed.")
    report: dict[str, Any] | None = Field(description="How it ended, once it is done.")
