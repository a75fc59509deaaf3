"""The Open Inference Protocol with binary tensor data, in, out, and raw."""

import gzip
import json
import struct
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from service.api.openinference.tensor_data import read_numbers
from service.api.openinference.tensors import Tensor
from service.pictures import write_png
from tests.fakes import FakeEngine, fake_digit
from tests.service.openinference import (
    HEADER,
    INFER,
    binary,
    digits_of,
    document,
    elements,
    floats,
    parts,
    raw,
    send,
)


def png(digit: int) -> bytes:
    """A picture that FakeEngine reads as that digit."""
    return write_png(fake_digit(digit).reshape(28, 28))


@pytest.mark.parametrize(
    ("datatype", "dtype"), [("FP32", "<f4"), ("FP64", "<f8"), ("FP16", "<f2")]
)
@pytest.mark.parametrize("padding", range(4))
def test_binary_floats_are_little_endian_and_may_lie_anywhere(
    fake_client: FlaskClient, datatype: str, dtype: str, padding: int
) -> None:
    blob = floats(3, 8).astype(dtype).tobytes()
    body = {"id": "x" * padding, **binary([2, 784], datatype, len(blob))}

    answer = send(fake_client, body, blob)

    assert digits_of(answer) == [3, 8]


def test_binary_uint8_is_scaled_by_the_service(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    blob = raw(3, 8).tobytes()

    answer = send(fake_client, binary([2, 28, 28], "UINT8", len(blob)), blob)

    assert digits_of(answer) == [3, 8]
    np.testing.assert_array_equal(engine.shown[-1], floats(3, 8))


def test_binary_bytes_are_encoded_pictures(fake_client: FlaskClient) -> None:
    blob = elements(png(5), png(6))

    answer = send(fake_client, binary([2, 1], "BYTES", len(blob)), blob)

    assert digits_of(answer) == [5, 6]


def test_binary_data_may_be_compressed_and_the_header_counts_what_comes_out(
    fake_client: FlaskClient,
) -> None:
    blob = floats(4).tobytes()
    head = json.dumps(binary([1, 784], "FP32", len(blob))).encode()

    answer = fake_client.post(
        INFER,
        data=gzip.compress(head + blob),
        headers={HEADER: str(len(head)), "Content-Encoding": "gzip"},
    )

    assert digits_of(answer) == [4]


def test_fp32_that_lies_well_is_not_copied() -> None:
    blob = floats(1, 2).tobytes()

    pixels = read_numbers(Tensor.claimed("FP32", [2, 784], memoryview(blob)))

    assert np.shares_memory(pixels, np.frombuffer(blob, np.uint8))


@pytest.mark.parametrize(
    ("whole", "own", "expected"),
    [
        (None, None, False),
        (True, None, True),
        (False, None, False),
        (None, True, True),
        (True, False, False),
        (False, True, True),
    ],
)
def test_the_output_is_binary_as_it_says_or_else_as_the_request_does(
    fake_client: FlaskClient, whole: bool | None, own: bool | None, expected: bool
) -> None:
    body = {
        **document(floats(3).tolist(), [1, 784]),
        "parameters": {"binary_data_output": whole},
        "outputs": [{"name": "probabilities", "parameters": {"binary_data": own}}],
    }

    answer = send(fake_client, body)

    assert (HEADER in answer.headers) is expected
    assert (answer.content_type == "application/octet-stream") is expected


def test_without_outputs_the_request_alone_says(fake_client: FlaskClient) -> None:
    body: dict[str, Any] = document(floats(3, 4).tolist(), [2, 784])
    body |= {"id": "b", "parameters": {"binary_data_output": True}}

    head, blob = parts(send(fake_client, body))

    assert head == {
        "id": "b",
        "model_name": "mnist",
        "model_version": "1",
        "outputs": [
            {
                "name": "probabilities",
                "shape": [2, 10],
                "datatype": "FP32",
                "parameters": {"binary_data_size": 80},
            }
        ],
    }
    values = np.frombuffer(blob, "<f4").reshape(2, 10)
    assert values.argmax(axis=1).tolist() == [3, 4]
    assert values.max() == np.float32(0.91)


def test_binary_classes_each_have_their_length(fake_client: FlaskClient) -> None:
    parameters = {"classification": 2, "binary_data": True}
    body = {
        **document(floats(3).tolist(), [1, 784]),
        "outputs": [{"name": "probabilities", "parameters": parameters}],
    }

    head, blob = parts(send(fake_client, body))

    assert head["outputs"] == [
        {
            "name": "probabilities",
            "shape": [1, 2],
            "datatype": "BYTES",
            "parameters": {"binary_data_size": 32},
        }
    ]
    assert blob == elements(b"0.910000:3:3", b"0.010000:0:0")


def test_the_raw_form_is_one_picture_and_nothing_else(fake_client: FlaskClient) -> None:
    answer = fake_client.post(INFER, data=floats(7).tobytes(), headers={HEADER: "0"})

    head, blob = parts(answer)
    assert "id" not in head
    assert head["outputs"][0]["shape"] == [1, 10]
    assert int(np.argmax(struct.unpack("<10f", blob))) == 7


def test_a_header_as_long_as_the_body_says_that_all_is_json(
    fake_client: FlaskClient,
) -> None:
    body = json.dumps(document(floats(7).tolist(), [1, 784])).encode()

    answer = fake_client.post(INFER, data=body, headers={HEADER: str(len(body))})

    assert digits_of(answer) == [7]
