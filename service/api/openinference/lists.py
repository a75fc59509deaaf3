"""Tensors as JSON writes them: lists of numbers or strings, nested or flat.

No loop over pictures or pixels: a thousand pictures are 800,000 numbers.
"""

import math
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.api.openinference.fields import KINDS
from service.errors import BadRequest


def flatten(data: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """The values of `data`, row-major: nested as `shape` is, or flat already.

    Raises BadRequest where it is neither. What is in the list is not looked at.
    """
    found, level = [len(data)], data
    while len(found) < len(shape) and level and type(level[0]) is list:
        lengths = {len(row) if type(row) is list else None for row in level}
        if len(lengths) != 1:
            raise BadRequest(f"the data are ragged {len(found)} lists deep")
        found.append(len(level[0]))
        level = list(chain.from_iterable(level))
    if tuple(found) not in (shape, (math.prod(shape),)):
        raise BadRequest(
            f"the shape is {list(shape)}, the data are {found}; expected lists nested "
            f"as the shape is, or {math.prod(shape)} values in one"
        )
    return level


def to_array(values: list[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """Numbers as float32, or whole numbers as uint8: [len(values)].

    Raises BadRequest for what is no number, and for none from 0 to 255 where
    they are uint8. A number too large for float32 becomes infinite.
    """
    if dtype == np.uint8:
        _check(values, {int})
        if min(values) < 0 or max(values) > 255:
            raise BadRequest(
                f"the data of UINT8 are from {min(values)} to {max(values)}, expected "
                "0 to 255"
            )
    else:
        _check(values, {int, float})
    with np.errstate(over="ignore"):
        return np.array(values, dtype)


def strings(values: list[Any]) -> list[str]:
    """`values`, which are strings; BadRequest where one is not."""
    _check(values, {str})
    return values


def _check(values: list[Any], kinds: set[type]) -> None:
    others = set(map(type, values)) - kinds
    if others:
        found = ", ".join(sorted(KINDS[kind] for kind in others))
        expected = " or ".join(sorted(KINDS[kind] for kind in kinds))
        raise BadRequest(f"among the data is {found}, expected only {expected}")
