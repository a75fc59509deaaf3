"""From JSON values to what the network is shown.

A value is a list of as many numbers as the signature says, or {"b64": ...} of an
encoded picture, which TensorFlow Serving itself would not decode.
"""

import base64
import binascii
from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from service.api.tfserving.document import TYPES, shown
from service.classifier import Classifier
from service.digits import Shown
from service.errors import BadRequest, UnreadablePicture

_NUMBERS = {int, float}


def read_values(classifier: Classifier, values: Sequence[Any], size: int) -> Shown:
    """What the network is shown, [n, size], of n values, all of one kind.

    Raises BadRequest for anything else and for numbers over float32's range.
    """
    if all(is_b64(value) for value in values):
        return _read_pictures(classifier, values)
    _check_types(values, {list}, f"a list of {size} numbers")
    _check_lengths(values, size)
    return _to_floats(values, size)


def is_b64(value: Any) -> TypeGuard[dict[str, str]]:
    """Whether `value` is bytes: an object of a string b64 and nothing else."""
    return (
        isinstance(value, dict)
        and value.keys() == {"b64"}
        and isinstance(value["b64"], str)
    )


def _read_pictures(
    classifier: Classifier, values: Sequence[dict[str, str]]
) -> NDArray[np.uint8]:
    encoded = [_decode(value["b64"]) for value in values]
    try:
        return classifier.read(encoded)
    except UnreadablePicture as error:  # INVALID_ARGUMENT is 400 in this dialect
        raise BadRequest(str(error)) from error


def _decode(text: str) -> bytes:
    """The bytes of `text`, which may hold white space and lack its padding."""
    plain = "".join(text.split())
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: not ASCII
        raise BadRequest(f"Unable to base64 decode: {shown(text)}: {error}") from error


def _to_floats(values: Sequence[list[Any]], size: int) -> NDArray[np.float32]:
    # Each step runs over all numbers in C: there are 784 a picture.
    if not _NUMBERS.issuperset(map(type, chain.from_iterable(values))):
        for row, value in enumerate(values):
            _check_types(value, _NUMBERS, "float", f"{row}, ")
    with np.errstate(over="ignore"):  # told of below
        numbers = np.fromiter(
            chain.from_iterable(values), np.float32, len(values) * size
        )
    if not np.isfinite(numbers).all():
        raise BadRequest(
            f"Cannot convert JSON value: {_largest(values)!r} to float without "
            "loss of precision. Expected numbers from 0 to 1"
        )
    return numbers.reshape(-1, size)


def _largest(values: Sequence[list[Any]]) -> float:
    return float(max(chain.from_iterable(values), key=abs))


def _check_types(
    values: Sequence[Any], allowed: set[type], expected: str, outer: str = ""
) -> None:
    if allowed.issuperset(map(type, values)):
        return
    place, value = next(
        (place, value)
        for place, value in enumerate(values)
        if type(value) not in allowed
    )
    raise BadRequest(
        f"Failed to process element: {outer}{place}. JSON Value: {shown(value)} "
        f"Type: {TYPES[type(value)]} is not of expected type: {expected}"
    )


def _check_lengths(values: Sequence[list[Any]], size: int) -> None:
    if {size}.issuperset(map(len, values)):
        return
    place = next(place for place, value in enumerate(values) if len(value) != size)
    raise BadRequest(
        f"Failed to process element: {place}. Encountered list at unexpected size: "
        f"{len(values[place])} expected size: {size}"
    )
