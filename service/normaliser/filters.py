"""Reducing, smoothing and opening pictures, in NumPy alone.

Knows nothing of ink.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

COARSE = 16
"""A median step from pixel to pixel, in grey levels, that only noise makes."""


def reduced(grey: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """`grey`, uint8 [h, w], with blocks of `step` x `step` averaged, rounded down.

    `step` is 16 at most; a rest at the right and the bottom is cut.
    """
    if step == 1:
        return grey
    height, width = (side - side % step for side in grey.shape)
    down = grey[:height:step, :width].astype(np.uint16)  # holds 16 x 16 x 255
    for row in range(1, step):
        down += grey[row:height:step, :width]
    both = down[:, ::step].copy()
    for column in range(1, step):
        both += down[:, column::step]
    return (both // (step * step)).astype(np.uint8)


def calmed(level: Floats) -> Floats:
    """`level` with its grain smoothed, where strokes are wide enough or it is coarse.

    The mean over 3 x 3 pixels, edges repeated.
    """
    if max(level.shape) <= 64 and _grain(level) < COARSE:
        return level
    for _ in range(2):  # along one axis, then along the other
        total = level * 3
        step = level[1:] - level[:-1]
        total[:-1] += step
        total[1:] -= step
        level = (total / np.float32(3)).T
    return level


def _grain(level: Floats) -> float:
    """The median step from a pixel to the next in its row, none after the last."""
    steps = np.zeros_like(level)
    np.subtract(level[:, 1:], level[:, :-1], out=steps[:, :-1])
    return median(np.abs(steps, out=steps))


def median(values: Floats) -> float:
    """The upper median of `values`, of any shape: a fifth of NumPy's time."""
    middle = values.size // 2
    return float(np.partition(values, middle, axis=None)[middle])


def mean(level: Floats, size: int) -> Floats:
    """The mean over `size` x `size` pixels, edges repeated."""
    half = size // 2
    for _ in range(2):  # along one axis, then along the other
        rows = np.arange(-half - 1, len(level) + half).clip(0, len(level) - 1)
        total = np.cumsum(level[rows], axis=0, dtype=np.float64)
        level = ((total[size:] - total[:-size]) / size).astype(np.float32).T
    return level


def opened(level: Floats, size: int) -> Floats:
    """`level` without what is bright and narrower than `size` (an opening).

    `level` is float32 [h, w], or [w], of a line of pixels.
    """
    half = size // 2
    for _ in range(level.ndim):
        level = _least(level, half).T
    level = -level
    for _ in range(level.ndim):
        level = _least(level, half).T
    return -level


def _least(level: Floats, half: int) -> Floats:
    """The least within `half` pixels before and after, along the first axis."""
    length = len(level)
    window = np.full((length + 2 * half, *level.shape[1:]), np.inf, np.float32)
    window[half : half + length] = level
    reach, width = 1, 2 * half + 1
    while reach < width:
        step = min(reach, width - reach)
        window = np.minimum(window[:-step], window[step:])
        reach += step
    return window
