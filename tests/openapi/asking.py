"""What schemathesis sends where a schema cannot say what is valid.

Where the document says picture: real digits. Of what is meant to be valid, numbers
that a network's sums can hold, and tensors that are what they claim. All else, and
everything that is meant to be wrong, is as schemathesis makes it from the document.

Loaded by schemathesis itself (`hooks` in schemathesis.toml), not by pytest.
"""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import schemathesis
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

DIGITS = sorted((Path(__file__).parents[1] / "data/digits").glob("*.png"))
FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/x-portable-graymap": "PPM",
}


def _digit(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def _encoded(digit: NDArray[np.uint8], file_format: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(digit).save(file, file_format)
    return file.getvalue()


def _npy(digit: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    np.save(file, digit)
    return file.getvalue()


def _in_format(name: str) -> st.SearchStrategy[bytes]:
    return digits.map(lambda digit: _encoded(digit, name))


digits = st.sampled_from([_digit(path) for path in DIGITS])
pngs = _in_format("PNG")

for media_type, file_format in FORMATS.items():
    schemathesis.openapi.media_type(media_type, _in_format(file_format))
schemathesis.openapi.media_type("application/x-npy", digits.map(_npy))
schemathesis.openapi.media_type(
    "application/octet-stream", digits.map(lambda digit: digit.tobytes())
)
schemathesis.openapi.format("picture", pngs)
schemathesis.openapi.format(
    "base64-picture", pngs.map(lambda png: base64.b64encode(png).decode())
)


@schemathesis.deserializer("image/png")
def _png(_: Any, response: schemathesis.Response) -> list[int]:
    """The size of a picture that was answered; fails where it is none."""
    with Image.open(io.BytesIO(response.content), formats=["PNG"]) as image:
        image.load()
        return list(image.size)


@schemathesis.deserializer("application/x-npy")
@schemathesis.deserializer("application/octet-stream")
def _bytes(_: Any, response: schemathesis.Response) -> int:
    """How many bytes were answered; what is in them is for other tests."""
    return len(response.content)


@schemathesis.hook
def before_call(_: Any, case: schemathesis.Case[Any], **__: Any) -> None:
    """Make whole what is meant to be valid, just before it is sent."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.operation.path.endswith("/infer"):
        _make_coherent(case)
    elif case.operation.path.startswith("/v1/models/"):
        case.body = _tamed(case.body)


LARGEST = 1e9
"""Of a pixel: the network's sums stay finite in float32."""


def _tamed(value: Any) -> Any:
    """The same with every number no farther from 0 than LARGEST."""
    match value:
        case dict():
            return {key: _tamed(item) for key, item in value.items()}
        case list():
            return [_tamed(item) for item in value]
        case float() | int() if not isinstance(value, bool):
            return max(-LARGEST, min(value, LARGEST))
        case _:
            return value


def _make_coherent(case: schemathesis.Case[Any]) -> None:
    """Its tensor holds as many digits as its shape says; the header tells no lie."""
    case.headers.pop("Inference-Header-Content-Length", None)
    body: Any = case.body
    if isinstance(body, dict):
        case.body = {**body, "inputs": [_tensor(body["inputs"][0])]}
    else:
        claim = {"name": "pixels", "datatype": "UINT8", "shape": [len(DIGITS), 784]}
        size = {"parameters": {"binary_data_size": len(DIGITS) * 784}}
        head = json.dumps({"inputs": [claim | size]}).encode()
        case.headers["Inference-Header-Content-Length"] = str(len(head))
        case.body = head + b"".join(_digit(path).tobytes() for path in DIGITS)


def _tensor(claimed: dict[str, Any]) -> dict[str, Any]:
    """A tensor of the claimed datatype that holds what it claims."""
    paths = DIGITS[: 1 + int(claimed["shape"][0]) % 3]
    pixels = np.concatenate([_digit(path).ravel() for path in paths])
    shape, data = [len(paths), 784], pixels.tolist()
    if claimed["datatype"] == "BYTES":
        shape = [len(paths)]
        data = [base64.b64encode(path.read_bytes()).decode() for path in paths]
    elif claimed["datatype"] != "UINT8":
        data = (pixels / 255).tolist()
    whole = {"name": "pixels", "datatype": claimed["datatype"]}
    return {**whole, "shape": shape, "data": data}
