"""Requests of the Open Inference Protocol, put together as its clients do."""

import json
import struct
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from service.digits import to_pixels
from tests.fakes import fake_digit

HEADER = "Inference-Header-Content-Length"
INFER = "/v2/models/mnist/infer"


def raw(*digits: int) -> NDArray[np.uint8]:
    """Pictures uint8 [n, 784] that FakeEngine reads as these digits."""
    return np.stack([fake_digit(digit) for digit in digits])


def floats(*digits: int) -> NDArray[np.float32]:
    """The same as the network takes them."""
    return to_pixels(raw(*digits))


def tensor(data: Any, shape: list[int], datatype: str = "FP32") -> dict[str, Any]:
    """An input in JSON."""
    return {"name": "pixels", "shape": shape, "datatype": datatype, "data": data}


def document(data: Any, shape: list[int], datatype: str = "FP32") -> dict[str, Any]:
    """A request with one input in JSON and nothing else."""
    return {"inputs": [tensor(data, shape, datatype)]}


def binary(shape: list[int], datatype: str, size: int) -> dict[str, Any]:
    """A request whose input is `size` bytes after the JSON."""
    parameters = {"binary_data_size": size}
    entry = {"name": "pixels", "shape": shape, "datatype": datatype}
    return {"inputs": [{**entry, "parameters": parameters}]}


def elements(*values: bytes) -> bytes:
    """A tensor of BYTES in binary."""
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


def send(
    client: FlaskClient, body: dict[str, Any], blob: bytes = b"", path: str = INFER
) -> TestResponse:
    """Post `body` as JSON, with binary data behind it if there are any."""
    head = json.dumps(body).encode()
    headers = {HEADER: str(len(head))} if blob else {}
    return client.post(path, data=head + blob, headers=headers)


def digits_of(answer: TestResponse) -> list[int]:
    """What was read, of an answer in JSON."""
    assert answer.status_code == 200, answer.text
    (output,) = answer.get_json()["outputs"]
    values = np.array(output["data"], np.float32).reshape(output["shape"])
    return [int(digit) for digit in values.argmax(axis=1)]


def parts(answer: TestResponse) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary data of an answer that has both."""
    assert answer.status_code == 200, answer.text
    length = int(answer.headers[HEADER])
    return json.loads(answer.data[:length]), answer.data[length:]


def error_of(answer: TestResponse, status: int = 400) -> str:
    """The one sentence of an answer that is this protocol's error."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/json"
    (error,) = answer.get_json().values()
    assert list(answer.get_json()) == ["error"]
    assert isinstance(error, str)
    return error
