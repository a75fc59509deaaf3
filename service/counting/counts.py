"""What one worker counts, under the names of `service.counting.metrics`.

Made to cost next to nothing: a name is looked up on the board only the first time,
then its place is known. Who counts what is left to others.
"""

from bisect import bisect_left
from collections import defaultdict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from service.counting.board import Board
from service.counting.metrics import Metric

Labels = tuple[str, ...]


class Counts:
    """Adds in one row of a board.

    Whoever adds holds `lock` meanwhile, so that what is added belongs together.
    What there is no room for on the board is not counted.
    """

    def __init__(self, board: Board | None = None, row: int = 0) -> None:
        """Without a board, of this process alone."""
        self.board = board or Board(rows=1)
        self.row = row
        self.lock = Lock()
        self._cells = self.board.cells(row)
        self._places: dict[str, dict[Labels, int]] = defaultdict(dict)

    def count(self, metric: Metric, labels: Labels, by: int = 1) -> None:
        """So many more under these labels."""
        place = self._place(metric, labels)
        if place >= 0:
            self._cells[place] += by

    def put(self, metric: Metric, labels: Labels, value: int) -> None:
        """That value under these labels, in place of what it was."""
        place = self._place(metric, labels)
        if place >= 0:
            self._cells[place] = value

    def observe(
        self, metric: Metric, labels: Labels, value: int, times: int = 1
    ) -> None:
        """A value once more, or often, in units of the metric: its bucket and sum."""
        place = self._place(metric, labels)
        if place >= 0:
            self._cells[place + bisect_left(metric.steps, value)] += times
            self._cells[place + metric.size - 1] += value * times

    def observe_all(
        self, metric: Metric, labels: Labels, values: NDArray[np.float32]
    ) -> None:
        """The same of many values [n] at once, not yet in units of the metric."""
        place = self._place(metric, labels)
        if place < 0:
            return
        units = np.rint(values / np.float64(metric.unit))  # whole, so their sum is too
        found = np.bincount(metric.step_array.searchsorted(units))
        for bucket, times in enumerate(found.tolist(), place):
            self._cells[bucket] += times
        self._cells[place + metric.size - 1] += int(units.sum())

    def _place(self, metric: Metric, labels: Labels) -> int:
        """Where a name's numbers are, found once; -1 where there is no room for it."""
        place = self._places[metric.name].get(labels)
        if place is None:
            found = self.board.place("|".join((metric.name, *labels)), metric.size)
            place = self._places[metric.name][labels] = -1 if found is None else found
        return place
