"""Which connected parts of a picture's ink are the digit, and which are not.

Leaves out frames, edges of paper, specks and a second digit; knows no shades.
"""

import numpy as np
from numpy.typing import NDArray

from service.normaliser.components import Components, Ints

Bools = NDArray[np.bool_]

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels, the last two exclusive."""

SPECK = 0.03
"""A part smaller than this share of the main one is dirt."""
NEAR = 0.3
"""A part further off than this share of the digit's size is none of it."""


def choose(parts: Components) -> tuple[Bools, bool]:
    """Which `parts` make up the digit, bool [n], and whether there are more."""
    if len(parts.area) <= 1:
        return np.ones(len(parts.area), bool), False
    central = parts.sums(_window(parts.shape)) / parts.area
    main = int((central * parts.area).argmax())
    fit = (parts.area >= max(2, SPECK * parts.area[main])) & ~_stray(
        parts, central, main
    )
    chosen = np.zeros(len(central), bool)
    chosen[main] = True
    several = False
    sizes = np.maximum(4, (parts.boxes[:, 2:] - parts.boxes[:, :2]).max(axis=1))
    for _ in range(3):
        box = np.array(around(parts.boxes[chosen]))
        near = NEAR * np.maximum(sizes, max(box[2:] - box[:2]))
        rival = _beside(parts.boxes, box) & (parts.area > 0.2 * parts.area[main])
        several |= bool((rival & fit & ~chosen).any())
        chosen |= fit & (_gaps(parts.boxes, box).max(axis=1) <= near) & ~rival
    return chosen, several


def _stray(parts: Components, central: NDArray[np.float64], main: int) -> Bools:
    """Which parts lie along the picture's edges or all around its main part."""
    box = parts.boxes[main]
    at_edge = (parts.boxes[:, :2] == 0).any(axis=1) | (
        parts.boxes[:, 2:] == parts.shape[::-1]
    ).any(axis=1)
    surrounds = (parts.boxes[:, :2] < box[:2]).all(axis=1) & (
        parts.boxes[:, 2:] > box[2:]
    ).all(axis=1)
    outer = central / central[main]
    stray: Bools = (at_edge & (outer < 0.2)) | (surrounds & (outer < 0.5))
    return stray


def _gaps(boxes: Ints, box: Ints) -> Ints:
    """Pixels across and down, [n, 2], from `boxes` to `box`; < 0: they overlap."""
    return np.asarray(np.maximum(boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:]))


def _beside(boxes: Ints, box: Ints) -> Bools:
    """Which `boxes` are as tall as another digit would be, and stand next to `box`."""
    across, down = _gaps(boxes, box).T
    heights = boxes[:, 3] - boxes[:, 1]
    height = box[3] - box[1]
    least = np.minimum(heights, height)
    apart = across > max(2, 0.08 * max(box[2:] - box[:2]))
    beside: Bools = (heights >= 0.5 * height) & (-down >= 0.5 * least) & apart
    return beside


def around(boxes: Ints) -> Box:
    """The box around all of `boxes`, int [n, 4]."""
    lefts, tops, rights, bottoms = boxes.T.tolist()
    return min(lefts), min(tops), max(rights), max(bottoms)


def _window(shape: tuple[int, int]) -> NDArray[np.float32]:
    """How much a pixel counts, float32 [h, w]: least at the edges."""
    reach = 0.2 * max(shape)
    down, across = (
        np.minimum(np.arange(n), np.arange(n)[::-1]).astype(np.float32) for n in shape
    )
    near = np.minimum(down[:, None], across)
    return np.clip((near + 0.5) / np.float32(reach), 0.1, 1)
