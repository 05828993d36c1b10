"""Problem details: the one form of every error (RFC 9457).

Owns the JSON. Which error has which status is known to `api.errors`.
"""

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One part of the request that is wrong."""

    name: str = Field(description="Where in the request, for example `path.address` or `body.items.3.at`.")
    problem: str = Field(description="A sentence about what is wrong with it.")


class Problem(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/malformed-request",
                    "title": "The request is malformed",
                    "status": 422,
                    "detail": "path.address: '0x12' is not an address: expected 0x and 40 hexadecimal digits",
                    "instance": "urn:uuid:6f1b2a8e-55a4-4d0e-8f0d-0d6a1c7a3f10",
                    "fields": [
                        {
                            "name": "path.address",
                            "problem": "'0x12' is not an address: expected 0x and 40 hexadecimal digits",
                        }
                    ],
                }
            ]
        }
    )

    type: str = Field(description="Kind of the problem; a GET of it explains the kind.")
    title: str = Field(description="The kind in a few words, the same each time.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What is wrong this time, and what to do.")
    instance: str = Field(description="This occurrence; the service's log has the same identifier.")
    fields: list[FieldProblem] = Field(default_factory=list, description="What in the request is at fault.")
