"""Every error that can reach a route has an entry in the one table, and private ones tell nothing."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request

import api
import commitments
import engagement
import graph_schema
import ingest
import recsys
import tunefi
from api.errors import KINDS, MEDIA_TYPE, all_kinds, answer_known, kind_of
from tunefi.chain.errors import NodeUnreachable
from tunefi.errors import FinalError, MalformedAddress, RetryableError, TuneFiError

BELOW = (tunefi, graph_schema, ingest, recsys, engagement, commitments, api)


def import_all() -> None:
    for package in BELOW:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def descendants(root: type[TuneFiError]) -> Iterator[type[TuneFiError]]:
    for child in root.__subclasses__():
        yield child
        yield from descendants(child)


def reachable() -> list[type[TuneFiError]]:
    import_all()
    names = tuple(package.__name__ for package in BELOW)
    return [error for error in descendants(TuneFiError) if error.__module__.split(".")[0] in names]


def request() -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/v1/x", "headers": [], "query_string": b"", "server": None}
    )


def test_every_error_below_the_api_has_an_entry() -> None:
    errors = reachable()
    assert len(errors) > 30
    for error in errors:
        assert kind_of(error).status >= 400, error


def test_every_retryable_error_says_come_back() -> None:
    for error in reachable():
        if issubclass(error, RetryableError):
            assert kind_of(error).status == 503, error


def test_what_the_api_refuses_itself_has_an_entry_of_its_own() -> None:
    import_all()
    own = [error for error in descendants(TuneFiError) if error.__module__ == "api.refusals"]
    assert own
    assert [error for error in own if error not in KINDS] == []


def test_one_slug_stands_for_one_status_and_title() -> None:
    assert len({kind.slug for kind in KINDS.values()}) == len(set(KINDS.values()))
    for slug, kind in all_kinds().items():
        assert slug == kind.slug


def test_an_answer_has_the_form_of_rfc_9457() -> None:
    answer = answer_known(request(), MalformedAddress("0x12"))
    problem = json.loads(bytes(answer.body))
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert set(problem) == {"type", "title", "status", "detail", "instance", "fields"}
    assert (problem["status"], answer.status_code) == (422, 422)
    assert "0x12" in problem["detail"]


def test_a_retryable_error_says_when_to_come_back_and_hides_the_node() -> None:
    answer = answer_known(request(), NodeUnreachable("http://10.0.0.7:8545", "refused"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert b"10.0.0.7" not in answer.body


@pytest.mark.parametrize("root", [FinalError, RetryableError])
def test_an_error_without_an_entry_tells_nothing(root: type[TuneFiError]) -> None:
    class Unlisted(root):  # type: ignore[valid-type, misc]
        """Not in the table."""

    answer = answer_known(request(), Unlisted(f"cannot read {Path('/etc/secret')}"))
    assert b"/etc/secret" not in answer.body
