"""TensorFlow Serving's own messages, turned to its JSON, are asked and answered.

A message becomes the JSON that `json_tensor.cc` of TensorFlow Serving reads, and
the JSON that comes back one of its messages.
"""

from typing import Any

import numpy as np
import pytest
import requests
import tensorflow as tf
from google.protobuf import json_format
from numpy.typing import NDArray
from tensorflow.core.example.example_pb2 import Example
from tensorflow.core.protobuf.error_codes_pb2 import Code
from tensorflow_serving.apis.classification_pb2 import (
    ClassificationRequest,
    ClassificationResult,
)
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import (
    GetModelStatusResponse,
    ModelVersionStatus,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

from tests.load.server import Server

pytestmark = pytest.mark.slow

Probabilities = dict[int, NDArray[np.float32]]
Floats = NDArray[np.float32]


def get(labelled: Server, path: str) -> requests.Response:
    return requests.get(labelled.url(path), timeout=30)


def post(labelled: Server, spec: Any, method: str, document: Any) -> requests.Response:
    address = f"/v1/models/{spec.name}"
    if spec.HasField("version"):
        address += f"/versions/{spec.version.value}"
    if spec.version_label:
        address += f"/labels/{spec.version_label}"
    document = {"signature_name": spec.signature_name, **document}
    return requests.post(labelled.url(f"{address}:{method}"), json=document, timeout=30)


def rows_of(request: Any) -> list[dict[str, Any]]:
    """The tensors of a PredictRequest in rows, a name for each."""
    columns = {name: tf.make_ndarray(t).tolist() for name, t in request.inputs.items()}
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def features_of(example: Any) -> dict[str, Any]:
    """The features of an Example, each a list."""
    return {
        name: list(getattr(feature, feature.WhichOneof("kind")).value)
        for name, feature in example.features.feature.items()
    }


@pytest.fixture(
    params=[ModelSpec(name="mnist"), ModelSpec(name="mnist", version_label="canary")],
    ids=["default", "label"],
)
def spec(request: pytest.FixtureRequest) -> Any:
    return request.param


def version_of(spec: Any) -> int:
    return 2 if spec.version_label == "canary" else 1


def test_a_predict_request_is_answered_with_a_predict_response(
    labelled: Server, floats: Floats, probabilities: Probabilities, spec: Any
) -> None:
    inputs = {"pixels": tf.make_tensor_proto(floats)}
    request = PredictRequest(model_spec=spec, inputs=inputs)
    request.model_spec.signature_name = "serving_default"

    answer = post(labelled, spec, "predict", {"instances": rows_of(request)})

    found = np.array(answer.json()["predictions"], np.float32)
    outputs = {"probabilities": tf.make_tensor_proto(found)}
    response = PredictResponse(model_spec=spec, outputs=outputs)
    given = tf.make_ndarray(response.outputs["probabilities"])
    np.testing.assert_allclose(given, probabilities[version_of(spec)], atol=1e-5)


def test_a_classification_request_is_answered_with_a_classification_result(
    labelled: Server, floats: Floats, probabilities: Probabilities, spec: Any
) -> None:
    request = ClassificationRequest(model_spec=spec)
    for row in floats:
        example: Any = Example()
        example.features.feature["pixels"].float_list.value.extend(row.tolist())
        request.input.example_list.examples.append(example)
    examples = [features_of(each) for each in request.input.example_list.examples]

    answer = post(labelled, spec, "classify", {"examples": examples})

    named = [
        {"classes": [{"label": label, "score": score} for label, score in row]}
        for row in answer.json()["results"]
    ]
    result = json_format.ParseDict({"classifications": named}, ClassificationResult())
    scores = [[c.score for c in each.classes] for each in result.classifications]
    labels = [[c.label for c in each.classes] for each in result.classifications]
    np.testing.assert_allclose(scores, probabilities[version_of(spec)], atol=1e-5)
    assert labels == [list("0123456789")] * len(floats)


@pytest.mark.parametrize(
    ("address", "version"),
    [("versions/1", 1), ("versions/2", 2), ("labels/stable", 1)],
)
def test_the_status_of_a_version_is_exactly_that_message(
    labelled: Server, address: str, version: int
) -> None:
    answer = get(labelled, f"/v1/models/mnist/{address}")

    message = json_format.Parse(answer.content, GetModelStatusResponse())
    (status,) = message.model_version_status
    assert (status.version, status.state) == (version, ModelVersionStatus.AVAILABLE)
    assert (status.status.error_code, status.status.error_message) == (Code.OK, "")


def test_the_status_of_a_model_is_that_message_and_two_keys_for_kserve(
    labelled: Server,
) -> None:
    answer = get(labelled, "/v1/models/mnist")

    with pytest.raises(json_format.ParseError, match='no field named "name"'):
        json_format.Parse(answer.content, GetModelStatusResponse())
    message = json_format.Parse(
        answer.content, GetModelStatusResponse(), ignore_unknown_fields=True
    )
    refused, *served = message.model_version_status
    assert [(each.version, each.state) for each in served] == [
        (2, ModelVersionStatus.AVAILABLE),
        (1, ModelVersionStatus.AVAILABLE),
    ]
    assert (refused.version, refused.state) == (3, ModelVersionStatus.END)
    assert refused.status.error_code == Code.FAILED_PRECONDITION
    assert "manifest.json cannot be read" in refused.status.error_message


def test_the_metadata_are_those_messages(labelled: Server) -> None:
    document = get(labelled, "/v1/models/mnist/metadata").json()

    spec = json_format.ParseDict(document["model_spec"], ModelSpec())
    told = document["metadata"]["signature_def"]
    signatures = json_format.ParseDict(told, SignatureDefMap()).signature_def
    assert (spec.name, spec.version.value) == ("mnist", 1)
    assert list(signatures) == ["serving_default"]
    signature = signatures["serving_default"]
    assert signature.inputs["pixels"].dtype == tf.float32.as_datatype_enum
    assert [d.size for d in signature.inputs["pixels"].tensor_shape.dim] == [-1, 784]
    sizes = [d.size for d in signature.outputs["probabilities"].tensor_shape.dim]
    assert sizes == [-1, 10]
