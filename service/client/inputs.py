"""From whatever a picture is given as to the bytes that are sent of it.

Neither NumPy nor Pillow is imported here: whoever gives an array or an image has.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from service.client.errors import PictureError
from service.client.images import is_image, to_png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Picture: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | NDArray[np.uint8] | Image.Image"
)
"""A path, an encoded picture, an array uint8 [28, 28] or [784], or an image."""
Pictures: TypeAlias = "Iterable[Picture] | NDArray[np.uint8]"
"""Many of them; an array is uint8 [n, 28, 28] or [n, 784]."""

MAX_BYTES = 20 * 2**20
"""The largest body that a service takes unless it is told otherwise."""
LARGEST = MAX_BYTES - 1024
"""The most bytes of one picture: a form's own are few."""

_EXPECTED = (
    "expected a path, the bytes of an encoded picture, a NumPy array uint8 [28, 28] "
    "or [784], or a PIL image"
)


@dataclass(frozen=True)
class Encoded:
    """What is sent of one picture: a file's bytes, or a digit's 784 raw pixels."""

    data: bytes
    is_digit: bool = False


def encode_all(pictures: "Pictures") -> Iterator[Encoded | PictureError]:
    """Each of `pictures` in turn, and in its place why a file cannot be read.

    Raises TypeError or ValueError for what is no picture at all.
    """
    if _is_array(pictures):
        for row in _digits(pictures):
            yield Encoded(row.tobytes(), is_digit=True)
        return
    if not isinstance(pictures, Iterable) or _is_one(pictures):
        raise TypeError(
            f"{_name(pictures)} is not many pictures, expected a list of them or an "
            "array uint8 [n, 28, 28] or [n, 784]; classify() takes one"
        )
    for picture in pictures:
        try:
            yield encode(picture)
        except PictureError as error:
            yield error


def encode(picture: "Picture") -> Encoded:
    """What is sent of one picture.

    Raises PictureError for a file that cannot be read, is empty or too large,
    TypeError or ValueError for what is no picture.
    """
    if isinstance(picture, (str, os.PathLike)):
        return _checked(_read(picture))
    if isinstance(picture, (bytes, bytearray)):
        return _checked(bytes(picture))
    if _is_array(picture):
        digits = _digits(picture)
        if len(digits) != 1:
            raise ValueError(
                f"the array {_shape(picture)} holds {len(digits)} pictures, expected "
                "one; classify_many() takes the array itself"
            )
        return Encoded(digits.tobytes(), is_digit=True)
    if is_image(picture):
        return _checked(to_png(picture))
    raise TypeError(f"{_name(picture)} is no picture, {_EXPECTED}")


def _read(path: "str | os.PathLike[str]") -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123, takes any path there is
            return file.read(LARGEST + 1)
    except OSError as error:
        raise PictureError(f"the file cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL in its name
        raise PictureError(f"the file cannot be read: {error}") from error


def _checked(data: bytes) -> Encoded:
    if not data:
        raise PictureError("0 bytes that are no readable picture")
    if len(data) > LARGEST:
        raise PictureError(f"the picture has more than the {LARGEST} bytes that fit")
    return Encoded(data)


def _digits(array: Any) -> Any:
    """The array as uint8 [n, 784]; it is checked, not converted."""
    if array.dtype.name != "uint8":
        raise TypeError(
            f"the array is {array.dtype}, expected uint8 from 0 (black) to 255; "
            "of floats from 0 to 1: (255 * array).round().astype('uint8')"
        )
    match array.shape:
        case (784,) | (28, 28) | (_, 784) | (_, 28, 28):
            return array.reshape(-1, 784)
        case _:
            raise ValueError(
                f"the array has the shape {_shape(array)}, expected [28, 28], [784], "
                "[n, 28, 28] or [n, 784]; of another size: Image.fromarray(array)"
            )


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _is_one(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike, bytes, bytearray)) or is_image(value)


def _shape(array: Any) -> str:
    return str(list(array.shape))


def _name(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
