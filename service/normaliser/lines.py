"""Lines that run straight through a picture: ruled, or drawn to cross something out.

Takes them out of a mask and leaves the strokes that they cross, column by column as
staff lines are taken out of music (Dalitz, Droettboom, Pranzas and Fujinaga 2008).
Where such lines may be is left to `ways`, which parts are the digit to `parts`.
"""

from dataclasses import dataclass

import numpy as np

from service.normaliser.bitmap import Bitmap, Mask
from service.normaliser.components import Ints
from service.normaliser.strokes import stroke_width
from service.normaliser.ways import inked_ways

MOST = 12
"""So many lines are taken out of a picture."""
FRESH = 0.5
"""The next line has this share of its ink to itself."""
THICK = 0.1
"""No line is thicker than this share of the picture's longer side."""
PAST = 0.03
"""A line runs past the digit by this share of the longer side, at both ends."""
LEAST = 0.3
"""A digit has this share of the thickest line's ink at least."""
SMALLEST = 0.15
"""A digit is this share of the picture's longer side long at least."""
STEEP = 0.6
"""A stem goes across by this share at most of what it goes down."""
LEFT = 0.7
"""So much of a 4 is to the left of its stem."""
SLIM = 0.7
"""A stem is as thick at least as this share of the other strokes."""


@dataclass(frozen=True)
class Lines:
    """A mask without its lines.

    `rest` bool [h, w]; `ends` int [n, 2, 2], where each line left the picture, two
    times row and column; `thick` how thick the thickest was, in pixels.
    """

    rest: Mask
    ends: Ints
    thick: int

    def crossed(self, digit: Mask) -> bool:
        """Whether `digit`, bool [h, w], is what they crossed, not what they were of."""
        rows, columns = np.nonzero(digit)
        longer = max(digit.shape)
        long = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
        return (
            long >= SMALLEST * longer
            and len(rows) >= LEAST * self.thick * longer
            and self._past(rows, columns) >= PAST * longer
            and not self._stem(digit, rows, columns)
        )

    def _past(self, rows: Ints, columns: Ints) -> int:
        """How far in pixels each line runs past those pixels at least, at each end."""
        down, across = self.ends[..., 0], self.ends[..., 1]
        past = np.maximum(
            np.maximum(rows.min() - down, down - rows.max()),
            np.maximum(columns.min() - across, across - columns.max()),
        )
        return int(past.min())

    def _stem(self, digit: Mask, rows: Ints, columns: Ints) -> bool:
        """Whether the one line may be a 4's stem, the 4 as high as the picture."""
        (top, left), (bottom, right) = self.ends[0]
        if len(self.ends) > 1 or abs(right - left) > STEEP * abs(bottom - top):
            return False
        stem = left + (rows - top) * (right - left) / (bottom - top)
        if (columns < stem).mean() < LEFT:
            return False
        return self.thick >= SLIM * stroke_width(Bitmap.of(digit, 1))


def find_lines(mask: Mask) -> Lines | None:
    """The lines in `mask`, bool [h, w], and what it is without; None: there are none.

    A long stroke of a digit that touches the picture's edges is taken for one too:
    ask `Lines.crossed` of the digit in the rest.
    """
    ways = inked_ways(mask)
    if ways is None:
        return None
    rest, found, thickest = mask.copy(), [], 0
    for _ in range(MOST):
        share = ways.share(rest)
        best = int(share.argmax())
        thick = _erase(rest, ways.ends[best]) if share[best] >= FRESH else 0
        if not thick:
            break
        found.append(ways.ends[best])
        thickest = max(thickest, thick)
    for ends in found if len(found) > 1 else ():  # where two met, each hid the other
        _erase(rest, ends)
    return Lines(rest, np.array(found), thickest) if found else None


def _erase(mask: Mask, ends: Ints) -> int:
    """Take the line between `ends` out of `mask`; how thick it is, 0: none is there."""
    down, across = np.abs(ends[1] - ends[0])
    if down > across:
        mask, ends = mask.T, ends[:, ::-1]
    limit = max(3, int(THICK * max(mask.shape)))
    rows, columns = _middle(mask, ends)
    above = _reach(mask, rows, columns, -2 * limit)
    below = _reach(mask, rows, columns, 2 * limit)
    inked = mask[rows, columns]
    if not inked.any():
        return 0
    thick = int(np.median((above + below + 1)[inked]))
    if thick > limit:
        return 0
    # Where a stroke goes on at both sides, it crosses there. Where it goes on at one,
    # it ends there, and the line is what is as thick as a line at the other.
    upper, lower = above < thick, below < thick
    line = inked & ((upper ^ lower) | (above + below < thick))
    first = np.where(upper, -above, below - thick + 1)
    last = np.where(upper, np.minimum(below, thick - 1 - above), below)
    offsets = np.arange(-2 * limit, 2 * limit + 1)[:, None]
    step, column = np.nonzero(line & (offsets >= first) & (offsets <= last))
    mask[rows[column] + offsets[step, 0], columns[column]] = False
    return thick


def _middle(mask: Mask, ends: Ints) -> tuple[Ints, Ints]:
    """The row and the column of a pixel of the line in each column between `ends`."""
    (y0, x0), (y1, x1) = ends[ends[:, 1].argsort()]
    columns = np.arange(x0, x1 + 1)
    exact = y0 + (columns - x0) * (y1 - y0) / (x1 - x0)
    rows = np.floor(exact + 1e-6).astype(np.intp)
    other = np.ceil(exact - 1e-6).astype(np.intp)
    return np.where(mask[rows, columns], rows, other), columns


def _reach(mask: Mask, rows: Ints, columns: Ints, most: int) -> Ints:
    """How many pixels of ink follow on `rows`, down or, where `most` < 0, up."""
    steps = np.arange(1, abs(most) + 1)[:, None] * np.sign(most)
    beside = rows + steps
    inside = (beside >= 0) & (beside < len(mask))
    inked = mask[beside.clip(0, len(mask) - 1), columns] & inside
    return np.asarray(np.logical_and.accumulate(inked).sum(axis=0))
