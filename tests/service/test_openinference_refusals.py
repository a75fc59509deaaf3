"""Malformed inferences: each gets the protocol's own error, and none is believed."""

import gzip
import json
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from service.api.json_values import MOST_VALUES
from service.pictures import write_png
from tests.fakes import FakeEngine, fake_digit
from tests.service.openinference import (
    HEADER,
    INFER,
    binary,
    document,
    elements,
    error_of,
    floats,
    send,
    tensor,
)

ZEROS = [0.0] * 784
GOOD = tensor(ZEROS, [1, 784])
PNG = write_png(fake_digit(5).reshape(28, 28))
Body = dict[str, Any]


def put(**changes: Any) -> Body:
    """A good request with one input's fields changed."""
    return {"inputs": [GOOD | changes]}


def test_what_the_others_are_changed_from_is_answered(fake_client: FlaskClient) -> None:
    assert send(fake_client, put()).status_code == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the body is empty"),
        (b"{", "the request is not JSON"),
        (b'{"id": "\xff"}', "the request is not JSON"),
        (b'{"id": "\\ud800"}', "the request is not JSON"),
        (b"[" * 5000, "the request is not JSON"),
        (b"[]", "the request is a list of 0, expected an object"),
        (b"null", "the request is null, expected an object"),
        (b'"inputs"', "the request is 'inputs', expected an object"),
        (b"1" * 5000, "the request is not JSON"),
        (b"{}", "'inputs' is missing, expected a list"),
    ],
)
def test_a_request_is_a_json_object(
    fake_client: FlaskClient, body: bytes, said: str
) -> None:
    assert error_of(fake_client.post(INFER, data=body)).startswith(said)


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "nan", "0x1", "01"])
def test_what_is_no_json_number_is_refused(
    fake_client: FlaskClient, token: str
) -> None:
    body = json.dumps(put(data=["@"] * 784)).replace('"@"', token)

    answer = fake_client.post(INFER, data=body)

    assert error_of(answer).startswith("the request is not JSON")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"id": 7, "inputs": [GOOD]}, "'id' is 7, expected a string"),
        ({"inputs": {}}, "'inputs' is an object with 0 keys, expected a list"),
        ({"inputs": []}, "'inputs' is a list of 0, expected a list with one object"),
        ({"inputs": [1]}, "'inputs' is a list of 1, expected a list with one object"),
        ({"inputs": [GOOD, GOOD]}, "'inputs' is a list of 2, expected a list with one"),
        (put(name="image"), "'inputs' names 'image', the model has only 'pixels'"),
        (put(name=None), "'name' is missing, expected a string"),
        (put(datatype=None), "'datatype' is missing, expected a string"),
        (put(shape=None), "'shape' is missing, expected a list"),
        (put(shape="784"), "'shape' is '784', expected a list"),
        (put(parameters=[]), "'parameters' is a list of 0, expected an object"),
        (put(data=None), "the input has neither data nor binary_data_size"),
        (put(data=1.5), "'data' is 1.5, expected a list"),
        (put(data="AAAA"), "'data' is 'AAAA', expected a list"),
        (
            put(parameters={"binary_data_size": 3136}),
            "the input has both data and binary_data_size, expected one",
        ),
        (
            put(data=None, parameters={"binary_data_size": 3136}),
            f"the input is binary, but the header {HEADER} is missing",
        ),
        (
            put(data=None, parameters={"binary_data_size": True}),
            "'binary_data_size' is true, expected a whole number",
        ),
        (
            put(parameters={"shared_memory_region": "r"}),
            "shared memory is not supported",
        ),
        (
            {"inputs": [GOOD], "parameters": {"binary_data_output": "yes"}},
            "'binary_data_output' is 'yes', expected true or false",
        ),
    ],
)
def test_every_field_has_its_type_and_stands_once(
    fake_client: FlaskClient, body: Body, said: str
) -> None:
    assert error_of(send(fake_client, body)).startswith(said)


@pytest.mark.parametrize(
    "datatype",
    ["BOOL", "INT8", "INT32", "INT64", "UINT16", "BF16", "fp32", "", "x" * 99],
)
def test_other_datatypes_are_refused_with_those_that_are_taken(
    fake_client: FlaskClient, datatype: str
) -> None:
    said = error_of(send(fake_client, put(datatype=datatype)))

    assert said.startswith("datatype ")
    assert said.endswith("expected one of FP32, FP64, FP16, UINT8, BYTES")
    assert len(said) < 120


