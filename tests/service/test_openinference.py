"""The Open Inference Protocol in JSON: what there is, and what pictures show."""

import gzip
import json
import zlib
from base64 import b64encode, encodebytes
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.pictures import write_png
from service.settings import Settings
from tests.fakes import Digit, FakeEngine, fake_digit, fake_version
from tests.service.openinference import (
    INFER,
    digits_of,
    document,
    error_of,
    floats,
    raw,
    send,
    tensor,
)


@pytest.fixture
def empty(tmp_path: Path) -> FlaskClient:
    """A client of a service without a model."""
    return create_app(Settings(models_dir=tmp_path / "none")).test_client()


def png(digit: int) -> bytes:
    """A picture that FakeEngine reads as that digit."""
    return write_png(fake_digit(digit).reshape(28, 28))


def test_the_server_tells_its_name_release_and_extensions(
    fake_client: FlaskClient,
) -> None:
    answer = fake_client.get("/v2")

    assert answer.content_type == "application/json"
    assert answer.get_json() == {
        "name": "mnist-service",
        "version": version("mnist-service"),
        "extensions": [
            "binary_tensor_data",
            "classification",
            "model_repository",
            "statistics",
        ],
    }


def test_the_server_is_live_with_and_without_a_model(
    fake_client: FlaskClient, empty: FlaskClient
) -> None:
    for client in (fake_client, empty):
        answer = client.get("/v2/health/live")

        assert (answer.status_code, answer.get_json()) == (200, {"live": True})


def test_the_server_is_ready_once_a_model_is(
    fake_client: FlaskClient, empty: FlaskClient
) -> None:
    ready, not_ready = (c.get("/v2/health/ready") for c in (fake_client, empty))

    assert (ready.status_code, ready.get_json()) == (200, {"ready": True})
    assert (not_ready.status_code, not_ready.get_json()) == (503, {"ready": False})


def test_without_a_model_nothing_is_inferred_and_the_reason_told(
    empty: FlaskClient,
) -> None:
    for answer in (
        empty.get("/v2/models/mnist/ready"),
        empty.get("/v2/models/mnist"),
        send(empty, document([0] * 784, [1, 784])),
    ):
        assert "no model version was found in" in error_of(answer, 503)


@pytest.mark.usefixtures("engine")
def test_the_metadata_tell_the_versions_and_the_tensors(tmp_path: Path) -> None:
    fake_version(tmp_path, 1)
    fake_version(tmp_path, 12)
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    model = client.get("/v2/models/mnist").get_json()
    first = client.get("/v2/models/mnist/versions/1").get_json()

    parameters = model["inputs"][0].pop("parameters")
    assert "FP32, FP64, FP16, UINT8, BYTES" in parameters["datatypes"]
    assert "divides by 255" in parameters["UINT8"]
    assert model == {
        "name": "mnist",
        "versions": ["1", "12"],
        "platform": "tensorflow_savedmodel",
        "inputs": [{"name": "pixels", "datatype": "FP32", "shape": [-1, 784]}],
        "outputs": [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}],
    }
    assert first["versions"] == ["1"]


def test_the_parameters_of_metadata_are_strings_numbers_or_booleans(
    fake_client: FlaskClient,
) -> None:
    (given,) = fake_client.get("/v2/models/mnist").get_json()["inputs"]

    assert all(isinstance(value, str) for value in given["parameters"].values())


def test_a_model_and_its_versions_are_ready_once_loaded(
    fake_client: FlaskClient,
) -> None:
    for path in ("/v2/models/mnist/ready", "/v2/models/mnist/versions/1/ready"):
        answer = fake_client.get(path)

        assert answer.get_json() == {"name": "mnist", "ready": True}


@pytest.mark.parametrize("call", ["", "/ready", "/stats"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("letters", "model 'letters' is not served, expected 'mnist'"),
        ("mnist/versions/7", "version 7 of 'mnist' is not served, expected one of [1]"),
        ("mnist/versions/01", "version 01 of 'mnist' is not served"),
        ("mnist/versions/-1", "version -1 of 'mnist' is not served"),
        ("mnist/versions/9999999999", "version 9999999999 of 'mnist' is not served"),
        ("mnist/versions/newest", "version newest of 'mnist' is not served"),
    ],
)
def test_what_is_not_served_is_not_found(
    fake_client: FlaskClient, call: str, path: str, said: str
) -> None:
    answer = fake_client.get(f"/v2/models/{path}{call}")

    assert error_of(answer, 404).startswith(said)


