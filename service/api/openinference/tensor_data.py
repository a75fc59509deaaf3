"""From the data of a tensor, in JSON or as bytes, to what the network is shown.

How an encoded picture is read is left to the classifier.
"""

import base64
import binascii
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.api.openinference.fields import told
from service.api.openinference.lists import flatten, floats, strings, uint8s
from service.api.openinference.tensors import NUMBERS, Tensor
from service.digits import SIZE, Shown
from service.errors import BadRequest


def read_numbers(tensor: Tensor) -> Shown:
    """What the network is shown, [n, 784], of a tensor of numbers: UINT8 are digits.

    UINT8 in bytes is not copied, nor is FP32 that is aligned. Raises BadRequest
    where the data are not what datatype and shape claim.
    """
    values = _values(tensor).reshape(-1, SIZE)
    if values.dtype == np.uint8:
        return values
    with np.errstate(over="ignore"):  # the classifier refuses what is not finite
        return np.require(values, np.float32, ["ALIGNED"])


def _values(tensor: Tensor) -> NDArray[Any]:
    """The numbers of a tensor as they came, or from JSON as float32 or uint8."""
    dtype = NUMBERS[tensor.datatype]
    if isinstance(tensor.data, list):
        values = flatten(tensor.data, tensor.shape)
        return uint8s(values) if dtype == np.uint8 else floats(values)
    expected = tensor.count * SIZE * dtype.itemsize
    if len(tensor.data) != expected:
        raise BadRequest(
            f"{tensor.datatype} {list(tensor.shape)} is {expected} bytes, "
            f"{len(tensor.data)} came"
        )
    return np.frombuffer(tensor.data, dtype)


def read_pictures(tensor: Tensor) -> list[bytes]:
    """The encoded pictures of a tensor of BYTES; in JSON they are base64.

    Raises BadRequest where they are not as many as the shape claims, where one
    is empty or no base64, and where a length is not that of what follows it.
    """
    if isinstance(tensor.data, list):
        texts = strings(flatten(tensor.data, tensor.shape))
        return [_decoded(text, row) for row, text in enumerate(texts)]
    pictures = []
    start = 0
    for row in range(tensor.count):
        start, end = _element(tensor.data, start, row)
        pictures.append(bytes(tensor.data[start:end]))
        start = end
    if start < len(tensor.data):
        raise BadRequest(
            f"{len(tensor.data) - start} bytes come after {tensor.count} pictures, as "
            f"many as the shape {list(tensor.shape)} claims"
        )
    return pictures


def _element(data: memoryview, start: int, row: int) -> tuple[int, int]:
    """From where to where the bytes of picture `row` reach, behind their length."""
    left = len(data) - start
    if left < 4:
        raise BadRequest(f"picture {row} has {left} bytes left, its length is in 4")
    (length,) = struct.unpack_from("<I", data, start)
    if not 0 < length <= left - 4:
        raise BadRequest(
            f"picture {row} claims {length} bytes, {left - 4} follow its length"
        )
    return start + 4, start + 4 + length


def _decoded(text: str, row: int) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(
            f"picture {row}: {told(text)} is not base64: {error}; BYTES in JSON are "
            "pictures in base64, in binary tensor data as they are"
        ) from error
