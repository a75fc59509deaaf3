"""Digits in NumPy's own file format, read without trusting its header."""

import io
import math

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from service.digits import SIDE, SIZE
from service.errors import UnreadablePicture

_HEADERS = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}


def read_npy(body: bytes) -> NDArray[np.uint8]:
    """Digits uint8 [n, 784] of an .npy file of n x 784, n x 28 x 28 or 28 x 28.

    Raises UnreadablePicture for another dtype or shape, or another number of
    bytes than the header claims; nothing is allocated on the header's word.
    """
    file = io.BytesIO(body)
    try:
        shape, fortran, dtype = _HEADERS[npy.read_magic(file)](file)
    except Exception as error:  # NumPy's parser fails on hostile bytes in any way
        raise UnreadablePicture(
            f"{len(body)} bytes that are no .npy file (format 1.0 or 2.0)"
        ) from error
    if dtype != np.uint8 or fortran or not _holds_digits(shape):
        raise UnreadablePicture(
            f"the array is {dtype} {shape}{' in Fortran order' if fortran else ''}, "
            f"expected uint8 (n, {SIZE}) or (n, {SIDE}, {SIDE}) in C order"
        )
    data = memoryview(body)[file.tell() :]
    if len(data) != math.prod(shape):
        raise UnreadablePicture(
            f"the header claims the shape {shape}, {len(data)} bytes of pixels came"
        )
    return np.frombuffer(data, np.uint8).reshape(-1, SIZE)


def _holds_digits(shape: tuple[int, ...]) -> bool:
    match shape:
        case (784,) | (28, 28):
            return True
        case (count, 784) | (count, 28, 28):
            return count > 0
        case _:
            return False
