"""From a decoded picture to the digit that the network reads, and what was done.

The story is here; each step has its module: `background`, `ink`, `components`,
`parts`, `search`, `strokes`. Knows nothing of encoded pictures, HTTP or models.
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from service.digits import BRIGHT, SIDE, border_shade, is_typical
from service.errors import UnreadablePicture
from service.normaliser.parts import Box
from service.normaliser.search import find_digit
from service.normaliser.strokes import draw
from service.pictures import Picture

Preprocess = Literal["auto", "exact"]
PREPROCESS: tuple[Preprocess, ...] = get_args(Preprocess)


@dataclass(frozen=True)
class Preprocessing:
    """What was done to a picture.

    `untouched`: nothing, it was MNIST-like already. `inverted`: its ink was
    darker than its background. `cropped`: the digit's left, top, right and
    bottom in the upright source, in its pixels, the last two exclusive.
    `rotated`: EXIF had it turned. `several`: more than one digit is there, and
    this is the one that stands out most.
    """

    untouched: bool
    inverted: bool
    cropped: Box
    rotated: bool
    several: bool


UNTOUCHED = Preprocessing(
    untouched=True,
    inverted=False,
    cropped=(0, 0, SIDE, SIDE),
    rotated=False,
    several=False,
)


@dataclass(frozen=True)
class Normalised:
    """A digit uint8 [784], bright on dark, and what was done to get it."""

    digit: NDArray[np.uint8]
    preprocessing: Preprocessing


def prepare(picture: Picture, how: Preprocess) -> Normalised:
    """The digit in `picture`: `auto` finds it, `exact` only takes what is one.

    Raises UnreadablePicture where nothing is drawn there, and for `exact` where
    the picture is not 28x28 with bright ink on dark.
    """
    return exact(picture) if how == "exact" else normalise(picture)


def normalise(picture: Picture) -> Normalised:
    """The digit in `picture`, of any size; its own pixels if it is MNIST-like.

    Raises UnreadablePicture where nothing is drawn there.
    """
    grey = picture.grey
    if grey.shape == (SIDE, SIDE) and is_typical(grey.reshape(-1)):
        return untouched(picture)
    found = find_digit(grey)
    if found is None:
        raise UnreadablePicture("the picture is blank, expected a digit")
    done = Preprocessing(
        untouched=False,
        inverted=found.dark,
        cropped=_in_source(found.box, picture),
        rotated=picture.rotated,
        several=found.several,
    )
    return Normalised(draw(found.ink).ravel(), done)


def exact(picture: Picture) -> Normalised:
    """The pixels of `picture` as they are.

    Raises UnreadablePicture where it is not 28x28 with bright ink on dark.
    """
    width, height = picture.size
    if (width, height) != (SIDE, SIDE):
        raise UnreadablePicture(
            f"the picture is {width} x {height}, expected {SIDE} x {SIDE}"
        )
    frame = border_shade(picture.grey.reshape(1, -1))[0]
    if frame >= BRIGHT:
        raise UnreadablePicture(
            "the background is bright (its outermost pixels are "
            f"{frame:.0f} of 255 on average), expected bright ink on dark"
        )
    return untouched(picture)


def untouched(picture: Picture) -> Normalised:
    """The pixels of a 28x28 `picture`, as they are."""
    done = replace(UNTOUCHED, rotated=True) if picture.rotated else UNTOUCHED
    return Normalised(picture.grey.reshape(-1), done)


def _in_source(box: Box, picture: Picture) -> Box:
    """`box` in the source's pixels, from those of the reduced picture."""
    height, width = picture.grey.shape
    across, down = picture.size[0] / width, picture.size[1] / height
    left, top, right, bottom = box
    return (
        int(left * across),
        int(top * down),
        min(round(right * across), picture.size[0]),
        min(round(bottom * down), picture.size[1]),
    )
