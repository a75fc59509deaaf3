"""Where in a grey picture the digit is: its ink, cut out at a small size.

Looks at the whole from far, then at the digit from near. Knows neither formats
nor what MNIST wants.
"""

from dataclasses import dataclass

import numpy as np

from service.normaliser.background import Background, Grey, find_background
from service.normaliser.bitmap import Mask
from service.normaliser.components import Components, components
from service.normaliser.filters import Floats, reduced
from service.normaliser.ink import ink_strength
from service.normaliser.lines import find_lines
from service.normaliser.parts import Bools, Box, around, choose

WORK = 112
"""The longer side, in pixels, at which a picture is searched."""
NARROW = 16
"""The shorter side is not reduced to fewer pixels: a 1's edges would be lost."""


@dataclass(frozen=True)
class Found:
    """One digit's ink, float32 [h, w], 1 and above where ink is, and its box.

    `dark`: it is darker than its background. `several`: there are more digits.
    """

    ink: Floats
    box: Box
    dark: bool
    several: bool


def find_digit(grey: Grey) -> Found | None:
    """The digit in `grey`; looked at once more from near where that shows more."""
    step = _step(grey.shape)
    far = reduced(grey, step)
    background = find_background(far)
    found = _look(far, background, step)
    if found is None or step == 1:
        return found
    left, top, right, bottom = found.box
    margin = max(right - left, bottom - top) // 3 + step
    left, top = max(0, left - margin), max(0, top - margin)
    crop = grey[top : bottom + margin, left : right + margin]
    closer = _step(crop.shape)
    if closer == step:
        return found
    near = reduced(crop, closer)
    rows, columns = (
        np.minimum((first + np.arange(n) * closer) // step, most - 1)
        for first, n, most in zip((top, left), near.shape, far.shape, strict=True)
    )
    again = _look(near, background.part(rows, columns), closer)
    if again is None:
        return found
    l2, t2, r2, b2 = again.box
    box = (left + l2, top + t2, left + r2, top + b2)
    return Found(again.ink, box, found.dark, found.several or again.several)


def _step(shape: tuple[int, ...]) -> int:
    """How many pixels to a side become one where a picture is searched."""
    return max(1, min(-(-max(shape) // WORK), min(shape) // NARROW))


def _look(grey: Grey, background: Background, step: int) -> Found | None:
    strength = ink_strength(grey, background)
    if strength is None:
        return None
    mask = strength >= 1
    parts, chosen, several = _beside_lines(mask) or _parts(mask)
    left, top, right, bottom = around(parts.boxes[chosen])
    np.maximum(strength, 0, out=strength)
    if not chosen.all() or parts.area.sum() < np.count_nonzero(mask):
        strength[mask & ~parts.mask(chosen)] = 0
    box = (step * left, step * top, step * right, step * bottom)
    return Found(strength[top:bottom, left:right], box, background.dark, several)


def _parts(mask: Mask) -> tuple[Components, Bools, bool]:
    """The parts of `mask`, which of them are the digit, and whether there are more."""
    parts = components(mask)
    return parts, *choose(parts)


def _beside_lines(mask: Mask) -> tuple[Components, Bools, bool] | None:
    """As `_parts`, without the lines that cross the digit; None where none does."""
    lines = find_lines(mask)
    if lines is None or not lines.rest.any():
        return None
    parts, chosen, several = _parts(lines.rest)
    if not lines.crossed(parts.mask(chosen)):
        return None
    return parts, chosen, several
