"""A digit's strokes: cut at their edges, made as wide as MNIST's, drawn at 20 px.

Takes ink in any size, gives 28x28; knows nothing of backgrounds or parts.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from service.digits import LONGEST, SIDE
from service.normaliser.bitmap import Bitmap, Mask
from service.normaliser.filters import Floats

FINE = 4
"""Strokes are cut and widened at this many pixels to one of MNIST's."""
SOFTNESS = 1.25
"""Edges are as grey as MNIST's, whose ink is 172 on average."""
THIN, THICK = 2.4, 3.4
"""Widths left as they are, in MNIST's pixels, whose median is 2.6."""

_INDEX = np.arange(SIDE, dtype=np.float64)


def draw(ink: Floats) -> NDArray[np.uint8]:
    """The digit uint8 [28, 28] of `ink`, float32 [h, w], an edge where it is 1."""
    mask = _fit(_cut(ink))
    digit = _shrink(mask)
    return _centre(digit)


def stroke_width(strokes: Bitmap) -> float:
    """The mean width of a stroke in pixels: its area over half its outline."""
    area = strokes.area()
    return 2 * area / max(area - strokes.eroded().area(), 1)


def _cut(ink: Floats) -> Mask:
    """The mask of `ink` when its longer side is FINE * LONGEST pixels."""
    size = FINE * LONGEST
    height, width = ink.shape
    scale = size / max(height, width)
    rows = _resampling(height, max(1, round(height * scale)))
    columns = _resampling(width, max(1, round(width * scale)))
    fine = rows @ np.minimum(ink, 2) @ columns.T
    mask = fine >= 1
    return mask if mask.any() else fine >= fine.max()  # a dot may fade below 1


def _fit(mask: Mask) -> Mask:
    """`mask` with strokes neither thinner nor thicker than MNIST's."""
    strokes = Bitmap.of(mask, 2 * FINE)
    width = stroke_width(strokes) / FINE
    if width < THIN:
        for step in range(round((THIN + 0.2 - width) * FINE / 2)):
            strokes = strokes.grown(square=step % 2 == 1)
    elif width > THICK:
        for _ in range(round((width - THICK + 0.2) * FINE / 2)):
            strokes = strokes.thinned()
    return strokes.mask()


def _shrink(mask: Mask) -> Floats:
    """`mask` in its bounding box, float32 0..1, its longer side LONGEST pixels."""
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = tight.shape
    scale = LONGEST / max(height, width)
    down = _resampling(height, max(1, round(height * scale)), SOFTNESS)
    across = _resampling(width, max(1, round(width * scale)), SOFTNESS)
    return down @ tight.astype(np.float32) @ across.T


def _centre(digit: Floats) -> NDArray[np.uint8]:
    """`digit` in 28x28 with its centre of mass at the centre, as MNIST has it."""
    total = digit.sum()
    top = _start(digit.sum(axis=1), total)
    left = _start(digit.sum(axis=0), total)
    height, width = digit.shape
    whole = np.zeros((SIDE, SIDE), np.uint8)
    whole[top : top + height, left : left + width] = np.rint(255 * digit)
    return whole


def _start(profile: Floats, total: float) -> int:
    middle = float(profile @ _INDEX[: len(profile)]) / float(total)
    return min(max(round(SIDE / 2 - middle), 0), SIDE - len(profile))


@lru_cache(maxsize=256)
def _resampling(source: int, target: int, spread: float = 1.0) -> Floats:
    """Weights float32 [target, source]: means going down, linear going up.

    Going down, a mean is taken over `spread` times a pixel's own width.
    """
    scale = source / target
    centres = ((np.arange(target) + 0.5) * scale)[:, None]
    pixels = np.arange(source) + 0.5
    if scale >= 1:
        half = (spread * scale + 1) / 2  # of the overlap of pixel and mean
        weights = np.minimum(half - np.abs(centres - pixels), 1)
    else:
        weights = 1 - np.abs(np.clip(centres, 0.5, source - 0.5) - pixels)
    weights = np.maximum(weights, 0)
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / total, dtype=np.float32)
