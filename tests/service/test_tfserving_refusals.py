"""What TensorFlow Serving refuses is refused here, with its status and shape."""

import base64
import io
import json
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from service.pictures import write_png
from tests.fakes import FakeEngine
from tests.service.tfserving_pictures import CLASSIFY, PREDICT, b64, row

# One client serves all examples: nothing that a request does outlives it.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

SEVEN = row(7)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"instances": [SEVEN], "inputs": [SEVEN]},
            "Not formatted correctly expecting only one of 'inputs' or 'instances' "
            "keys to exist",
        ),
        ({}, "Missing 'inputs' or 'instances' key"),
        ({"Instances": [SEVEN]}, "Missing 'inputs' or 'instances' key"),
        ([SEVEN], "JSON Value: list of 1 Is not object"),
        ({"instances": []}, "No values in 'instances' array"),
        ({"instances": 1}, "JSON Value: 1 Excepting 'instances' to be an list/array"),
        ({"instances": b64(7)}, "JSON Value: object with the keys ['b64'] Excepting"),
        ({"instances": None}, "JSON Value: null Excepting 'instances'"),
        ({"inputs": []}, "JSON Value: list of 0 is not of expected shape: [n, 784]"),
        ({"inputs": 7}, "JSON Value: 7 is not of expected shape: [n, 784]"),
        ({"inputs": {"pixels": []}}, "JSON Value: list of 0 is not of expected"),
        ({"inputs": {"image": [SEVEN]}}, "Missing named input: pixels in 'inputs'"),
        ({"inputs": {}}, "Missing named input: pixels in 'inputs' object"),
        ({"inputs": SEVEN}, "Failed to process element: 0. JSON Value: 0.027450980392"),
        ({"instances": [SEVEN[:-1]]}, "Failed to process element: 0. Encountered list"),
        (
            {"instances": [SEVEN, [*SEVEN, 0]]},
            "Failed to process element: 1. Encountered list at unexpected size: 785 "
            "expected size: 784",
        ),
        ({"instances": [SEVEN, []]}, "Failed to process element: 1. Encountered list"),
        ({"instances": [0.5]}, "Failed to process element: 0. JSON Value: 0.5 Type: N"),
        ({"instances": ["7"]}, 'Failed to process element: 0. JSON Value: "7" Type: S'),
        ({"instances": [None]}, "Failed to process element: 0. JSON Value: null Type"),
        ({"instances": [SEVEN, b64(7)]}, "Failed to process element: 1. JSON Value: o"),
        ({"instances": [b64(7), SEVEN]}, "Failed to process element: 0. JSON Value: o"),
        (
            {"instances": [["0", *SEVEN[1:]]]},
            'Failed to process element: 0, 0. JSON Value: "0" Type: String is not of '
            "expected type: float",
        ),
        (
            {"instances": [SEVEN, [*SEVEN[:5], True, *SEVEN[6:]]]},
            "Failed to process element: 1, 5. JSON Value: true Type: Boolean is not of",
        ),
        ({"instances": [[None] * 784]}, "Failed to process element: 0, 0. JSON Value"),
        ({"instances": [[[0.5]] * 784]}, "Failed to process element: 0, 0. JSON Value"),
        (
            {"instances": [[{}] * 784]},
            "Failed to process element: 0, 0. JSON Value: ob",
        ),
        ({"instances": [[SEVEN]]}, "Failed to process element: 0. Encountered list"),
        (
            {"instances": [[1e39, *SEVEN[1:]]]},
            "Cannot convert JSON value: 1e+39 to float without loss of precision",
        ),
        ({"instances": [[-1e300, *SEVEN[1:]]]}, "Cannot convert JSON value: -1e+300"),
        (
            {"instances": [{"pixels": SEVEN}, {"pixels": SEVEN, "more": 1}]},
            "Failed to process element: 1 of 'instances' list. JSON object: object "
            "with the keys ['pixels', 'more'] keys must be equal to: pixels",
        ),
        ({"instances": [{"pixels": SEVEN}, SEVEN]}, "Failed to process element: 1 of"),
        ({"instances": [SEVEN, {"pixels": SEVEN}]}, "Failed to process element: 0 of"),
        ({"instances": [{}]}, "Failed to process element: 0 of 'instances' list"),
        ({"instances": [{"b64": 7}]}, "Failed to process element: 0 of 'instances'"),
        ({"instances": [{"pixels": {"b64": 7}}]}, "Failed to process element: 0. JSON"),
        ({"instances": [{"b64": "a"}]}, 'Unable to base64 decode: "a": Invalid base'),
        ({"instances": [{"b64": "é==="}]}, "Unable to base64 decode"),
        ({"instances": [{"b64": "?" * 200}]}, 'Unable to base64 decode: "?????'),
        ({"instances": [{"b64": ""}]}, "picture 0: 0 bytes that are no readable"),
        (
            {"instances": [b64(7), {"b64": "AAAA"}]},
            "picture 1: 3 bytes that are no readable picture",
        ),
        (
            {"signature_name": "predict_images", "instances": [SEVEN]},
            'Serving signature name: "predict_images" not found in signature def',
        ),
        (
            {"signature_name": None, "instances": [SEVEN]},
            "JSON Value: null not formatt",
        ),
    ],
)
def test_a_malformed_request_is_refused_with_the_reason(
    fake_client: FlaskClient, engine: FakeEngine, document: Any, said: str
) -> None:
    answer = fake_client.post(PREDICT, data=json.dumps(document))

    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(said)
    assert answer.get_json().keys() == {"error"}
    assert answer.content_type == "application/json"
    assert len(answer.data) < 500
    assert engine.shown == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON Parse error: "),
        (b"\xff\xfe", "JSON Parse error: "),
        (b'{"instances": [[NaN]]}', "JSON Parse error: "),
        (b'{"instances": [[Infinity]]}', "JSON Parse error: "),
        (b'{"instances": [[1e999]]}', "JSON Parse error: number is infinity"),
        (b"[" * 50_000, "JSON Parse error: depth limit exceeded"),
        (b'{"instances":' + b"[" * 900 + b"]" * 900 + b"}", "Failed to process elem"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "Missing 'inputs' or 'instances' key"),
        (b'{"instances": [' + b"9" * 5000 + b"]}", "JSON Parse error: "),
        (b'"instances"', 'JSON Value: "instances" Is not object'),
        (b"null", "JSON Value: null Is not object"),
        (b"", "the body is empty"),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("path", [PREDICT, CLASSIFY])
