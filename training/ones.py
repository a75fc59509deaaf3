"""Ones as many hands write them and MNIST's did not: with an upstroke, on a foot.

MNIST's ones are bare strokes nearly all, so that a network takes an upstroke for
the bar of a seven. These are drawn by code, to be learned beside MNIST's own.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.normaliser.strokes import draw
from training.data import Mnist
from training.feed import graph_seed

HEIGHT = 80
"""Of a one's stem in pixels, before it is made as large as MNIST's digits."""
_MARGIN = 0.3  # of the height, around all that is drawn
_ONES = 11  # keeps their seed apart from those of other things

Line = list[tuple[float, float]]


def with_ones(mnist: Mnist, share: float, seed: int) -> Mnist:
    """`mnist` and, at the end of what is trained on, that share of it in ones."""
    count = round(share * len(mnist.y_train))
    if count == 0:
        return mnist
    return replace(
        mnist,
        x_train=np.concatenate([mnist.x_train, written_ones(count, seed)]),
        y_train=np.concatenate([mnist.y_train, np.ones(count, np.uint8)]),
    )


def written_ones(count: int, seed: int) -> NDArray[np.uint8]:
    """That many ones, uint8 [count, 784], as MNIST has digits: bright on dark.

    Seven of ten have an upstroke, two an upstroke and a foot, one a foot alone.
    """
    random = np.random.default_rng(graph_seed(seed, _ONES).view(np.uint32))
    ones = [draw(_ink(*_one(random))) for _ in range(count)]
    return np.stack(ones).reshape(count, -1)


def _one(random: np.random.Generator) -> tuple[list[Line], float]:
    """The lines of a one, its stem of height 1, and how wide the pen is."""
    lean = np.radians(random.uniform(-12, 22))
    top, bottom = (0.0, 0.0), (-float(np.tan(lean)), 1.0)
    stem: Line = [top, bottom]
    lines = [stem]
    kind = random.random()
    if kind < 0.9:
        away = min(lean + np.radians(random.uniform(22, 55)), np.radians(62))
        length = random.uniform(0.2, 0.6)
        tip = (-length * float(np.sin(away)), length * float(np.cos(away)))
        stem.insert(0, tip)
    if kind > 0.7:
        half = random.uniform(0.12, 0.3)
        middle = bottom[0] + random.uniform(-0.06, 0.06)
        lines.append([(middle - half, 1.0), (middle + half, 1.0)])
    return lines, random.uniform(0.09, 0.2)


def _ink(lines: list[Line], width: float) -> NDArray[np.float32]:
    """The lines drawn with a round pen: float32 [h, w], an edge where it is 1."""
    points = np.array([point for line in lines for point in line])
    low, high = points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN
    across, down = (np.arange(low[axis], high[axis], 1 / HEIGHT) for axis in range(2))
    away = np.min(
        [
            _distance(across[None, :], down[:, None], start, end)
            for line in lines
            for start, end in pairwise(line)
        ],
        axis=0,
    )
    ink = np.clip(1 + (width / 2 - away) * HEIGHT, 0, 2).astype(np.float32)
    return _tight(ink)


def _distance(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    start: tuple[float, float],
    end: tuple[float, float],
) -> NDArray[np.float64]:
    """How far each place is from the segment between two points."""
    along, over = end[0] - start[0], end[1] - start[1]
    share = ((x - start[0]) * along + (y - start[1]) * over) / (along**2 + over**2)
    share = np.clip(share, 0, 1)
    return np.asarray(
        np.hypot(x - start[0] - share * along, y - start[1] - share * over)
    )


def _tight(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = np.flatnonzero((ink >= 1).any(axis=1))
    columns = np.flatnonzero((ink >= 1).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
