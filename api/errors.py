"""The one table from errors to HTTP, and the answers made from it (RFC 9457).

Owns status, kind and title of every error that TuneFi raises on purpose. A class that is not in the table
takes the entry of its nearest ancestor; the two roots are in it, so every class has one. Messages of
entries with `private` name files, addresses of nodes or other things of the operator: they go to the log
only. Errors that nobody foresaw become a bare 500.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api import refusals
from api.schemas.problem import FieldProblem, Problem
from ingest.errors import LogFork
from recsys.errors import UnknownTrack
from tunefi.chain.errors import NodeUnreachable, TransactionNotMined
from tunefi.errors import FinalError, MalformedAddress, RetryableError, TuneFiError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

_log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """How errors of one class look over HTTP."""

    status: int
    slug: str
    title: str
    private: bool = False


MALFORMED = Kind(422, "malformed-request", "The request is malformed")
INTERNAL = Kind(500, "internal", "The service failed", private=True)
UNAVAILABLE = Kind(503, "unavailable", "A part of the service is not available", private=True)

KINDS: dict[type[TuneFiError], Kind] = {
    RetryableError: UNAVAILABLE,
    FinalError: INTERNAL,
    MalformedAddress: MALFORMED,
    NodeUnreachable: Kind(503, "node-unreachable", "The chain's node does not answer", private=True),
    TransactionNotMined: Kind(503, "not-mined", "A transaction is not in a block yet"),
    UnknownTrack: Kind(404, "no-such-track", "No such track"),
    refusals.NoSuchTrack: Kind(404, "no-such-track", "No such track"),
    refusals.NoSuchListener: Kind(404, "no-such-listener", "No such listener"),
    refusals.NoSuchEpoch: Kind(404, "no-such-epoch", "No such epoch"),
    refusals.NoSuchBundleFile: Kind(404, "no-such-bundle-file", "No such file in the bundle"),
    refusals.NoServedEpoch: Kind(503, "no-final-epoch", "No epoch is final yet"),
    refusals.PageNotBuilt: Kind(503, "page-not-built", "The page is not built"),
    refusals.SignInRefused: Kind(400, "sign-in-refused", "Sign-in refused"),
    refusals.NotSignedIn: Kind(401, "not-signed-in", "Not signed in"),
    refusals.NotTheOperator: Kind(403, "not-the-operator", "Only for the operator"),
    refusals.NotAKeeper: Kind(403, "not-a-keeper", "Only for keepers"),
    LogFork: Kind(409, "log-fork", "The logs part"),
    refusals.NoSuchJob: Kind(404, "no-such-job", "No such job"),
    refusals.NoSuchRun: Kind(404, "no-such-run", "No such run"),
    refusals.NotYours: Kind(403, "not-yours", "Only shown to the account it belongs to"),
}

HTTP_KINDS: dict[int, Kind] = {
    400: Kind(400, "bad-request", "The request cannot be read"),
    404: Kind(404, "no-such-path", "Nothing is here"),
    405: Kind(405, "method-not-allowed", "This path does not take that method"),
    413: Kind(413, "too-large", "The request is too large"),
    422: MALFORMED,
    500: INTERNAL,
    503: UNAVAILABLE,
    504: Kind(504, "too-slow", "The answer took too long"),
}
"""Kinds of what the framework raises by itself."""

_PRIVATE_DETAIL = "the operator finds the reason in the service's log under this instance"


def kind_of(error: type[TuneFiError]) -> Kind:
    """Return the entry of an error's class or of its nearest ancestor in the table."""
    return next(KINDS[ancestor] for ancestor in error.__mro__ if ancestor in KINDS)


def all_kinds() -> dict[str, Kind]:
    """Return every kind by its slug: what `/problems/{slug}` explains."""
    return {kind.slug: kind for kind in (*KINDS.values(), *HTTP_KINDS.values())}


def build_problem(kind: Kind, detail: str, fields: Sequence[FieldProblem] = ()) -> Problem:
    """Return problem details with an identifier of their own."""
    return Problem(
        type=f"/problems/{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=f"urn:uuid:{uuid4()}",
        fields=list(fields),
    )


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem as an answer; 503 says when to come back, 401 how to sign in."""
    extra = {"Cache-Control": "no-store", **(headers or {})}
    if problem.status == 503:
        extra["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if problem.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem.model_dump(), problem.status, extra, media_type=MEDIA_TYPE)


def answer_known(request: Request, error: Exception) -> JSONResponse:
    """Answer an error that TuneFi raised on purpose."""
    if not isinstance(error, TuneFiError):
        return answer_unknown(request, error)
    kind = kind_of(type(error))
    problem = build_problem(kind, _PRIVATE_DETAIL if kind.private else str(error))
    if kind.private:
        level = logging.ERROR if kind.status == 500 else logging.WARNING
        _log.log(level, "%s %s: %s: %s", problem.instance, request.url.path, type(error).__name__, error)
    return problem_response(problem)


def answer_malformed(request: Request, error: Exception) -> JSONResponse:
    """Answer a request whose path, query or body has not the declared form."""
    if not isinstance(error, RequestValidationError):
        return answer_unknown(request, error)
    fields = [_field_problem(item) for item in error.errors()[:50]]
    first = f"{fields[0].name}: {fields[0].problem}" if fields else "the request has not the declared form"
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return problem_response(build_problem(MALFORMED, first + more, fields))


def answer_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework refuses: unknown paths, methods, bodies that are too large."""
    if not isinstance(error, HTTPException):
        return answer_unknown(request, error)
    kind = HTTP_KINDS.get(
        error.status_code, Kind(error.status_code, "bad-request", "The request was refused")
    )
    problem = build_problem(kind, _http_detail(request, error))
    return problem_response(problem, dict(error.headers or {}))


def answer_unknown(request: Request, error: Exception) -> JSONResponse:
    """Answer an error that nobody foresaw: a bare 500, with the stack in the log only."""
    problem = build_problem(INTERNAL, _PRIVATE_DETAIL)
    _log.error("%s %s %s", problem.instance, request.method, request.url.path, exc_info=error)
    return problem_response(problem)


def _field_problem(item: dict[str, Any]) -> FieldProblem:
    name = ".".join(str(part) for part in item["loc"])
    context = item.get("ctx", {}).get("error")
    return FieldProblem(name=name, problem=str(context) if context else str(item["msg"]))


def _http_detail(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"{request.url.path[:200]} is no path of this service; /openapi.json lists them"
    if error.status_code == 405:
        return f"{request.url.path[:200]} does not take {request.method}; see the Allow header"
    if error.status_code == 413:
        return "the body is larger than this service takes; send smaller batches"
    return str(error.detail)
