"""What the OpenAPI document says besides the routes: introduction, tags, and the form of errors.

Owns texts. Refuses to know any route by name.
"""

from typing import Any

from fastapi import FastAPI

from api.errors import MEDIA_TYPE
from api.schemas.problem import Problem

DESCRIPTION = """\
Recommendations with the proof that they follow from committed vectors, listens that are durable before the
answer, and rewards with the proof to claim them. Nothing here has to be believed: `/v1/chain` names the node
and the contracts that everything can be checked against.

Times are microseconds since 1970-01-01 UTC, amounts decimal strings of wei, bytes lower-case 0x hex. Every
error is a problem of RFC 9457.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "recommendations", "description": "What a listener is recommended, from what, and the proof."},
    {"name": "listeners", "description": "Listeners that everyone may look at, and one's own history."},
    {"name": "tracks", "description": "Tracks and their neighbours."},
    {"name": "listens", "description": "Sending listens."},
    {"name": "rewards", "description": "What an account has earned and how it claims it."},
    {"name": "epochs", "description": "What was committed, and its public bundle."},
    {"name": "history", "description": "Challenges, sales and proposals, as the chain's events tell."},
    {"name": "chain", "description": "Where everything can be verified without this service."},
    {"name": "sign-in", "description": "Showing a listener what only it may see (EIP-4361)."},
    {"name": "log", "description": "The interaction log, for other keepers who replicate it."},
    {"name": "operator", "description": "Running keeper jobs in this process; for its operator only."},
    {"name": "health", "description": "For load balancers and alarms."},
    {"name": "problems", "description": "Kinds of errors."},
]

_COMMON_ERRORS = {422: "The request is malformed.", 500: "The service failed.", 503: "Come back later."}


def describe_errors(app: FastAPI) -> None:
    """Give every operation of the document the problems that it may answer with."""
    build = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(build())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def list_routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of every documented operation, sorted."""
    paths = app.openapi()["paths"]
    return sorted((method.upper(), path) for path, operations in paths.items() for method in operations)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for status, text in _COMMON_ERRORS.items():
                if str(status) not in answers or "HTTPValidationError" in str(answers[str(status)]):
                    answers[str(status)] = {"description": text, "content": content}
    return document
