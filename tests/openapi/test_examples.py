"""Every example of the document is real: asked again, it gets the answer shown.

An example of a request is all that has its name: a body, and parameters beside it.
The example of an answer that has the same name is what the service says to it.
"""

import math
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from PIL import Image
from werkzeug.test import TestResponse as Answer

from service.api.openapi.document import assemble, resolve
from service.app import create_app
from service.settings import Settings
from service.versions.labels import LABELS

DOCUMENT = assemble("1.0")
Json = dict[str, Any]

STATISTICS = {"last_inference", "inference_count", "execution_count", "batch_stats"}
VARYING = {"request_id", "created", "count", "ns"} | STATISTICS
"""What is another in every answer, or after every training."""
RELEASE = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Example:
    """One request, and the answer that the document shows for it."""

    label: str
    method: str
    path: str
    status: int
    media_type: str
    answer: Any
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def _examples() -> Iterator[Example]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                shared = item.get("parameters", [])
                parameters = [*shared, *operation.get("parameters", [])]
                yield from _of(f"{method.upper()} {path}", operation, parameters)


def _of(label: str, operation: Json, references: list[Json]) -> Iterator[Example]:
    parameters = [resolve(DOCUMENT, reference) for reference in references]
    bodies = dict(_bodies(operation))
    for name, (status, media_type, answer) in _answers(operation).items():
        given = {(p["in"], p["name"]): _given(p, name) for p in parameters}
        chosen = {key: str(value) for key, value in given.items() if value is not None}
        method, path = label.split(" ")
        for (place, variable), value in chosen.items():
            if place == "path":
                path = path.replace(f"{{{variable}}}", value)
        headers = {key: v for (place, key), v in chosen.items() if place == "header"}
        body = None
        if bodies:
            content_type, body = bodies.pop(name)
            headers["Content-Type"] = content_type
        query = {key: v for (place, key), v in chosen.items() if place == "query"}
        told = Example(
            f"{label} {name}", method, path, status, media_type, answer, query, headers
        )
        yield Example(**{**vars(told), "body": body})
    assert not bodies, f"{label}: no answer is shown to {', '.join(bodies)}"


def _given(parameter: Json, name: str) -> Any:
    """The parameter's own example of that name, else what a path cannot lack."""
    if name in parameter.get("examples", {}):
        return parameter["examples"][name]["value"]
    return parameter.get("example") if parameter["in"] == "path" else None


def _bodies(operation: Json) -> Iterator[tuple[str, tuple[str, bytes]]]:
    body = resolve(DOCUMENT, operation.get("requestBody", {}))
    for media_type, media in body.get("content", {}).items():
        for name, reference in media.get("examples", {}).items():
            value = _value(resolve(DOCUMENT, reference))
            data = value if isinstance(value, bytes) else orjson.dumps(value)
            yield name, (media_type, data)


def _answers(operation: Json) -> dict[str, tuple[int, str, Any]]:
    """By name, each answer shown that is this operation's own, and no error's."""
    found = {}
    for status, reference in operation["responses"].items():
        response = resolve(DOCUMENT, reference)
        for media_type, media in response.get("content", {}).items():
            examples = dict(media.get("examples", {}))
            if "example" in media and int(status) < 300:
                examples["example"] = {"value": media["example"]}
            for name, example in examples.items():
                value = _value(resolve(DOCUMENT, example))
                found[name] = (int(status), media_type, value)
    return found


def _value(example: Json) -> Any:
    if "externalValue" not in example:
        return example["value"]
    folder = Path(__file__).parents[2] / "service/api/openapi/assets"
    return (folder / example["externalValue"].removeprefix("/docs/")).read_bytes()


EXAMPLES = list(_examples())


@pytest.fixture(scope="module")
def labelled(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of the repository's models, `stable` being a label of version 2."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(models_dir / "mnist", folder / "mnist")
    (folder / "mnist" / LABELS).write_text('{"stable": 2}')
    return create_app(Settings(models_dir=folder)).test_client()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.label)
def test_an_example_gets_the_answer_that_is_shown(
    labelled: FlaskClient, example: Example
) -> None:
    answer = labelled.open(
        example.path,
        method=example.method,
        query_string=example.query,
        headers={**example.headers, "Accept": example.media_type},
        data=example.body,
    )

    assert answer.status_code == example.status, answer.data
    assert answer.mimetype == example.media_type
    if example.media_type.endswith("json"):
        _assert_alike(answer.get_json(), example.answer)
    else:
        assert np.array_equal(_pixels(answer.data), _pixels(example.answer))


def _assert_alike(found: Any, told: Any, where: str = "the answer") -> None:
    """The same, but for what varies and a thousandth in numbers that are not whole."""
    if isinstance(told, dict):
        assert isinstance(found, dict), where
        assert found.keys() == told.keys(), where
        for key in told.keys() - VARYING:
            _assert_alike(found[key], told[key], f"{where}.{key}")
    elif isinstance(told, list):
        assert isinstance(found, list), where
        assert len(found) == len(told), where
        for place, (one, other) in enumerate(zip(found, told, strict=True)):
            _assert_alike(one, other, f"{where}[{place}]")
    elif isinstance(told, float):
        assert math.isclose(found, told, abs_tol=1e-3), where
    elif isinstance(told, str) and RELEASE.fullmatch(told):
        assert RELEASE.fullmatch(found), where
    else:
        assert found == told, where


