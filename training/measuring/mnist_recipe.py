"""Any bright drawing brought to 28x28: as it comes, or as MNIST's were made.

Plain geometry on pictures that are already bright on dark; what people upload is
left to `service.normaliser`.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.digits import LONGEST, SIDE

_MARGIN = 2


def prepared(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """MNIST's recipe for a drawing uint8 [h, w] with ink: uint8 [784].

    Its longer side brought to 20 pixels, the shape kept, then its centre of mass
    to the centre of 28x28 (LeCun, Cortes and Burges, The MNIST database).
    """
    small = _resized(drawing, LONGEST)
    down, across = small.sum(axis=1, dtype=float), small.sum(axis=0, dtype=float)
    return _placed(small, *(_first_of_mass(profile) for profile in (down, across)))


def filled(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A drawing uint8 [h, w] with ink as large as it fits, in the middle: uint8 [784].

    What a careless resize to 28x28 gives.
    """
    small = _resized(drawing, SIDE - 2 * _MARGIN)
    top, left = ((SIDE - side) // 2 for side in small.shape)
    return _placed(small, top, left)


def squeezed(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As `prepared`, but both sides brought to 20 pixels, whatever the shape."""
    square = Image.fromarray(_cropped(drawing)).resize((LONGEST, LONGEST))
    return prepared(np.asarray(square))


def _cropped(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = (np.flatnonzero(drawing.any(axis=axis)) for axis in (1, 0))
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(drawing: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """The ink's box with its longer side `longest` pixels."""
    box = Image.fromarray(_cropped(drawing))
    scale = longest / max(box.size)
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    return np.asarray(box.resize(size, Image.Resampling.LANCZOS))


def _first_of_mass(profile: NDArray[np.float64]) -> int:
    """Where to begin so that the mass is in the middle, and all of it inside."""
    mass = profile @ np.arange(len(profile)) / profile.sum()
    return int(np.clip(round(SIDE / 2 - mass), 0, SIDE - len(profile)))


def _placed(small: NDArray[np.uint8], top: int, left: int) -> NDArray[np.uint8]:
    placed = np.zeros((SIDE, SIDE), np.uint8)
    placed[top : top + small.shape[0], left : left + small.shape[1]] = small
    return placed.reshape(-1)