def test_an_unknown_url_is_told_in_the_same_shape(fake_client: FlaskClient) -> None:
    answer = fake_client.get("/v2/nothing")

    assert error_of(answer, 404) == "nothing is at '/v2/nothing'"


def test_an_inference_is_a_post(fake_client: FlaskClient) -> None:
    answer = fake_client.get(INFER)

    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert "not allowed" in error_of(answer, 405)


def test_an_answer_has_every_member_of_the_protocol(fake_client: FlaskClient) -> None:
    body = {"id": "a7", **document(floats(7).tolist(), [1, 784])}

    answer = send(fake_client, body)

    assert answer.content_type == "application/json"
    assert answer.get_json() == {
        "id": "a7",
        "model_name": "mnist",
        "model_version": "1",
        "outputs": [
            {
                "name": "probabilities",
                "shape": [1, 10],
                "datatype": "FP32",
                "data": [0.01] * 7 + [0.91] + [0.01] * 2,
            }
        ],
    }


def test_without_an_id_the_answer_has_none(fake_client: FlaskClient) -> None:
    for nothing in ({}, {"id": None}):
        answer = send(fake_client, {**nothing, **document([0] * 784, [1, 784])})

        assert "id" not in answer.get_json()


@pytest.mark.parametrize("datatype", ["FP32", "FP64", "FP16"])
def test_floats_are_taken_nested_and_flat(
    fake_client: FlaskClient, datatype: str
) -> None:
    pictures = floats(3, 8)

    for data in (pictures.tolist(), pictures.ravel().tolist()):
        answer = send(fake_client, document(data, [2, 784], datatype))

        assert digits_of(answer) == [3, 8]