@pytest.mark.parametrize(
    "shape",
    [
        *([], [0, 784], [-1, 784], [1, -784], [-28, -28], [1.0, 784], ["1", 784]),
        *([True, 784], [None, 784], [[1], 784], [1, 1, 1, 1, 784], [1] * 1000),
        *([2**64, 784], [10**300, 784]),
    ],
)
def test_a_shape_is_of_positive_whole_numbers(
    fake_client: FlaskClient, shape: list[Any]
) -> None:
    said = error_of(send(fake_client, put(shape=shape)))

    assert said.startswith("the shape is [")
    assert said.endswith("expected 1 to 4 whole numbers above 0")


@pytest.mark.parametrize(
    "shape",
    [[1], [1, 783], [784, 1], [28, 28, 1], [1, 28], [1, 56, 14], [1, 3, 28, 28]],
)
def test_a_shape_is_of_pictures_of_28_by_28(
    fake_client: FlaskClient, shape: list[int]
) -> None:
    said = error_of(send(fake_client, put(shape=shape)))

    assert said == (
        f"the shape is {shape}, expected [n, 784], [n, 28, 28], [n, 28, 28, 1], "
        "[n, 1, 28, 28] for n pictures"
    )


@pytest.mark.parametrize(
    ("data", "shape", "said"),
    [
        ([], [1, 784], "the shape is [1, 784], the data are [0]"),
        (ZEROS[1:], [1, 784], "the shape is [1, 784], the data are [783]"),
        ([*ZEROS, 0], [1, 784], "the shape is [1, 784], the data are [785]"),
        (ZEROS, [2, 784], "the shape is [2, 784], the data are [784]"),
        ([ZEROS], [2, 784], "the shape is [2, 784], the data are [1, 784]"),
        ([[0.0] * 28] * 28, [1, 784], "the shape is [1, 784], the data are [28, 28]"),
        ([ZEROS], [784], "the shape is [784], the data are [1]"),
        ([ZEROS, ZEROS[1:]], [2, 784], "the data are ragged 1 lists deep"),
        ([ZEROS, 0.0], [2, 784], "the data are ragged 1 lists deep"),
        ([ZEROS, "a" * 784], [2, 784], "the data are ragged 1 lists deep"),
        (
            [[[0.0] * 28] * 28, [[0.0] * 28] * 27 + [[]]],
            [2, 28, 28],
            "the data are rag",
        ),
        ([[[0.0]] * 784], [1, 784], "among the data is a list, expected only numbers"),
        ([[], []], [2, 784], "the shape is [2, 784], the data are [2, 0]"),
    ],
)
def test_data_are_nested_as_the_shape_is_or_flat(
    fake_client: FlaskClient, data: Any, shape: list[int], said: str
) -> None:
    assert error_of(send(fake_client, document(data, shape))).startswith(said)


@pytest.mark.parametrize(
    ("value", "datatype", "said"),
    [
        (True, "FP32", "true or false, expected only numbers"),
        (None, "FP32", "null, expected only numbers"),
        ("0", "FP64", "a string, expected only numbers"),
        ({}, "FP16", "an object, expected only numbers"),
        (True, "UINT8", "true or false, expected only whole numbers"),
        (0.5, "UINT8", "a number, expected only whole numbers"),
        ("0", "UINT8", "a string, expected only whole numbers"),
    ],
)
def test_among_numbers_are_only_numbers(
    fake_client: FlaskClient, value: Any, datatype: str, said: str
) -> None:
    body = put(datatype=datatype, data=[*[0] * 783, value])

    assert error_of(send(fake_client, body)) == f"among the data is {said}"


@pytest.mark.parametrize("value", [-1, 256, 2**63, 2**64 - 1, -(2**63)])
def test_uint8_is_from_0_to_255(fake_client: FlaskClient, value: int) -> None:
    body = put(datatype="UINT8", data=[*[0] * 783, value])

    said = error_of(send(fake_client, body))

    assert said.startswith("the data of UINT8 are from ")
    assert str(value) in said


