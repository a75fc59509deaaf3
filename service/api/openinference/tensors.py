"""What a request claims of its tensor: a datatype, and pictures in a shape.

Whether the data are so, is left to `tensor_data`.
"""

import reprlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.api.openinference.fields import told
from service.digits import SIDE, SIZE
from service.errors import BadRequest

NUMBERS: dict[str, np.dtype[Any]] = {
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
    "FP16": np.dtype("<f2"),
    "UINT8": np.dtype("u1"),
}
"""Datatypes of pixels, 0 to 1 but UINT8 0 to 255, and what they are in bytes."""
BYTES = "BYTES"
"""The datatype of encoded pictures: PNG, JPEG and so on."""
DATATYPES = (*NUMBERS, BYTES)

PICTURE_SHAPES = ((SIZE,), (SIDE, SIDE), (SIDE, SIDE, 1), (1, SIDE, SIDE))
"""What may follow the number of pictures in a shape of numbers."""
SHAPES = ", ".join(f"[n, {str(rest)[1:-1].rstrip(',')}]" for rest in PICTURE_SHAPES)


@dataclass(frozen=True)
class Tensor:
    """The input of one request: `count` pictures, as JSON's list or as bytes."""

    datatype: str
    shape: tuple[int, ...]
    count: int
    data: list[Any] | memoryview

    @classmethod
    def claimed(
        cls, datatype: str, shape: list[Any], data: list[Any] | memoryview
    ) -> "Tensor":
        """A tensor as a request claims it; its data are checked when read.

        Raises BadRequest for a datatype that is not taken, and for a shape that
        does not say how many pictures there are.
        """
        if datatype not in DATATYPES:
            raise BadRequest(
                f"datatype {told(datatype)} is not taken, "
                f"expected one of {', '.join(DATATYPES)}"
            )
        if not 1 <= len(shape) <= 4 or not all(type(n) is int and n > 0 for n in shape):
            raise BadRequest(
                f"the shape is {reprlib.repr(shape)}, expected 1 to 4 whole numbers "
                "above 0"
            )
        sizes = tuple(shape)
        return cls(datatype, sizes, _count(datatype, sizes), data)


def _count(datatype: str, shape: tuple[int, ...]) -> int:
    if datatype == BYTES:
        if len(shape) == 1 or shape[1:] == (1,):
            return shape[0]
        raise BadRequest(f"the shape of BYTES is {list(shape)}, expected [n] or [n, 1]")
    if shape in PICTURE_SHAPES[:2]:  # one picture, and nothing else it could be
        return 1
    if shape[1:] in PICTURE_SHAPES:
        return shape[0]
    raise BadRequest(f"the shape is {list(shape)}, expected {SHAPES} for n pictures")