def test_a_body_that_is_no_json_object_is_refused(
    fake_client: FlaskClient, path: str, body: bytes, said: str
) -> None:
    answer = fake_client.post(path, data=body)

    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert error.startswith(said) or (path == CLASSIFY and "'examples'" in error)


def test_whole_numbers_of_any_size_are_numbers(fake_client: FlaskClient) -> None:
    huge = 2**64 - 1
    body = json.dumps({"instances": [[0, huge, -(2**63), 2**70, *SEVEN[4:]]]})

    answer = fake_client.post(PREDICT, data=body)

    assert answer.status_code == 200


def test_more_pictures_than_allowed_are_too_large(fake_client: FlaskClient) -> None:
    for instances in ([[0] * 784] * 9, [b64(7)] * 9):
        answer = fake_client.post(PREDICT, json={"instances": instances})

        assert answer.status_code == 413
        assert answer.get_json() == {
            "error": "9 pictures in one request, at most 8 are answered"
        }


def test_more_values_than_memory_is_meant_for_are_too_large(
    client: FlaskClient,
) -> None:
    body = b'{"instances": [' + b"[]," * 500_000 + b"[]]}"

    answer = client.post(PREDICT, data=body)

    assert answer.status_code == 413
    assert answer.get_json()["error"].startswith("the JSON holds more than 1000000")