@pytest.mark.parametrize("value", [1e39, -1e300, 10**300, 2**70])
def test_numbers_too_large_for_the_network_are_refused(
    client: FlaskClient, value: float
) -> None:
    answer = send(client, put(data=[value] * 784))

    if abs(value) > 1e38:
        assert "values that are not finite" in error_of(answer)
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("datatype", ["<f2", "<f4", "<f8"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_binary_floats_that_are_not_finite_are_refused(
    client: FlaskClient, datatype: str, value: float
) -> None:
    name = f"FP{8 * np.dtype(datatype).itemsize}"
    blob = np.full((1, 784), value, datatype).tobytes()

    answer = send(client, binary([1, 784], name, len(blob)), blob)

    assert "values that are not finite" in error_of(answer)


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({}, "'outputs' is an object with 0 keys, expected a list"),
        ([7], "'outputs' is a list of 1, expected a list with one object"),
        ([{}], "'name' is missing, expected a string"),
        ([{"name": "logits"}], "'outputs' names 'logits', the model has only 'proba"),
        ([{"name": "probabilities"}] * 2, "'outputs' is a list of 2, expected a list"),
        (
            [{"name": "probabilities", "parameters": {"binary_data": 1}}],
            "'binary_data' is 1, expected true or false",
        ),
        (
            [{"name": "probabilities", "parameters": {"classification": 0}}],
            "'classification' is 0, expected 1 or more",
        ),
        (
            [{"name": "probabilities", "parameters": {"classification": -3}}],
            "'classification' is -3, expected 1 or more",
        ),
        (
            [{"name": "probabilities", "parameters": {"classification": True}}],
            "'classification' is true, expected a whole number",
        ),
        (
            [{"name": "probabilities", "parameters": {"shared_memory_region": "r"}}],
            "shared memory is not supported",
        ),
    ],
)
def test_only_the_output_that_there_is_can_be_asked_for(
    fake_client: FlaskClient, outputs: Any, said: str
) -> None:
    answer = send(fake_client, {"inputs": [GOOD], "outputs": outputs})

    assert error_of(answer).startswith(said)


@pytest.mark.parametrize(
    "header",
    [
        *("-1", "1.5", "x", "", "0x10", "1e3", "9" * 5000, "12, 12", "٣"),
        *("+1", "1_0", str(10**9)),
    ],
)
def test_the_header_is_a_length_within_the_body(
    fake_client: FlaskClient, header: str
) -> None:
    body = json.dumps(put()).encode()

    answer = fake_client.post(
        INFER, data=body, headers={HEADER: header.encode().decode("latin-1")}
    )

    said = error_of(answer)
    assert said.startswith(f"{HEADER} is ")
    assert said.endswith(
        f"expected a whole number from 0 to {len(body)}, the length of the body"
    )
    assert len(said) < 200


def test_a_header_one_longer_than_the_body_is_refused(
    fake_client: FlaskClient,
) -> None:
    body = json.dumps(put()).encode()

    answer = fake_client.post(INFER, data=body, headers={HEADER: str(len(body) + 1)})

    assert error_of(answer).startswith(f"{HEADER} is '{len(body) + 1}'")


def test_a_header_that_cuts_the_json_is_refused(fake_client: FlaskClient) -> None:
    body = json.dumps(put()).encode()

    answer = fake_client.post(INFER, data=body, headers={HEADER: str(len(body) - 1)})

    assert error_of(answer).startswith("the request is not JSON")


def test_bytes_behind_an_input_in_json_are_refused(fake_client: FlaskClient) -> None:
    answer = send(fake_client, put(), b"extra")

    assert (
        error_of(answer) == "5 bytes follow the JSON, expected 0, as the data are in it"
    )


@pytest.mark.parametrize("size", [0, 1, 3135, 3137, 10**9, 2**63, -1, -3136])
def test_a_wrong_binary_size_is_refused(fake_client: FlaskClient, size: int) -> None:
    answer = send(fake_client, binary([1, 784], "FP32", size), floats(1).tobytes())

    said = f"3136 bytes follow the JSON, expected {size}, as binary_data_size says"
    assert error_of(answer) == said


@pytest.mark.parametrize(
    ("datatype", "shape", "expected"),
    [
        ("FP32", [2, 784], 6272),
        ("FP16", [1, 784], 1568),
        ("FP64", [1, 784], 6272),
        ("UINT8", [1, 784], 784),
    ],
)
def test_binary_data_are_as_long_as_datatype_and_shape_say(
    fake_client: FlaskClient, datatype: str, shape: list[int], expected: int
) -> None:
    answer = send(fake_client, binary(shape, datatype, 3136), floats(1).tobytes())

    said = f"{datatype} {shape} is {expected} bytes, 3136 came"
    assert error_of(answer) == said


