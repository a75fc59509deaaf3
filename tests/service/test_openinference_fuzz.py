"""Whatever a client of the Open Inference Protocol sends, the service does not fail."""

import json
import math
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.openinference import HEADER, INFER, error_of, parts

# One client serves all examples: nothing that a request does outlives it.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
shapes = st.sampled_from(
    [[1, 784], [1, 28, 28], [784], [28, 28], [1], [1, 1], [2, 784], [10**9, 784]]
)
data = st.sampled_from([[0] * 784, [[0.5] * 784], [[[1] * 28] * 28], ["AAAA"], [[]]])
datatypes = st.sampled_from(["FP32", "FP64", "FP16", "UINT8", "BYTES", "INT8"])
parameters = st.fixed_dictionaries(
    {},
    optional={
        "binary_data_size": st.integers(-5, 10) | anything,
        "binary_data": st.booleans() | anything,
        "binary_data_output": st.booleans() | anything,
        "classification": st.integers(-2, 12) | anything,
    },
)
inputs = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("pixels") | anything,
        "shape": shapes | anything,
        "datatype": datatypes | anything,
        "parameters": parameters | anything,
        "data": data | anything,
    },
)
outputs = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("probabilities") | anything,
        "parameters": parameters | anything,
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=9) | anything,
        "parameters": parameters | anything,
        "inputs": st.lists(inputs, min_size=1, max_size=1) | anything,
        "outputs": st.lists(outputs, max_size=1) | anything,
    },
)


def check(client: FlaskClient, body: bytes, headers: dict[str, str]) -> None:
    """An answer with as many values as it claims, or the protocol's own error."""
    answer = client.post(INFER, data=body, headers=headers)

    if answer.status_code != 200:
        error_of(answer, answer.status_code)
        assert answer.status_code in {400, 413}
    elif HEADER in answer.headers:
        head, blob = parts(answer)
        assert len(blob) == head["outputs"][0]["parameters"]["binary_data_size"]
    else:
        (output,) = answer.get_json()["outputs"]
        assert len(output["data"]) == math.prod(output["shape"])


@shared
@given(document=documents | anything)
def test_any_json_gets_an_answer_or_a_reason(
    fake_client: FlaskClient, document: Any
) -> None:
    check(fake_client, json.dumps(document).encode(), {})


@shared
@given(document=documents, blob=st.binary(max_size=12), off=st.integers(-3, 3))
def test_any_json_with_bytes_behind_it_gets_an_answer_or_a_reason(
    fake_client: FlaskClient, document: Any, blob: bytes, off: int
) -> None:
    head = json.dumps(document).encode()

    check(fake_client, head + blob, {HEADER: str(len(head) + off)})


@shared
@given(
    datatype=datatypes,
    shape=shapes,
    blob=st.sampled_from([bytes(784), bytes(1568), bytes(3136), bytes(6272)])
    | st.binary(max_size=40),
    outputs=st.lists(outputs, max_size=1),
)
def test_any_binary_tensor_gets_an_answer_or_a_reason(
    fake_client: FlaskClient,
    datatype: str,
    shape: list[int],
    blob: bytes,
    outputs: list[dict[str, Any]],
) -> None:
    size = {"binary_data_size": len(blob)}
    entry = {"name": "pixels", "datatype": datatype, "shape": shape, "parameters": size}
    head = json.dumps({"inputs": [entry], "outputs": outputs}).encode()

    check(fake_client, head + blob, {HEADER: str(len(head))})


@shared
@given(
    body=st.binary(max_size=200) | st.binary(min_size=3136, max_size=3136),
    header=st.none()
    | st.integers(-5, 300).map(str)
    | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")),
)
def test_any_bytes_under_any_header_get_an_answer_or_a_reason(
    fake_client: FlaskClient, body: bytes, header: str | None
) -> None:
    check(fake_client, body, {} if header is None else {HEADER: header})


@shared
@given(
    model=st.sampled_from(["mnist", "stats"]) | st.text(max_size=9),
    version=st.sampled_from(["1", "2", "01"]) | st.text(max_size=9),
    call=st.sampled_from(["", "/ready", "/stats", "/infer", "/config", "/x"]),
    body=st.just(b"{}") | st.binary(max_size=20),
)
def test_any_path_gets_an_answer_or_a_reason(
    fake_client: FlaskClient, model: str, version: str, call: str, body: bytes
) -> None:
    name, number = quote(model, safe=""), quote(version, safe="")
    for path in (
        f"/v2/models/{name}/versions/{number}{call}",
        f"/v2/models/{name}{call}",
        f"/v2/repository/models/{name}/load",
        f"/v2/repository/{name}",
    ):
        for method in ("GET", "POST"):
            answer = fake_client.open(path, method=method, data=body)

            # A redirect, where a name begins with a slash, is werkzeug's own.
            assert answer.status_code in {200, 308, 400, 404, 405, 501}
