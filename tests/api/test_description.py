"""The OpenAPI document is valid, has examples everywhere, and docs/api.md names every route."""

from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from api.description import list_routes
from tests.api.conftest import World

pytestmark = pytest.mark.evm

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


async def read_document(world: World) -> dict[str, Any]:
    document: dict[str, Any] = (await world.client.get("/openapi.json")).json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_the_document_is_valid(world: World) -> None:
    validate(await read_document(world))


async def test_every_route_has_summary_description_and_tag(world: World) -> None:
    document = await read_document(world)
    tags = {tag["name"] for tag in document["tags"]}
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= tags, name


async def test_every_route_has_an_example_answer(world: World) -> None:
    document = await read_document(world)
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if not status.startswith("2") or status == "204":
                continue
            assert all(has_example(document, one) for one in answer["content"].values()), name


def has_example(document: dict[str, Any], content: dict[str, Any]) -> bool:
    schema = content["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return bool(content.get("example") or content.get("examples") or schema.get("examples"))


async def test_examples_fit_their_schemas(world: World) -> None:
    from pydantic import BaseModel

    import api.schemas.auth
    import api.schemas.chain
    import api.schemas.epochs
    import api.schemas.health
    import api.schemas.listeners
    import api.schemas.listens
    import api.schemas.problem
    import api.schemas.recommendations
    import api.schemas.rewards
    import api.schemas.tracks

    checked = 0
    for module in vars(api.schemas).values():
        for model in vars(module).values() if hasattr(module, "__file__") else ():
            if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel:
                extra = model.model_config.get("json_schema_extra")
                for example in extra.get("examples", []) if isinstance(extra, dict) else []:  # type: ignore[union-attr]
                    model.model_validate(example)
                    checked += 1
    assert checked >= 14


async def test_every_error_is_described_as_a_problem(world: World) -> None:
    document = await read_document(world)
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for name, operation in operations(document):
        assert "application/problem+json" in operation["responses"]["422"]["content"], name


async def test_every_route_is_on_the_page_of_the_documentation(world: World) -> None:
    page = DOCS.read_text(encoding="utf-8")
    routes = [f"{method} {path}" for method, path in list_routes(world.app)]
    assert [route for route in routes if f"`{route}`" not in page] == []