@pytest.mark.parametrize("size", [0, 1, 784, 3135, 3137, 6272])
def test_the_raw_form_is_exactly_one_picture(
    fake_client: FlaskClient, size: int
) -> None:
    answer = fake_client.post(INFER, data=bytes(size), headers={HEADER: "0"})

    said = (
        f"the raw body is {size} bytes, expected 3136" if size else "the body is empty"
    )
    assert error_of(answer).startswith(said)


@pytest.mark.parametrize("datatype", ["FP32", "FP64", "FP16", "UINT8", "BYTES"])
@pytest.mark.parametrize("count", [9, 10**9, 2**62, 2**63 - 1])
def test_more_pictures_than_allowed_are_refused_before_any_is_made(
    fake_client: FlaskClient, datatype: str, count: int
) -> None:
    shape = [count] if datatype == "BYTES" else [count, 784]

    for answer in (
        send(fake_client, document([0], shape, datatype)),
        send(fake_client, binary(shape, datatype, 4), b"\1\0\0\0"),
    ):
        said = f"{count} pictures in one request, at most 8 are answered"
        assert error_of(answer, 413) == said


def test_json_of_very_many_values_is_refused_before_it_is_parsed(
    models_dir: object, client: FlaskClient
) -> None:
    body = b'{"inputs": [' + b"[]," * (MOST_VALUES // 2) + b"0]}"

    answer = client.post(INFER, data=body)

    assert "so many go as binary tensor data" in error_of(answer, 413)


def test_a_body_over_the_limit_is_refused(fake_client: FlaskClient) -> None:
    for body, headers in (
        (bytes(100_001), {}),
        (gzip.compress(bytes(100_001)), {"Content-Encoding": "gzip"}),
    ):
        answer = fake_client.post(INFER, data=body, headers=headers)

        assert "over the limit of 100000 bytes" in error_of(answer, 413)


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        (b"\1", "picture 0 has 1 bytes left, its length is in 4"),
        (b"\0\0\0\0", "picture 0 claims 0 bytes, 0 follow its length"),
        (b"\xff\xff\xff\xffab", "picture 0 claims 4294967295 bytes, 2 follow"),
        (elements(PNG), "picture 1 has 0 bytes left, its length is in 4"),
        (elements(PNG, b""), "picture 1 claims 0 bytes, 0 follow its length"),
        (elements(PNG, PNG)[:-1], f"picture 1 claims {len(PNG)} bytes, {len(PNG) - 1}"),
        (elements(PNG, PNG) + b"x", "1 bytes come after 2 pictures"),
        (elements(PNG, PNG, PNG), f"{len(PNG) + 4} bytes come after 2 pictures"),
        (elements(PNG, b"no picture"), "picture 1: "),
    ],
)
def test_bytes_with_lying_lengths_are_refused(
    fake_client: FlaskClient, blob: bytes, said: str
) -> None:
    answer = send(fake_client, binary([2], "BYTES", len(blob)), blob)

    assert error_of(answer).startswith(said)


@pytest.mark.parametrize(
    ("data", "shape", "said"),
    [
        (["AAAA"], [1], "picture 0: "),
        (["not base64!"], [1], "picture 0: 'not base64!' is not base64"),
        (["A"], [1], "picture 0: 'A' is not base64"),
        (["ü"], [1], "picture 0: 'ü' is not base64"),
        ([""], [1], "picture 0: "),
        ([7], [1], "among the data is a whole number, expected only strings"),
        ([None], [1], "among the data is null, expected only strings"),
        (["AAAA"], [2], "the shape is [2], the data are [1]"),
        (["AAAA"], [1, 784], "the shape of BYTES is [1, 784], expected [n] or [n, 1]"),
        ([], [1], "the shape is [1], the data are [0]"),
    ],
)
def test_strings_that_are_no_pictures_in_base64_are_refused(
    fake_client: FlaskClient, data: list[Any], shape: list[int], said: str
) -> None:
    answer = send(fake_client, document(data, shape, "BYTES"))

    assert error_of(answer).startswith(said)


def test_an_encoding_that_is_not_known_is_refused_in_the_same_shape(
    fake_client: FlaskClient,
) -> None:
    answer = fake_client.post(INFER, data=b"{}", headers={"Content-Encoding": "br"})

    assert "expected gzip, deflate or none" in error_of(answer, 415)


def test_nothing_that_is_refused_reaches_the_network(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    send(fake_client, put(shape=[2, 784]))
    send(fake_client, binary([1, 784], "FP32", 1), b"x")

    assert engine.shown == []
