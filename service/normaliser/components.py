"""Connected parts of a mask: where they are and how large.

Runs of ink in a row are found at once for the whole mask, then joined where
runs of neighbouring rows touch. Knows nothing of digits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Components:
    """The n parts of a mask, touching corners counted as connected.

    `area` int [n] in pixels; `boxes` int [n, 4] as left, top, right, bottom,
    the last two exclusive. Runs of ink go from `starts` to before `ends`, int [m],
    positions in the mask with a column added; each is of the part in `labels`.
    `shape` is the mask's.
    """

    area: Ints
    boxes: Ints
    starts: Ints
    ends: Ints
    labels: Ints
    shape: tuple[int, int]

    def sums(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """For each part, the sum of `weights`, float [h, w], over its pixels."""
        height, width = self.shape
        total = np.zeros(height * (width + 1) + 1)
        total[1:].reshape(height, width + 1)[:, :width] = weights
        np.cumsum(total, out=total)
        runs = total[self.ends] - total[self.starts]
        return np.bincount(self.labels, runs, len(self.area)).astype(np.float64)

    def mask(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The mask bool [h, w] of the parts where `chosen`, bool [n]."""
        height, width = self.shape
        keep = chosen[self.labels]
        steps = np.zeros(height * (width + 1) + 1, np.int8)
        steps[self.starts[keep]] = 1
        steps[self.ends[keep]] = -1
        inside = np.cumsum(steps, dtype=np.int8)[:-1].view(np.bool_)
        return inside.reshape(height, width + 1)[:, :width]


def components(mask: NDArray[np.bool_]) -> Components:
    """The connected parts of `mask`, bool [h, w]."""
    height, width = mask.shape
    stride = width + 1
    padded = np.zeros(height * stride + 1, np.int8)  # a gap between rows
    padded[1:].reshape(height, stride)[:, :width] = mask
    steps = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = steps[::2], steps[1::2]
    labels = _labels(starts, ends, stride)
    return Components(
        *_measure(starts, ends, labels, stride), starts, ends, labels, (height, width)
    )


def _labels(starts: Ints, ends: Ints, stride: int) -> Ints:
    """The part of each run, int [m], numbered by their first runs.

    Each run points to an earlier one that it touches, or to itself. Plain Python:
    for the hundred runs of a digit it is sooner done than in NumPy.
    """
    firsts, lasts = starts.tolist(), ends.tolist()
    parents = list(range(len(firsts)))
    above = 0
    for run, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        while lasts[above] + stride < first:
            above += 1
        touching = above
        while firsts[touching] + stride <= last:
            if parents[run] == run:
                parents[run] = touching
            else:
                _unite(parents, touching, run)
            touching += 1
    return _numbered(parents)


def _unite(parents: list[int], one: int, other: int) -> None:
    one, other = _root(parents, one), _root(parents, other)
    parents[max(one, other)] = min(one, other)


def _root(parents: list[int], run: int) -> int:
    while parents[run] != run:
        parents[run] = run = parents[parents[run]]  # a shorter way for the next
    return run


def _numbered(parents: list[int]) -> Ints:
    labels: list[int] = []
    count = 0
    for run, parent in enumerate(parents):
        is_first = parent == run
        labels.append(count if is_first else labels[parent])
        count += is_first
    return np.array(labels, np.intp)


def _measure(starts: Ints, ends: Ints, labels: Ints, stride: int) -> tuple[Ints, Ints]:
    count = int(labels.max()) + 1 if len(labels) else 0
    lengths = ends - starts
    area = np.bincount(labels, lengths, count).astype(np.intp)
    rows, lefts = np.divmod(starts, stride)
    boxes = np.empty((count, 4), np.intp)
    boxes[:, 0], boxes[:, 2] = stride, 0
    np.minimum.at(boxes[:, 0], labels, lefts)
    np.maximum.at(boxes[:, 2], labels, lefts + lengths)
    boxes[labels[::-1], 1] = rows[::-1]  # that of a part's first run stays
    boxes[labels, 3] = rows + 1  # that of its last
    return area, boxes
