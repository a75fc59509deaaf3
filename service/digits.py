"""The digit that the network reads: 28x28 uint8, bright ink (255) on dark (0).

What MNIST's own digits look like, and the network's input made of them. How a
picture becomes such a digit is left to `service.normaliser`.
"""

import numpy as np
from numpy.typing import NDArray

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
_MOMENTS = np.array(
    [np.ones(SIZE), np.repeat(_INDEX, SIDE), np.tile(_INDEX, SIDE)], np.float32
)
_FRAME = np.flatnonzero(
    np.pad(np.zeros((SIDE - 2, SIDE - 2), bool), 1, constant_values=True)
)


def to_pixels(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network takes, float32 [n, 784] in 0..1, of uint8 [n, 784]."""
    return digits.astype(np.float32) / np.float32(255)


def typical(digits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of `digits`, uint8 [n, 784], are as MNIST has them: bool [n].

    All its 70,000 are: bright on exact black, the longer side of their box 20
    pixels (of a few 19), the centre of mass within half a pixel of the middle.
    """
    pictures = digits.reshape(-1, SIDE, SIDE).astype(np.float32)
    profiles = np.empty((len(pictures), 2, SIDE), np.float32)
    np.matmul(pictures, _ONES, out=profiles[:, 0])  # sums: whole, below 2**24, exact
    np.matmul(_ONES, pictures, out=profiles[:, 1])
    longer = _extents(profiles).max(axis=1)
    return np.asarray(
        (digits.max(axis=1, initial=0) >= BRIGHTEST)
        & (longer >= LONGEST - 1)
        & (longer <= LONGEST)
        & (_off_centre(profiles).max(axis=1) < OFF_CENTRE)
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


def _extents(profiles: NDArray[np.float32]) -> NDArray[np.intp]:
    """From the first to the last inked row and column, of profiles [n, 2, 28]."""
    inked = profiles > 0
    last = SIDE - inked[..., ::-1].argmax(axis=-1)
    return np.asarray(last - inked.argmax(axis=-1))


def _off_centre(profiles: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far in pixels profiles [n, 2, 28] have their mass from the middle: [n, 2]."""
    mass = np.maximum(profiles @ _ONES, 1).astype(np.float64)
    return np.asarray(np.abs(profiles @ _INDEX / mass - SIDE / 2))
