"""The examples of TensorFlow Serving's REST documentation, asked of this model.

Each is one of `api_rest.md` with the model, the feature and the values replaced.
"""

import base64
import gzip
import json

import numpy as np
import pytest
import requests
from numpy.typing import NDArray

from tests.fakes import Digit
from tests.load.server import Server

pytestmark = pytest.mark.slow

Probabilities = dict[int, NDArray[np.float32]]
Floats = NDArray[np.float32]


def ask(labelled: Server, path: str, document: object) -> requests.Response:
    """As `curl -d DOCUMENT -X POST` asks it."""
    return requests.post(
        labelled.url(path),
        data=json.dumps(document),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=30,
    )


def close(found: object, expected: NDArray[np.float32]) -> bool:
    return np.allclose(np.array(found), expected, rtol=0, atol=1e-5)


def test_the_status_of_a_model(labelled: Server) -> None:
    answer = requests.get(labelled.url("/v1/models/mnist/versions/2"), timeout=30)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "model_version_status": [
            {
                "version": "2",
                "state": "AVAILABLE",
                "status": {"error_code": "OK", "error_message": ""},
            }
        ]
    }


def test_a_predict_call_in_rows(
    labelled: Server, floats: Floats, probabilities: Probabilities
) -> None:
    answer = ask(labelled, "/v1/models/mnist:predict", {"instances": floats.tolist()})

    assert answer.status_code == 200
    assert answer.json().keys() == {"predictions"}
    assert close(answer.json()["predictions"], probabilities[1])


def test_a_predict_call_in_rows_with_names(
    labelled: Server, floats: Floats, probabilities: Probabilities
) -> None:
    instances = [{"pixels": row} for row in floats.tolist()]

    answer = ask(labelled, "/v1/models/mnist:predict", {"instances": instances})

    assert close(answer.json()["predictions"], probabilities[1])


@pytest.mark.parametrize("named", [False, True])
def test_a_predict_call_in_columns(
    labelled: Server, floats: Floats, probabilities: Probabilities, named: bool
) -> None:
    column = floats.tolist()
    document = {
        "signature_name": "serving_default",
        "inputs": {"pixels": column} if named else column,
    }

    answer = ask(labelled, "/v1/models/mnist:predict", document)

    assert answer.json().keys() == {"outputs"}
    assert close(answer.json()["outputs"], probabilities[1])


def test_binary_values_are_encoded_pictures(
    labelled: Server, digits: list[Digit], probabilities: Probabilities
) -> None:
    instances = [{"b64": base64.b64encode(d.encoded).decode()} for d in digits]

    answer = ask(labelled, "/v1/models/mnist:predict", {"instances": instances})

    assert close(answer.json()["predictions"], probabilities[1])


@pytest.mark.parametrize(
    ("address", "version"),
    [("/versions/1", 1), ("/versions/2", 2), ("/labels/stable", 1)],
)
def test_a_version_is_asked_by_number_or_label(
    labelled: Server,
    floats: Floats,
    probabilities: Probabilities,
    address: str,
    version: int,
) -> None:
    document = {"instances": floats.tolist()}

    answer = ask(labelled, f"/v1/models/mnist{address}:predict", document)

    assert close(answer.json()["predictions"], probabilities[version])


def test_a_classification_of_binary_values(
    labelled: Server, digits: list[Digit], probabilities: Probabilities
) -> None:
    examples = [
        {"pixels": {"b64": base64.b64encode(d.encoded).decode()}, "caption": "seaside"}
        for d in digits
    ]

    answer = ask(labelled, "/v1/models/mnist:classify", {"examples": examples})

    results = answer.json()["results"]
    assert [[label for label, _ in row] for row in results] == [list("0123456789")] * 40
    assert close([[score for _, score in row] for row in results], probabilities[1])


def test_a_regression_needs_a_signature_of_its_own(labelled: Server) -> None:
    document = {"signature_name": "tensorflow/serving/regress", "examples": [{"x": 1}]}

    answer = ask(labelled, "/v1/models/mnist:regress", document)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(
        "No signature was found with the name: tensorflow/serving/regress"
    )


def test_an_incorrect_url_returns_an_error(labelled: Server, floats: Floats) -> None:
    document = {"instances": floats[:1].tolist()}

    answer = ask(labelled, "/v1/models/half:predict", document)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"error": "Servable not found for request: Latest(half)"}


def test_numbers_that_are_no_json_are_refused(labelled: Server) -> None:
    document = {"instances": [[float("nan"), float("inf")]]}

    answer = ask(labelled, "/v1/models/mnist:predict", document)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("JSON Parse error")


def test_a_body_may_be_compressed(
    labelled: Server, floats: Floats, probabilities: Probabilities
) -> None:
    body = gzip.compress(json.dumps({"instances": floats.tolist()}).encode())

    answer = requests.post(
        labelled.url("/v1/models/mnist:predict"),
        data=body,
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
        timeout=30,
    )

    assert close(answer.json()["predictions"], probabilities[1])
