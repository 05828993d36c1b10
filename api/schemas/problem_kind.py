"""JSON of one kind of problem."""

from pydantic import BaseModel, ConfigDict


class ProblemKind(BaseModel):
    """What a problem's type means."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/no-such-track",
                    "title": "No such track",
                    "status": 404,
                    "retryable": False,
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    retryable: bool