def _pixels(encoded: bytes) -> Any:
    with Image.open(BytesIO(encoded)) as image:
        return np.asarray(image)


def test_every_kind_of_body_has_an_example() -> None:
    asked = {example.headers.get("Content-Type") for example in EXAMPLES}

    assert {
        "image/png",
        "application/json",
        "application/x-npy",
        "application/octet-stream",
    } <= asked


def _media(node: Any) -> Iterator[tuple[Json, Any]]:
    """Every schema that has examples beside it, with each of them."""
    if isinstance(node, list):
        for child in node:
            yield from _media(child)
    elif isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield node["schema"], node["example"]
        for reference in node.get("examples", {}).values() if "schema" in node else ():
            yield node["schema"], _value(resolve(DOCUMENT, reference))
        for child in node.values():
            yield from _media(child)


def test_every_example_is_what_its_schema_asks_for() -> None:
    shown = list(_media(DOCUMENT))

    for schema, value in shown:
        if not isinstance(value, bytes):
            whole = {**schema, "components": DOCUMENT["components"]}
            OAS31Validator(whole).validate(value)
    assert len(shown) > 20


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a service that found no model, one route of which fails."""
    folder = tmp_path_factory.mktemp("models")
    app: Flask = create_app(Settings(models_dir=folder))

    @app.get("/broken")
    @app.get("/v2/broken")
    @app.get("/v1/models/broken/broken")
    def fail() -> str:
        raise RuntimeError

    return app.test_client()


PNG = {"Content-Type": "image/png"}
OCTETS = {"Content-Type": "application/octet-stream"}
BROTLI = {"Content-Encoding": "br"}
MANY = bytes(784 * 1025)
PREDICT = "/v1/models/mnist:predict"
INFER = "/v2/models/mnist/infer"


class _Broken(RawIOBase):
    """A body that never arrives."""

    def readinto(self, _: Any) -> int:
        raise TimeoutError

    read = readall = readinto  # type: ignore[assignment]


def _causes(client: FlaskClient, empty: FlaskClient) -> Iterator[tuple[str, Answer]]:
    """By the component that describes it, an answer that is this error."""
    url = "/v1/classify"
    cut = {"CONTENT_LENGTH": "1000", "wsgi.input": _Broken()}
    many: Json = {"examples": [{}] * 1025}
    unload = "/v2/repository/models/mnist/unload"
    yield "BadRequest", client.post(f"{url}?top=11", data=b"x", headers=PNG)
    yield "NotFound", client.post(f"{url}?model=letters", data=b"x", headers=PNG)
    yield "MethodNotAllowed", client.get(url)
    yield "TooSlow", client.post(url, headers=PNG, environ_overrides=cut)
    yield "TooLarge", client.post(url, data=MANY, headers=OCTETS)
    yield "UnsupportedMedia", client.post(url, data=b"hello", headers=PNG | BROTLI)
    yield "UnreadablePicture", client.post(url, data=b"hello", headers=PNG)
    yield "Unexpected", empty.get("/broken")
    yield "NotReady", empty.post(url, data=b"hello", headers=PNG)
    yield "ServingBadRequest", client.post(PREDICT, json={"instances": [[1, 2]]})
    yield "ServingNotFound", client.get("/v1/models/letters/metadata")
    yield "ErrorTooLarge", client.post("/v1/models/mnist:classify", json=many)
    yield "ErrorNotReady", empty.get("/v1/models/mnist/metadata")
    yield "InferenceBadRequest", client.post(INFER, json={"inputs": []})
    yield "InferenceNotFound", client.get("/v2/models/letters")
    yield "InferenceUnload", client.post(unload)
    yield "InferenceUnsupported", client.get("/v2/logging")
    yield "ErrorMethodNotAllowed", client.delete("/v2")
    for path in (PREDICT, INFER):
        yield "ErrorTooSlow", client.post(path, environ_overrides=cut)
        yield "ErrorUnsupportedMedia", client.post(path, data=b"x", headers=BROTLI)
    for path in ("/v2/broken", "/v1/models/broken/broken"):
        yield "ErrorUnexpected", empty.get(path)


def test_every_error_is_as_its_example_shows(
    client: FlaskClient, empty: FlaskClient
) -> None:
    described = {
        name: media["example"]
        for name, response in DOCUMENT["components"]["responses"].items()
        for media in response.get("content", {}).values()
        if "example" in media
    }

    causes = list(_causes(client, empty))

    assert {name for name, _ in causes} == described.keys()
    for name, answer in causes:
        _assert_alike(_without_folder(answer.get_json()), described[name], name)
        assert answer.status_code in _statuses(name), name


def _statuses(component: str) -> set[int]:
    """The statuses that are described by this component."""
    reference = {"$ref": f"#/components/responses/{component}"}
    return {
        int(status)
        for item in DOCUMENT["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
        for status, response in operation["responses"].items()
        if response == reference
    }


def _without_folder(document: Json) -> Json:
    """The error with the folder of the example in place of the test's own."""
    return {
        key: re.sub(r"(?<=was found in )/.*", "/models/mnist", str(value))
        if isinstance(value, str)
        else value
        for key, value in document.items()
    }