def test_uint8_is_scaled_by_the_service(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    pictures = raw(3, 8)

    answer = send(fake_client, document(pictures.tolist(), [2, 784], "UINT8"))

    assert digits_of(answer) == [3, 8]
    np.testing.assert_array_equal(engine.shown[-1], floats(3, 8))


def test_whole_numbers_are_floats_too(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    answer = send(fake_client, document([0, 1, 0.5, *[0] * 781], [1, 784]))

    assert answer.status_code == 200
    assert engine.shown[-1][0, :4].tolist() == [0, 1, 0.5, 0]


@pytest.mark.parametrize(
    "shape", [[2, 784], [2, 28, 28], [2, 28, 28, 1], [2, 1, 28, 28]]
)
def test_pictures_come_as_rows_or_as_pictures(
    fake_client: FlaskClient, shape: list[int]
) -> None:
    nested = floats(3, 8).reshape(shape).tolist()

    for data in (nested, floats(3, 8).ravel().tolist()):
        answer = send(fake_client, document(data, shape))

        assert digits_of(answer) == [3, 8]


@pytest.mark.parametrize("shape", [[784], [28, 28]])
def test_one_picture_may_come_without_a_batch_and_is_answered_as_a_batch(
    fake_client: FlaskClient, shape: list[int]
) -> None:
    answer = send(fake_client, document(floats(4).reshape(shape).tolist(), shape))

    assert digits_of(answer) == [4]
    assert answer.get_json()["outputs"][0]["shape"] == [1, 10]


@pytest.mark.parametrize("shape", [[2], [2, 1]])
def test_bytes_in_json_are_pictures_in_base64(
    fake_client: FlaskClient, shape: list[int]
) -> None:
    wrapped = encodebytes(png(6)).decode()
    data = np.array([b64encode(png(5)).decode(), wrapped]).reshape(shape).tolist()

    answer = send(fake_client, document(data, shape, "BYTES"))

    assert digits_of(answer) == [5, 6]


def test_the_version_in_the_path_answers(engine: FakeEngine, tmp_path: Path) -> None:
    fake_version(tmp_path, 1)
    fake_version(tmp_path, 2)
    (tmp_path / "mnist/labels.json").write_text('{"stable": 1}')
    client = create_app(Settings(models_dir=tmp_path)).test_client()
    body = document(floats(1).tolist(), [1, 784])

    answers = [
        send(client, body, path=f"/v2/models/mnist{version}/infer").get_json()
        for version in ("", "/versions/1", "/versions/2", "/versions/stable")
    ]

    assert [a["model_version"] for a in answers] == ["1", "1", "2", "1"]


def test_a_model_that_is_not_served_infers_nothing(fake_client: FlaskClient) -> None:
    body = document(floats(1).tolist(), [1, 784])

    for path in ("letters", "mnist/versions/2", "mnist/versions/x"):
        answer = send(fake_client, body, path=f"/v2/models/{path}/infer")

        assert "is not served, expected" in error_of(answer, 404)


def test_the_output_may_be_asked_for_by_its_name(fake_client: FlaskClient) -> None:
    body = document(floats(2).tolist(), [1, 784])

    for outputs in ([{"name": "probabilities"}], [], None):
        answer = send(fake_client, {**body, "outputs": outputs})

        assert digits_of(answer) == [2]


def test_parameters_that_are_for_others_are_let_be(fake_client: FlaskClient) -> None:
    parameters = {"priority": 1, "timeout": 5, "content_type": "np", "anything": None}
    body = {
        "parameters": parameters,
        "model_name": "mnist",
        "inputs": [{**tensor([0] * 784, [1, 784]), "parameters": parameters}],
        "outputs": [{"name": "probabilities", "parameters": parameters}],
    }

    answer = send(fake_client, body)

    assert answer.status_code == 200


def test_null_is_as_good_as_missing(fake_client: FlaskClient) -> None:
    nothing = {"id": None, "parameters": None, "outputs": None}
    entry = {**tensor([0] * 784, [1, 784]), "parameters": None}

    answer = send(fake_client, {**nothing, "inputs": [entry]})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, ["0.910000:3:3"]),
        (3, ["0.910000:3:3", "0.010000:0:0", "0.010000:1:1"]),
    ],
)
def test_classes_are_score_index_and_label_likeliest_first(
    fake_client: FlaskClient, count: int, expected: list[str]
) -> None:
    wanted = {"name": "probabilities", "parameters": {"classification": count}}
    body = {**document(floats(3, 3).tolist(), [2, 784]), "outputs": [wanted]}

    (output,) = send(fake_client, body).get_json()["outputs"]

    assert output == {
        "name": "probabilities",
        "shape": [2, count],
        "datatype": "BYTES",
        "data": expected * 2,
    }


def test_more_classes_than_there_are_is_all_of_them(fake_client: FlaskClient) -> None:
    wanted = {"name": "probabilities", "parameters": {"classification": 2**62}}
    body = {**document(floats(3).tolist(), [1, 784]), "outputs": [wanted]}

    (output,) = send(fake_client, body).get_json()["outputs"]

    assert output["shape"] == [1, 10]


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_request_is_read(
    fake_client: FlaskClient, encoding: str, compress: type[bytes]
) -> None:
    body = json.dumps(document(floats(9).tolist(), [1, 784])).encode()

    answer = fake_client.post(
        INFER, data=compress(body), headers={"Content-Encoding": encoding}
    )

    assert digits_of(answer) == [9]


def test_the_content_type_does_not_matter(fake_client: FlaskClient) -> None:
    body = json.dumps(document(floats(9).tolist(), [1, 784]))

    for media in (None, "application/x-www-form-urlencoded", "text/plain"):
        answer = fake_client.post(INFER, data=body, content_type=media)

        assert digits_of(answer) == [9]


def test_real_digits_get_the_probabilities_of_the_network_itself(
    client: FlaskClient, digits: list[Digit], models_dir: Path
) -> None:
    from service.engines import open_engine

    pixels = np.stack([digit.pixels for digit in digits])
    newest = client.get("/version").get_json()["default"]
    engine = open_engine("litert", models_dir / "mnist" / str(newest))
    expected = engine.predict(pixels.astype(np.float32) / np.float32(255))

    answer = send(client, document(pixels.tolist(), [40, 784], "UINT8"))

    (output,) = answer.get_json()["outputs"]
    found = np.array(output["data"]).reshape(40, 10)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert digits_of(answer) == [digit.label for digit in digits]
