"""What a grey picture would be without its ink: one shade, or paper under light.

Also tells dark ink from bright. Leaves to `ink` how much of it is where.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.normaliser.filters import Floats, calmed, mean, opened

Grey = NDArray[np.uint8]
Ints = NDArray[np.intp]

FAINTEST = 8.0
"""Fewer grey levels of contrast than this are no ink."""


@dataclass(frozen=True)
class Background:
    """What a picture would be without its ink.

    `paper` float32 [h, w] in 0..255, of the picture turned negative where its
    ink is `dark`, so that ink is always brighter; `flat` where it is one shade.
    """

    paper: Floats
    dark: bool
    flat: bool

    def part(self, rows: Ints, columns: Ints) -> "Background":
        """The background of those pixels of the picture, each by its position."""
        return Background(self.paper[np.ix_(rows, columns)], self.dark, self.flat)


def find_background(grey: Grey) -> Background:
    """The background of `grey`, uint8 [h, w]."""
    shade = _flat_shade(grey)
    if shade is not None:
        rest = grey.astype(np.float32) - shade
        dark = float((rest**3).sum()) < 0
        bright = bright_ink(grey, dark)
        paper = np.full_like(bright, 255 - shade if dark else shade)
        _cover_frame(paper, bright > paper + FAINTEST)
        return Background(paper, dark, True)
    smooth = calmed(grey.astype(np.float32))
    dark = _is_dark(smooth)
    bright = bright_ink(smooth, dark)
    paper = np.maximum(opened(bright, _reach(grey)), _from_edges(bright))
    return Background(paper, dark, False)


def bright_ink(grey: NDArray[Any], dark: bool) -> Floats:
    """`grey` as float32, turned negative where its ink is `dark`."""
    level = grey.astype(np.float32)
    return 255 - level if dark else level


def _flat_shade(grey: Grey) -> int | None:
    """The one exact shade that a drawing's background has; None in a photograph."""
    shade, share = _commonest(grey)
    if share > 0.65:
        return shade
    frame = np.concatenate((grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]))
    shade, share = _commonest(frame)
    least = 0.55 if max(grey.shape) > 24 else 0.35  # a digit fills a tiny picture
    return shade if share > least else None


def _commonest(grey: Grey) -> tuple[int, float]:
    """The commonest shade of `grey`, and the share of its pixels that have it."""
    counts = np.bincount(grey.ravel(), minlength=256)
    shade = int(counts.argmax())
    return shade, float(counts[shade]) / grey.size


def _cover_frame(paper: Floats, inked: NDArray[np.bool_]) -> None:
    """Make `paper` as bright as can be under a frame drawn around the picture."""
    height, width = inked.shape
    across = np.count_nonzero(inked, axis=1) > 0.75 * width
    down = np.count_nonzero(inked, axis=0) > 0.75 * height
    across[height // 8 : height - height // 8] = False
    down[width // 8 : width - width // 8] = False
    h, w = height // 2, width // 2
    if sum(s.any() for s in (across[:h], across[h:], down[:w], down[w:])) >= 3:
        paper[across] = paper[:, down] = 255


def _from_edges(bright: Floats) -> Floats:
    """How bright a straight way to the picture's edge is at its darkest.

    A shadow, a desk and a frame are as bright as that and so no ink. What meets
    an edge in less than a third of a side is ink that touches it.
    """
    inner = bright.copy()
    _open_ring(inner)
    ways = [
        np.flip(np.minimum.accumulate(np.flip(inner, flips), axis), flips)
        for axis, flips in ((0, ()), (0, (0,)), (1, ()), (1, (1,)))
    ]
    return np.minimum(np.maximum.reduce(ways), bright)


def _open_ring(level: Floats) -> None:
    """Take what is narrower than a third of a side off the outermost pixels."""
    height, width = level.shape
    down, across = np.arange(height), np.arange(width)
    rows = np.concatenate((0 * across, down, 0 * across + height - 1, down[::-1]))
    columns = np.concatenate((across, 0 * down + width - 1, across[::-1], 0 * down))
    size = max(1, int(0.3 * max(level.shape)))
    ring = level[rows, columns]
    closed = np.concatenate((ring[-size:], ring, ring[:size]))
    level[rows, columns] = opened(closed[np.newaxis], size)[0, size:-size]


def _is_dark(grey: Floats) -> bool:
    """Whether what stands out of its surroundings is darker than they are.

    Asked of the middle first, where no desk or frame is; dark where in doubt.
    """
    if max(grey.shape) > 64:
        grey = grey[::2, ::2]
    down, across = grey.shape[0] // 6, grey.shape[1] // 6
    inner = grey[down : len(grey) - down, across : grey.shape[1] - across]
    for part in (inner, grey):
        rest = part - mean(part, 2 * (max(part.shape) // 5) + 1)
        skewness = float((rest**3).mean()) / (float(rest.std()) ** 3 + 1)
        if abs(skewness) > 0.5:
            return skewness < 0
    return True


def _reach(grey: Grey) -> int:
    """Wider than any stroke, in pixels."""
    return max(3, int(0.4 * max(grey.shape)))
