"""Straight ways through a mask, from edge to edge, that are inked all along.

Whether one of them is a line or a stroke of the digit is left to `lines`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from service.normaliser.bitmap import Mask
from service.normaliser.components import Ints

INKED = 0.96
"""A way is inked along this share of it at least."""
ROUGHLY = 0.75
"""The same, where only few of its pixels are looked at."""
NARROWEST = 20
"""In a picture with a shorter side than this, in pixels, any stroke is a way."""
ENDS = 24
"""Where ink leaves a picture at more places than this, it is texture."""

_FEW = 16
_COARSE = 7


@dataclass(frozen=True)
class Ways:
    """The n ways through a mask: `ends` int [n, 2, 2], two times row and column.

    `rows` and `columns`, int [steps, n], are the pixels along each.
    """

    ends: Ints
    rows: Ints
    columns: Ints

    def share(self, mask: Mask) -> NDArray[np.float64]:
        """Which share of each way is inked in `mask`, bool [h, w]: 0..1, [n]."""
        return np.asarray(mask[self.rows, self.columns].mean(axis=0))


def inked_ways(mask: Mask) -> Ways | None:
    """The ways through `mask`, bool [h, w]; None where there are none."""
    height, width = mask.shape
    if min(height, width) < NARROWEST:
        return None
    frame = _frame(height, width)
    spots = _spots(mask.ravel()[frame])
    if not 2 <= len(spots) <= ENDS:
        return None
    places = np.stack(np.divmod(frame[spots], width), axis=1)
    ends = places[_pairs(len(places))]
    far = np.abs(ends[:, 1] - ends[:, 0]).max(axis=1) >= 0.9 * min(height, width)
    if not far.any():
        return None
    ways = _ways(mask, ends[far], -(-max(height, width) // _COARSE))  # rules out most
    if len(ways.ends):
        ways = _ways(mask, ways.ends, 1)
    return ways if len(ways.ends) else None


def _ways(mask: Mask, ends: Ints, every: int) -> Ways:
    """The ways between `ends` that are inked, every so many pixels looked at."""
    along = np.linspace(0, 1, max(mask.shape))[::every, None, None]
    exact = ends[:, 0] + along * (ends[:, 1] - ends[:, 0]).astype(np.float64)
    rows, columns = np.moveaxis(np.floor(exact + 1e-6).astype(np.intp), -1, 0)
    above, below = np.moveaxis(np.ceil(exact - 1e-6).astype(np.intp), -1, 0)
    # A line that runs between two pixels may be drawn in either.
    missed = ~mask[rows, columns]
    rows[missed], columns[missed] = above[missed], below[missed]
    inked = mask[rows, columns].mean(axis=0) >= (INKED if every == 1 else ROUGHLY)
    return Ways(ends[inked], rows[:, inked], columns[:, inked])


def _spots(inked: Mask) -> Ints:
    """Where on the frame ink leaves: each pixel, or where there are many each run's."""
    spots = np.flatnonzero(inked)
    if len(spots) <= _FEW:
        return spots
    starts = np.flatnonzero(np.diff(spots, prepend=-2) > 1)
    ends = np.append(starts[1:], len(spots))
    middles: Ints = spots[(starts + ends) // 2]
    return middles


@lru_cache(maxsize=64)
def _frame(height: int, width: int) -> Ints:
    """The positions of the outermost pixels, once around."""
    place = np.arange(height * width).reshape(height, width)
    sides = place[0], place[1:, -1], place[-1, -2::-1], place[-2:0:-1, 0]
    return np.concatenate(sides)


@lru_cache(maxsize=ENDS)
def _pairs(count: int) -> Ints:
    """Each two of `count` numbers: int [pairs, 2]."""
    return np.stack(np.triu_indices(count, 1), axis=1)
