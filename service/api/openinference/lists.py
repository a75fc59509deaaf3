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
        if set(map(type, level)) != {list} or len(set(map(len, level))) != 1:
            raise BadRequest(f"the data are ragged {len(found)} lists deep")
        found.append(len(level[0]))
        level = list(chain.from_iterable(level))
    if tuple(found) not in (shape, (math.prod(shape),)):
        raise BadRequest(
            f"the shape is {list(shape)}, the data are {found}; expected lists nested "
            f"as the shape is, or {math.prod(shape)} values in one"
        )
    return level


def floats(values: list[Any]) -> NDArray[np.float32]:
    """Numbers as float32 [len(values)]; those too large for it become infinite.

    Raises BadRequest for what is no number: true is none.
    """
    _check(values, {int, float}, "numbers")
    with np.errstate(over="ignore"):
        return np.fromiter(values, np.float32, len(values))


def uint8s(values: list[Any]) -> NDArray[np.uint8]:
    """Whole numbers from 0 to 255 as uint8 [len(values)]; BadRequest for others."""
    _check(values, {int}, "whole numbers")
    try:
        return np.frombuffer(bytes(values), np.uint8)
    except ValueError as error:
        raise BadRequest(
            f"the data of UINT8 are from {min(values)} to {max(values)}, expected 0 "
            "to 255"
        ) from error


def strings(values: list[Any]) -> list[str]:
    """`values`, which are strings; BadRequest where one is not."""
    _check(values, {str}, "strings")
    return values


def _check(values: list[Any], kinds: set[type], expected: str) -> None:
    others = set(map(type, values)) - kinds
    if others:
        found = " and ".join(sorted(KINDS[kind] for kind in others))
        raise BadRequest(f"among the data is {found}, expected only {expected}")
