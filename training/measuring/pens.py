"""A digit of 28x28 pixels drawn again as a smooth stroke of any size and width.

From pixels to how far each place is from the stroke's edge; what it is drawn
on, and with which ink, is left to `photographs`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from PIL.Image import Resampling

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

FINE = 4
"""Strokes are followed at this many pixels to one of MNIST's."""
_SMOOTH = 1.6  # fine pixels: irons out the staircase of the 28x28
_FAR = 8.0  # fine pixels: nothing is drawn so softly that it matters further off
_MARGIN = 3  # of MNIST's pixels, so that a wide stroke is not cut


@dataclass(frozen=True)
class Stroke:
    """A digit as a field: how far, in MNIST's pixels, each place is inside its ink.

    `depth` is float32 [h, w] at FINE places to a pixel, above 0 in the ink,
    and smooth, so that it can be drawn at any size with a crisp edge.
    """

    depth: Floats

    def draw(self, longest: int, softness: float = 1.0) -> Floats:
        """Its ink at a size, cut to its box: float32 [h, w] in 0..1.

        `longest` is the longer side of the box in pixels, `softness` how many
        pixels wide the edge is.
        """
        inked = self.depth > 0
        rows = np.flatnonzero(inked.any(axis=1))
        columns = np.flatnonzero(inked.any(axis=0))
        top, bottom = rows[0] - 1, rows[-1] + 2
        left, right = columns[0] - 1, columns[-1] + 2
        zoom = longest / max(bottom - top, right - left)
        size = (
            max(1, round((right - left) * zoom)),
            max(1, round((bottom - top) * zoom)),
        )
        field = Image.fromarray(self.depth[top:bottom, left:right])
        depth = np.asarray(field.resize(size, Resampling.BICUBIC)) * zoom * FINE
        ink: Floats = np.clip(depth / softness + 0.5, 0, 1).astype(np.float32)
        return ink


def redraw(digit: NDArray[np.uint8], width: float) -> Stroke:
    """`digit`, uint8 [28, 28] bright on dark, with strokes `width` times as wide.

    The discs that fill the digit about its centre line (its medial axis, Blum
    1967) are all made larger or smaller alike: lines keep their way, blots
    stay blots.
    """
    mask = _smoothed(digit)
    middle = np.argwhere(_centre_line(mask))
    outside = np.argwhere(_grown(mask) & ~mask)
    radii = np.hypot(*(middle[:, None] - outside).T).min(axis=0) - 0.5
    depth = np.full(mask.shape, -_FAR, np.float32)
    for (row, column), radius in zip(middle.tolist(), width * radii, strict=True):
        _fill(depth, row, column, float(radius))
    depth /= FINE
    return Stroke(depth)


def _fill(depth: Floats, row: int, column: int, radius: float) -> None:
    """Add a disc to `depth`, in fine pixels, around one of its places."""
    reach = int(radius + _FAR) + 1
    top, left = max(0, row - reach), max(0, column - reach)
    part = depth[top : row + reach + 1, left : column + reach + 1]
    down = np.arange(part.shape[0]) + top - row
    across = np.arange(part.shape[1]) + left - column
    np.maximum(part, radius - np.hypot(down[:, None], across), out=part)


def _smoothed(digit: NDArray[np.uint8]) -> Mask:
    """The digit's ink as a mask, FINE times as large, without its staircase."""
    wide = np.pad(digit, _MARGIN)
    side = FINE * len(wide)
    image = Image.fromarray(wide).resize((side, side), Resampling.BICUBIC)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(_SMOOTH)))
    return np.asarray(soft >= min(110, 0.6 * soft.max()))


def _centre_line(mask: Mask) -> Mask:
    """`mask` thinned to lines one pixel wide (Zhang and Suen 1984)."""
    line, before = mask, None
    while before is None or not np.array_equal(line, before):
        before = line
        for first in (True, False):
            line = line & ~_removable(line, first)
    return line


def _removable(line: Mask, first: bool) -> Mask:
    """Which pixels of `line` may go in the first or the second half of a turn."""
    wide = np.pad(line, 1)
    height, width = line.shape
    places = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
    around = [wide[y : y + height, x : x + width] for y, x in places]
    up, right, down, left = around[::2]
    count = np.sum(around, axis=0)
    starts = np.sum(
        [~a & b for a, b in zip(around, around[1:] + around[:1], strict=True)], axis=0
    )
    one = up & right & down if first else up & right & left
    other = right & down & left if first else up & down & left
    removable: Mask = (count >= 2) & (count <= 6) & (starts == 1) & ~one & ~other
    return removable


def _grown(mask: Mask) -> Mask:
    wide = np.pad(mask, 1)
    grown: Mask = mask | wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:]
    return grown | wide[1:-1, :-2]
