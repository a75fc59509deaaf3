"""The document is valid, whole, and says of the service what is so."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.api.openapi import ASSETS
from service.api.openapi.document import PARTS, assemble, read, resolve

METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def document(app: Flask) -> Json:
    """The document as the service answers it."""
    answer = app.test_client().get("/openapi.json")
    assert answer.content_type == "application/json"
    found: Json = answer.get_json()
    return found


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Each operation with its name, as `GET /livez`."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method.upper() in METHODS:
                yield f"{method.upper()} {path}", operation


def references(node: Any) -> Iterator[str]:
    """Every `$ref` in `node`, however deep."""
    children: Any = ()
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        children = node.values()
    elif isinstance(node, list):
        children = node
    for child in children:
        yield from references(child)


def test_it_is_openapi_3_1(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_is_of_this_release(document: Json) -> None:
    assert document["info"]["version"] == version("mnist-service")


def test_it_has_every_route_of_the_service_and_no_other(
    document: Json, app: Flask
) -> None:
    routes = {
        f"{method} {_braced(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in METHODS & (rule.methods or set())
    }

    described = {name for name, _ in operations(document)}

    assert "POST /v1/classify" in routes
    assert described == routes


def _braced(rule: str) -> str:
    """A route as OpenAPI writes it: its variables in braces, without their kind."""
    return re.sub(r"<(?:[^>]*:)?([^>:]*)>", r"{\1}", rule)


def test_every_operation_is_told_in_words(document: Json) -> None:
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    ids = [operation["operationId"] for _, operation in operations(document)]

    for name, operation in operations(document):
        assert operation["summary"], name
        assert set(operation["tags"]) <= tags, name
        # To TensorFlow Serving another method is a malformed request.
        method = "400" if " /v1/models" in name else "405"
        assert {method, "500"} <= operation["responses"].keys(), name
    assert len(set(ids)) == len(ids)


def test_every_answer_carries_its_request_id(document: Json) -> None:
    for name, operation in operations(document):
        for status, reference in operation["responses"].items():
            response = resolve(document, reference)

            assert "X-Request-ID" in response["headers"], f"{name} {status}"


def test_nothing_is_described_that_is_not_used(document: Json) -> None:
    used = set(references(document))
    described = {
        f"#/components/{kind}/{name}"
        for kind, named in document["components"].items()
        for name in named
    }

    assert described == used


def test_every_parameter_and_field_is_told_in_words(document: Json) -> None:
    missing = [name for name in _fields(document) if not name[1]]

    assert missing == []


def _fields(node: Any) -> Iterator[tuple[str, str]]:
    """Every parameter and every property with its description."""
    if isinstance(node, list):
        for child in node:
            yield from _fields(child)
    elif isinstance(node, dict):
        if "in" in node and "name" in node:
            yield node["name"], node.get("description", "")
        for key, child in node.items():
            if key == "properties":
                for name, schema in child.items():
                    told = {"$ref", "const", "description", "contains"} & schema.keys()
                    yield name, " ".join(told)
            if key not in {"example", "examples", "value"}:
                yield from _fields(child)


def test_every_file_of_the_page_is_named(document: Json) -> None:
    (asset,) = document["paths"]["/docs/{asset}"]["get"]["parameters"]

    assert set(asset["schema"]["enum"]) == {path.name for path in ASSETS.iterdir()}


def test_parts_that_say_the_same_thing_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "service.api.openapi.document.ORDER", ("service", "health", "health")
    )

    with pytest.raises(ValueError, match=r"two parts have /livez, /readyz, /version"):
        assemble("1.0")


def test_a_part_with_a_key_twice_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "twice.json").write_text('{"tags": [], "tags": []}')
    monkeypatch.setattr("service.api.openapi.document.PARTS", tmp_path)

    with pytest.raises(ValueError, match="a key stands twice among tags, tags"):
        read("twice")


def test_every_part_is_in_it(document: Json) -> None:
    for path in PARTS.glob("*.json"):
        assert read(path.stem)["paths"].keys() <= document["paths"].keys()
