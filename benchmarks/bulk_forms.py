"""1,024 digits as the bodies of requests, in every form that takes many at once."""

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from service.digits import to_pixels


@dataclass(frozen=True)
class Form:
    """One way to send and to get them: what is posted to `path`."""

    name: str
    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def forms(digits: NDArray[np.uint8]) -> list[Form]:
    """Every form of `digits`, uint8 [n, 784]; floats are digits / 255."""
    file = io.BytesIO()
    np.save(file, digits)
    return [
        *_ours("octet-stream", "application/octet-stream", digits.tobytes()),
        *_ours("npy", "application/x-npy", file.getvalue()),
        _v2_binary("V2 binary FP32", "FP32", to_pixels(digits)),
        _v2_binary("V2 binary UINT8", "UINT8", digits),
        _v2_json(to_pixels(digits)),
        _tf_serving(to_pixels(digits)),
    ]


def _ours(name: str, media: str, body: bytes) -> list[Form]:
    headers = {"Content-Type": media}
    bare = {**headers, "Accept": media}
    return [
        Form(f"{name}, answered in JSON", "/v1/classify", body, headers),
        Form(f"{name}, answered alike", "/v1/classify", body, bare),
    ]


def _v2_binary(name: str, datatype: str, array: NDArray[Any]) -> Form:
    tensor = _tensor(datatype, array)
    tensor["parameters"] = {"binary_data_size": array.nbytes}
    head = orjson.dumps(
        {"inputs": [tensor], "parameters": {"binary_data_output": True}}
    )
    headers = {
        "Content-Type": "application/octet-stream",
        "Inference-Header-Content-Length": str(len(head)),
    }
    return Form(name, "/v2/models/mnist/infer", head + array.tobytes(), headers)


def _v2_json(pixels: NDArray[np.float32]) -> Form:
    tensor = _tensor("FP32", pixels) | {"data": pixels.reshape(-1)}
    return Form(
        "V2 JSON floats", "/v2/models/mnist/infer", _json({"inputs": [tensor]}), _JSON
    )


def _tf_serving(pixels: NDArray[np.float32]) -> Form:
    body = _json({"instances": pixels})
    return Form("TF Serving JSON floats", "/v1/models/mnist:predict", body, _JSON)


def _tensor(datatype: str, array: NDArray[Any]) -> dict[str, Any]:
    return {"name": "pixels", "shape": list(array.shape), "datatype": datatype}


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)


_JSON = {"Content-Type": "application/json"}
