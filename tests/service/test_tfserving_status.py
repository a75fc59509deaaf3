"""GET tells which versions there are, in what state, and what they take."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Settings
from tests.fakes import FakeEngine, fake_version
from tests.service.tfserving_pictures import read_as, row

OK = {"error_code": "OK", "error_message": ""}


@pytest.fixture
def versions(engine: FakeEngine, tmp_path: Path) -> FlaskClient:
    """Versions 1 and 2 are served, 3 is refused; stable is 1 and canary 2."""
    for number in (1, 2, 3):
        folder = fake_version(tmp_path, number)
    (folder / "model.tflite").write_bytes(b"damaged")
    labels = {"stable": 1, "canary": 2, "broken": 3}
    (tmp_path / "mnist" / "labels.json").write_text(json.dumps(labels))
    return create_app(Settings(models_dir=tmp_path)).test_client()


def available(number: int) -> dict[str, Any]:
    return {"version": str(number), "state": "AVAILABLE", "status": OK}


def test_the_models_are_listed_as_kserve_lists_them(client: FlaskClient) -> None:
    assert client.get("/v1/models").get_json() == {"models": ["mnist"]}


def test_the_status_of_a_model_is_that_of_all_its_versions_newest_first(
    versions: FlaskClient,
) -> None:
    answer = versions.get("/v1/models/mnist")

    assert answer.status_code == 200
    refused, *served = answer.get_json()["model_version_status"]
    assert served == [available(2), available(1)]
    assert (refused["version"], refused["state"]) == ("3", "END")
    assert refused["status"]["error_code"] == "FAILED_PRECONDITION"
    assert "model.tflite has sha256" in refused["status"]["error_message"]


def test_a_model_says_that_it_is_ready_as_kserve_does(versions: FlaskClient) -> None:
    document = versions.get("/v1/models/mnist").get_json()

    assert (document["name"], document["ready"]) == ("mnist", True)


def test_a_model_of_which_every_version_is_refused_is_not_ready(
    engine: FakeEngine, tmp_path: Path
) -> None:
    (fake_version(tmp_path) / "model.tflite").write_bytes(b"damaged")
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    document = client.get("/v1/models/mnist").get_json()
    answer = client.post("/v1/models/mnist:predict", json={"instances": [row(7)]})

    assert document["ready"] is False
    assert [v["state"] for v in document["model_version_status"]] == ["END"]
    assert answer.status_code == 503
    assert "was refused" in answer.get_json()["error"]


def test_a_model_without_versions_cannot_be_found(tmp_path: Path) -> None:
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    answer = client.get("/v1/models/mnist")

    assert answer.status_code == 404
    assert answer.get_json() == {"error": "Could not find any versions of model mnist"}


@pytest.mark.parametrize(
    ("address", "number"),
    [("versions/1", 1), ("versions/02", 2), ("labels/stable", 1), ("labels/canary", 2)],
)
def test_the_status_of_one_version_is_that_and_nothing_else(
    versions: FlaskClient, address: str, number: int
) -> None:
    answer = versions.get(f"/v1/models/mnist/{address}")

    assert answer.get_json() == {"model_version_status": [available(number)]}


def test_the_status_of_a_refused_version_says_why(versions: FlaskClient) -> None:
    answer = versions.get("/v1/models/mnist/versions/3")

    assert answer.status_code == 200
    (status,) = answer.get_json()["model_version_status"]
    assert status["state"] == "END"
    assert status["status"]["error_message"] != ""


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("letters", 404, "Could not find any versions of model letters"),
        ("letters/versions/1", 404, "Could not find any versions of model letters"),
        ("mnist/versions/9", 404, "Could not find version 9 of model mnist"),
        ("mnist/versions/0", 404, "Could not find version 0 of model mnist"),
        ("mnist/labels/x", 400, "Unrecognized servable version label: x"),
        ("mnist/labels/broken", 400, "Unrecognized servable version label: broken"),
        ("mnist/labels/1", 400, "Unrecognized servable version label: 1"),
        ("letters/metadata", 404, "Servable not found for request: Latest(letters)"),
        (
            "mnist/versions/3/metadata",
            404,
            "Servable not found for request: Specific(mnist, 3)",
        ),
        (
            "mnist/labels/x/metadata",
            400,
            "Unrecognized servable version label: x",
        ),
    ],
)
def test_what_is_not_there_is_told_as_tensorflow_serving_does(
    versions: FlaskClient, path: str, status: int, said: str
) -> None:
    answer = versions.get(f"/v1/models/{path}")

    assert answer.status_code == status
    assert answer.get_json() == {"error": said}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models/"),
        ("GET", "/v1/models/mnist/"),
        ("GET", "/v1/models/mnist/versions"),
        ("GET", "/v1/models/mnist/versions/one"),
        ("GET", "/v1/models/mnist/versions/-1"),
        ("GET", "/v1/models/mnist/versions/1/labels/stable"),
        ("GET", "/v1/models/mnist:predict"),
        ("GET", "/v1/models/mnist:foo"),
        ("GET", "/v1/models/mnist/labels/a:b"),
        ("POST", "/v1/models"),
        ("POST", "/v1/models/mnist"),
        ("POST", "/v1/models/x:foo"),
        ("POST", "/v1/models/mnist:Predict"),
        ("POST", "/v1/models/a:b:predict"),
        ("POST", "/v1/models/mnist/versions/one:predict"),
        ("PUT", "/v1/models/mnist"),
        ("DELETE", "/v1/models/mnist/metadata"),
    ],
)
def test_what_is_asked_in_another_way_is_a_malformed_request(
    client: FlaskClient, method: str, path: str
) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == 400
    assert answer.content_type == "application/json"
    assert answer.get_json() == {"error": f"Malformed request: {method} {path}"}


@pytest.mark.parametrize("address", ["", "/versions/1", "/labels/stable"])
@pytest.mark.parametrize(
    ("end", "methods"),
    [
        ("", {"GET", "HEAD", "OPTIONS"}),
        ("/metadata", {"GET", "HEAD", "OPTIONS"}),
        (":predict", {"POST", "OPTIONS"}),
        (":classify", {"POST", "OPTIONS"}),
    ],
)
def test_what_may_be_asked_of_an_address_is_told(
    client: FlaskClient, address: str, end: str, methods: set[str]
) -> None:
    answer = client.options(f"/v1/models/mnist{address}{end}")

    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == methods


@pytest.mark.parametrize(
    ("address", "version"), [("", "1"), ("/versions/2", "2"), ("/labels/stable", "1")]
)
def test_the_metadata_are_those_of_the_version_asked_for(
    versions: FlaskClient, address: str, version: str
) -> None:
    answer = versions.get(f"/v1/models/mnist{address}/metadata")

    def tensor(name: str, size: int, graph_name: str) -> dict[str, Any]:
        sizes = [{"size": "-1", "name": ""}, {"size": str(size), "name": ""}]
        shape = {"dim": sizes, "unknown_rank": False}
        return {name: {"dtype": "DT_FLOAT", "tensor_shape": shape, "name": graph_name}}

    assert answer.get_json() == {
        "model_spec": {"name": "mnist", "signature_name": "", "version": version},
        "metadata": {
            "signature_def": {
                "signature_def": {
                    "serving_default": {
                        "inputs": tensor("pixels", 784, "serving_default_pixels:0"),
                        "outputs": tensor(
                            "probabilities", 10, "StatefulPartitionedCall:0"
                        ),
                        "method_name": "tensorflow/serving/predict",
                    }
                }
            }
        },
    }


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("mnist", 200),
        ("mnist/versions/1", 200),
        ("mnist/labels/canary", 200),
        ("mnist/versions/3", 404),
        ("mnist/versions/4", 404),
        ("letters", 404),
        ("mnist/labels/broken", 400),
        ("letters/labels/stable", 400),
    ],
)
@pytest.mark.parametrize("method", ["predict", "classify"])
def test_a_version_is_asked_by_its_number_or_label(
    versions: FlaskClient, address: str, status: int, method: str
) -> None:
    document = {"instances": [row(7)], "examples": [{"pixels": row(7)}]}

    answer = versions.post(f"/v1/models/{address}:{method}", json=document)

    assert answer.status_code == status
    if method == "predict" and status == 200:
        assert answer.get_json() == {"predictions": [read_as(7)]}
