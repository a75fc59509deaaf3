"""POST :predict answers as TensorFlow Serving does, in each of its forms."""

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.fakes import FakeEngine
from tests.service.tfserving_pictures import PREDICT, b64, read_as, row


@pytest.mark.parametrize(
    "instances",
    [
        [row(7), row(3)],
        [{"pixels": row(7)}, {"pixels": row(3)}],
        [b64(7), b64(3)],
        [{"pixels": b64(7)}, {"pixels": b64(3)}],
    ],
    ids=["plain", "named", "b64", "named b64"],
)
def test_rows_are_answered_in_rows(
    fake_client: FlaskClient, instances: list[Any]
) -> None:
    answer = fake_client.post(PREDICT, json={"instances": instances})

    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.get_json() == {"predictions": [read_as(7), read_as(3)]}


@pytest.mark.parametrize(
    "inputs",
    [
        [row(7), row(3)],
        {"pixels": [row(7), row(3)]},
        [b64(7), b64(3)],
        {"pixels": [b64(7), b64(3)]},
    ],
    ids=["plain", "named", "b64", "named b64"],
)
def test_a_column_is_answered_in_a_column(
    fake_client: FlaskClient, inputs: Any
) -> None:
    answer = fake_client.post(PREDICT, json={"inputs": inputs})

    assert answer.status_code == 200
    assert answer.get_json() == {"outputs": [read_as(7), read_as(3)]}


@pytest.mark.parametrize("inputs", [b64(7), {"pixels": b64(7)}], ids=["b64", "named"])
def test_a_column_may_be_one_encoded_picture(
    fake_client: FlaskClient, inputs: Any
) -> None:
    answer = fake_client.post(PREDICT, json={"inputs": inputs})

    assert answer.get_json() == {"outputs": [read_as(7)]}


def test_the_network_sees_exactly_the_floats_that_were_sent(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    values = [value / 784 for value in range(784)]

    fake_client.post(PREDICT, json={"instances": [values]})

    (shown,) = engine.shown
    assert shown.dtype == "float32"
    assert shown.tolist() == [pytest.approx(values, rel=1e-7)]


def test_whole_numbers_are_numbers_too(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    answer = fake_client.post(PREDICT, json={"instances": [[1, 0.5, *[0] * 782]]})

    assert answer.status_code == 200
    assert engine.shown[0][0, :3].tolist() == [1.0, 0.5, 0.0]


def test_probabilities_are_written_as_short_as_a_float32_is(
    fake_client: FlaskClient,
) -> None:
    answer = fake_client.post(PREDICT, json={"instances": [row(0)]})

    assert answer.data.startswith(b'{"predictions":[[0.91,0.01,0.01,')


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", None]
)
def test_the_content_type_does_not_matter(
    fake_client: FlaskClient, content_type: str | None
) -> None:
    body = json.dumps({"instances": [row(7)]})

    answer = fake_client.post(PREDICT, data=body, content_type=content_type)

    assert answer.get_json() == {"predictions": [read_as(7)]}


def test_a_body_may_be_compressed(fake_client: FlaskClient) -> None:
    body = gzip.compress(json.dumps({"instances": [row(7)]}).encode())

    answer = fake_client.post(PREDICT, data=body, headers={"Content-Encoding": "gzip"})

    assert answer.get_json() == {"predictions": [read_as(7)]}


def test_keys_that_are_not_known_are_ignored(fake_client: FlaskClient) -> None:
    document = {"instances": [row(7)], "parameters": {"a": None}, "id": True}

    answer = fake_client.post(PREDICT, json=document)

    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["serving_default", ""])
def test_the_signature_may_be_named(fake_client: FlaskClient, name: str) -> None:
    document = {"signature_name": name, "instances": [row(7)]}

    answer = fake_client.post(PREDICT, json=document)

    assert answer.status_code == 200


def test_base64_may_be_broken_into_lines_and_lack_its_padding(
    fake_client: FlaskClient,
) -> None:
    text = b64(7)["b64"].rstrip("=")
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))

    answer = fake_client.post(PREDICT, json={"instances": [{"b64": lines}]})

    assert answer.get_json() == {"predictions": [read_as(7)]}


def test_as_many_pictures_as_are_allowed_are_answered(
    fake_client: FlaskClient,
) -> None:
    body = json.dumps({"instances": [row(digit) for digit in range(8)]})

    answer = fake_client.post(PREDICT, data=body)

    assert answer.get_json() == {"predictions": [read_as(digit) for digit in range(8)]}
