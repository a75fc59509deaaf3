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

_SHADES = np.arange(256)


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
        return Background(self.paper[rows][:, columns], self.dark, self.flat)


def find_background(grey: Grey) -> Background:
    """The background of `grey`, uint8 [h, w]."""
    counts = np.bincount(grey.ravel(), minlength=256)
    shade = _flat_shade(grey, counts)
    if shade is not None:
        dark = int(counts @ (_SHADES - shade) ** 3) < 0
        bright = bright_ink(grey, dark)
        level = 255 - shade if dark else shade
        paper = np.full_like(bright, level)
        _cover_frame(paper, bright > level + FAINTEST)
        return Background(paper, dark, True)
    smooth = calmed(grey.astype(np.float32))
    dark = _is_dark(smooth)
    bright = bright_ink(smooth, dark)
    paper = np.maximum(opened(bright, _reach(grey)), _from_edges(bright))
    return Background(paper, dark, False)


def bright_ink(grey: NDArray[Any], dark: bool) -> Floats:
    """`grey` as float32, turned negative where its ink is `dark`."""
    return (255 - grey if dark else grey).astype(np.float32)


def _flat_shade(grey: Grey, counts: Ints) -> int | None:
    """The one exact shade that a drawing's background has; None in a photograph.

    `counts`, int [256], says how often each shade is in `grey`.
    """
    shade = int(counts.argmax())
    if counts[shade] / grey.size > 0.65:
        return shade
    frame = np.concatenate((grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]))
    counts = np.bincount(frame)
    shade = int(counts.argmax())
    least = 0.55 if max(grey.shape) > 24 else 0.35  # a digit fills a tiny picture
    return shade if counts[shade] / frame.size > least else None


def _cover_frame(paper: Floats, inked: NDArray[np.bool_]) -> None:
    """Make `paper` as bright as can be under a frame drawn around the picture."""
    height, width = inked.shape
    across = inked.sum(axis=1) > 0.75 * width
    across[height // 8 : height - height // 8] = False
    if not across.any():
        return
    down = inked.sum(axis=0) > 0.75 * height
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
    way = np.minimum.accumulate  # from the top, the bottom, the left and the right
    down = np.maximum(way(inner), way(inner[::-1])[::-1])
    across = np.maximum(way(inner.T), way(inner.T[::-1])[::-1]).T
    return np.minimum(np.maximum(down, across), bright)


def _open_ring(level: Floats) -> None:
    """Take what is narrower than a third of a side off the outermost pixels."""
    sides = (level[0], level[:, -1], level[-1, ::-1], level[::-1, 0])
    size = max(1, int(0.3 * max(level.shape)))
    ring = np.concatenate(sides)
    ring = opened(np.concatenate((ring[-size:], ring, ring[:size])), size)
    start = size
    for side in sides:
        side[:] = ring[start : start + len(side)]
        start += len(side)


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
        skewness = float((rest * rest * rest).mean()) / (float(rest.std()) ** 3 + 1)
        if abs(skewness) > 0.5:
            return skewness < 0
    return True


def _reach(grey: Grey) -> int:
    """Wider than any stroke, in pixels."""
    return max(3, int(0.4 * max(grey.shape)))
