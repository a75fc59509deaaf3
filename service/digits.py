"""The digit that the network reads: 28x28 uint8, bright ink (255) on dark (0).

What MNIST's own digits look like, and the network's input made of them. How a
picture becomes such a digit is left to `service.normaliser`.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

Shown = NDArray[np.float32] | NDArray[np.uint8]
"""What a network is shown: its own input, float32 [n, 784] in 0..1, or digits, uint8
[n, 784] in 0..255, which stand for a 255th of that."""

SIDE = 28
SIZE = SIDE * SIDE
LONGEST = 20
"""The longer side, in pixels, of every MNIST digit's bounding box; of a few 19."""
OFF_CENTRE = 0.53
"""How far, in pixels, a centre of mass may be from the centre: MNIST rounds it."""
BRIGHTEST = 250
"""The ink of every MNIST digit reaches this somewhere."""

BRIGHT = 128
"""A background as bright as this, of 255, has no bright ink on it."""

_INDEX = np.arange(SIDE, dtype=np.float32)
_ONES = np.ones(SIDE, np.float32)
_MASS_AND_MOMENT = np.stack([_ONES, _INDEX], axis=1)
_MOMENTS = np.array(
    [np.ones(SIZE), np.repeat(_INDEX, SIDE), np.tile(_INDEX, SIDE)], np.float32
)
_BLOCK = 128
"""Digits whose float32 the processor's cache holds."""
_MEAN = np.full(SIZE, 1 / SIZE, np.float32)
_MEAN_OF_DIGIT = _MEAN / np.float32(255)
_FEW = 16
"""Of so many digits the ink is told faster as that of pixels is."""
_FRAME = np.flatnonzero(
    np.pad(np.zeros((SIDE - 2, SIDE - 2), bool), 1, constant_values=True)
)


def to_pixels(shown: Shown) -> NDArray[np.float32]:
    """What the network takes, float32 [n, 784] in 0..1; no copy where it is that."""
    if shown.dtype != np.uint8:
        return cast("NDArray[np.float32]", shown)
    pixels = np.empty(shown.shape, np.float32)
    write_pixels(shown, pixels)
    return pixels


def write_pixels(digits: Shown, pixels: NDArray[np.float32]) -> None:
    """The same of digits, uint8 [n, 784], into `pixels`, float32 [n, 784]."""
    pixels[:] = digits
    pixels /= np.float32(255)  # in place: of a thousand digits it is 3 MB


def ink_of(shown: Shown) -> NDArray[np.float32]:
    """The mean, float32 [n] in 0..1, of each picture that was shown, [n, 784]."""
    if shown.dtype != np.uint8:
        return np.asarray(shown.dot(_MEAN))
    if len(shown) <= _FEW:
        return np.asarray(shown.dot(_MEAN_OF_DIGIT))
    sums = shown.sum(axis=1, dtype=np.uint32)  # exact, and so as float32
    return np.asarray(sums.astype(np.float32) * _MEAN_OF_DIGIT[0])


def typical(digits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of `digits`, uint8 [n, 784], are as MNIST has them: bool [n].

    All its 70,000 are: bright on exact black, the longer side of their box 20
    pixels (of a few 19), the centre of mass within half a pixel of the middle.
    """
    profiles = _profiles(digits.reshape(-1, SIDE, SIDE))
    longer = _extents(profiles).max(axis=0)
    return np.asarray(
        (digits.max(axis=1, initial=0) >= BRIGHTEST)
        & (longer >= LONGEST - 1)
        & (longer <= LONGEST)
        & (_off_centre(profiles).max(axis=0) < OFF_CENTRE)
    )


def is_typical(digit: NDArray[np.uint8]) -> bool:
    """Whether one digit, uint8 [784], is as MNIST has them.

    As `typical` tells of many, in a third of the time that it takes for one.
    """
    rows = _extent(digit.tobytes())
    columns = _extent(digit.reshape(SIDE, SIDE).tobytes("F"))
    if not LONGEST - 1 <= max(rows, columns) <= LONGEST or digit.max() < BRIGHTEST:
        return False
    mass, *moments = (_MOMENTS @ digit.astype(np.float32)).tolist()  # exact too
    return all(abs(moment / mass - SIDE / 2) < OFF_CENTRE for moment in moments)


def border_shade(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean of the outermost pixels of `digits`, uint8 [n, 784]: 0..255, [n].

    In MNIST they are background, and 9 at most; from BRIGHT on, ink is dark on
    bright.
    """
    return np.asarray(digits[:, _FRAME].mean(axis=1))


def _extent(shades: bytes) -> int:
    """From the first to the last inked line of 28, of shades line by line."""
    first, last = SIZE - len(shades.lstrip(b"\0")), len(shades.rstrip(b"\0"))
    return -(-last // SIDE) - first // SIDE


def _profiles(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The sums of each row, and of each column, of digits [n, 28, 28]: [2, n, 28].

    They are whole and below 2**24: exact. All digits at once took half as long again:
    of a thousand, the float32 goes to memory and comes back.
    """
    profiles = np.empty((2, len(digits), SIDE), np.float32)
    floats = np.empty((min(len(digits), _BLOCK), SIDE, SIDE), np.float32)
    for start in range(0, len(digits), _BLOCK):
        block = floats[: len(digits) - start]
        np.copyto(block, digits[start : start + _BLOCK])
        rows, columns = profiles[:, start : start + _BLOCK]
        np.matmul(block.reshape(-1, SIDE), _ONES, out=rows.reshape(-1))
        np.matmul(_ONES, block, out=columns)
    return profiles


def _extents(profiles: NDArray[np.float32]) -> NDArray[np.intp]:
    """From the first to the last inked row and column, of profiles: [2, n]."""
    inked = profiles > 0
    last = SIDE - inked[..., ::-1].argmax(axis=-1)
    return np.asarray(last - inked.argmax(axis=-1))


def _off_centre(profiles: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far in pixels profiles have their mass from the middle: [2, n]."""
    sums = (profiles @ _MASS_AND_MOMENT).astype(np.float64)
    mass, moment = sums[..., 0], sums[..., 1]
    return np.asarray(np.abs(moment / np.maximum(mass, 1) - SIDE / 2))
