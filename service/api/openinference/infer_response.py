"""The answer to an inference: probabilities or classes, in JSON or binary."""

from typing import Any

import numpy as np
import orjson
from flask import Response
from numpy.typing import NDArray

from service.answer import Inference
from service.api.openinference.infer_request import HEADER, InferRequest
from service.api.openinference.rendering import as_json


def render(inference: Inference, asked: InferRequest) -> Response:
    """What the network said, as it was asked for."""
    output: dict[str, Any] = {"name": inference.manifest.output.name}
    document = {
        **({} if asked.id is None else {"id": asked.id}),
        "model_name": inference.manifest.name,
        "model_version": str(inference.manifest.version),
        "outputs": [output],
    }
    values = _values(inference, asked.wanted.classes)
    datatype = "BYTES" if values.dtype.kind == "U" else "FP32"
    output |= {"shape": values.shape, "datatype": datatype}
    if asked.wanted.binary:
        return _binary(document, output, _blob(values))
    output["data"] = values.ravel() if datatype == "FP32" else values.ravel().tolist()
    return as_json(document)


def _values(inference: Inference, classes: int | None) -> NDArray[Any]:
    if classes is None:
        return np.ascontiguousarray(inference.probabilities)
    return classified(inference.probabilities, inference.manifest.labels, classes)


def classified(
    probabilities: NDArray[np.float32], labels: tuple[str, ...], count: int
) -> NDArray[np.str_]:
    """The likeliest classes as `score:index:label`, likeliest first: [n, count].

    Fewer where there are not so many; the score has six decimals, as Triton's.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
    scores = np.char.mod("%f", np.take_along_axis(probabilities, order, axis=1))
    names = np.array([f":{index}:{label}" for index, label in enumerate(labels)])
    return np.char.add(scores, names[order])


def _blob(values: NDArray[Any]) -> bytes:
    """Little-endian and row-major; of strings the length in 4 bytes, then UTF-8."""
    if values.dtype.kind != "U":
        return values.astype("<f4", copy=False).tobytes()
    encoded = [text.encode() for text in values.ravel().tolist()]
    return b"".join(len(text).to_bytes(4, "little") + text for text in encoded)


def _binary(document: dict[str, Any], output: dict[str, Any], blob: bytes) -> Response:
    output["parameters"] = {"binary_data_size": len(blob)}
    head = orjson.dumps(document)
    response = Response(head + blob, content_type="application/octet-stream")
    response.headers[HEADER] = str(len(head))
    return response