def test_a_body_over_the_limit_is_too_large(fake_client: FlaskClient) -> None:
    answer = fake_client.post(PREDICT, data=b" " * 100_001)

    assert answer.status_code == 413
    assert answer.get_json() == {"error": "the body is over the limit of 100000 bytes"}


def test_a_body_in_an_encoding_that_is_not_known_is_refused(
    fake_client: FlaskClient,
) -> None:
    headers = {"Content-Encoding": "br"}

    answer = fake_client.post(PREDICT, data=b"{}", headers=headers)

    assert answer.status_code == 415
    assert answer.get_json().keys() == {"error"}


def test_a_picture_of_too_many_pixels_is_too_large(fake_client: FlaskClient) -> None:
    file = io.BytesIO()
    Image.new("1", (5001, 5000)).save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()

    answer = fake_client.post(PREDICT, json={"instances": [{"b64": text}]})

    assert answer.status_code == 413
    assert answer.get_json()["error"].startswith("picture 0: ")


def test_a_blank_picture_is_refused(fake_client: FlaskClient) -> None:
    text = base64.b64encode(write_png(np.zeros(784, np.uint8))).decode()

    answer = fake_client.post(PREDICT, json={"instances": [{"b64": text}]})

    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith("picture 0: ")


def test_an_input_that_gives_no_finite_sums_is_refused(client: FlaskClient) -> None:
    answer = client.post(PREDICT, json={"instances": [[3e38] * 784]})

    assert answer.status_code == 400
    assert "not finite" in answer.get_json()["error"]


keys = st.sampled_from(
    ["instances", "inputs", "signature_name", "examples", "context", "pixels", "b64"]
)
numbers = st.lists(st.floats() | st.integers() | st.booleans(), max_size=3).map(
    lambda few: [*few, *[0.5] * (784 - len(few))]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys | st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=20,
)


@shared
@given(
    document=st.dictionaries(keys, anything | st.lists(numbers, max_size=2)),
    method=st.sampled_from(["predict", "classify", "regress"]),
)
def test_any_document_gets_an_answer_or_a_reason(
    client: FlaskClient, document: dict[str, Any], method: str
) -> None:
    answer = client.post(f"/v1/models/mnist:{method}", data=json.dumps(document))

    assert answer.status_code in {200, 400}
    assert answer.content_type == "application/json"
    assert answer.status_code == 200 or answer.get_json().keys() == {"error"}


@shared
@given(body=st.binary(max_size=500))
def test_any_bytes_get_a_reason(client: FlaskClient, body: bytes) -> None:
    answer = client.post(PREDICT, data=body)

    assert answer.status_code == 400
    assert answer.get_json().keys() == {"error"}


@shared
@given(
    model=st.text(max_size=20),
    version=st.text(max_size=20) | st.integers().map(str),
    end=st.sampled_from(["", "/metadata", ":predict", ":explain", ":", "/"]),
    place=st.sampled_from(["versions", "labels"]),
)
def test_any_address_gets_an_answer_or_a_reason(
    client: FlaskClient, model: str, version: str, end: str, place: str
) -> None:
    path = f"/v1/models/{quote(model, safe='')}/{place}/{quote(version, safe='')}{end}"

    for method in ("GET", "POST", "DELETE"):
        answer = client.open(path, method=method)

        assert answer.status_code in {200, 308, 400, 404}


@pytest.mark.parametrize("digits", ["9" * 20, "9" * 5000, str(2**63)])
def test_a_version_of_more_than_64_bits_is_no_number(
    client: FlaskClient, digits: str
) -> None:
    answer = client.get(f"/v1/models/mnist/versions/{digits}")

    assert answer.status_code == 400
    assert answer.get_json() == {
        "error": f"Failed to convert version: {digits} to numeric."
    }
