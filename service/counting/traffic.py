"""How many requests came in the last ten minutes, over all workers.

Counted in a ring of slots of ten seconds in memory that all workers share, each in
its own row; a page that keeps nothing can tell a rate from it. What a request was
asked for, and how long its parts took, is in `service.counting.metrics`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from service.counting.board import Board
from service.counting.ring import Ring

SLOTS = 60
SLOT_SECONDS = 10
_WIDTH = 5
"""The numbers of a slot: which one it is, then those of `Slot`."""


@dataclass(frozen=True)
class Slot:
    """The requests of some seconds, and the nanoseconds that they took in all.

    `refused` have a status of 400 to 499, `failed` one above.
    """

    answered: int = 0
    refused: int = 0
    failed: int = 0
    ns: int = 0

    @property
    def requests(self) -> int:
        """How many there were, whatever became of them."""
        return self.answered + self.refused + self.failed

    def __add__(self, other: "Slot") -> "Slot":
        """Both together."""
        return Slot(
            self.answered + other.answered,
            self.refused + other.refused,
            self.failed + other.failed,
            self.ns + other.ns,
        )


def together(slots: Sequence[Slot]) -> Slot:
    """All of them as one."""
    return sum(slots, Slot())


class Traffic:
    """Counts in one row of a board, tells of all of its rows."""

    def __init__(
        self, board: Board, row: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ring = Ring(SLOTS, _WIDTH, SLOT_SECONDS, clock)
        self._block = board.block("traffic", self._ring.size)
        self._cells = None if self._block is None else memoryview(self._block[row])

    def count(self, status: int, ns: int) -> None:
        """One more request, answered just now; not by two threads at once."""
        if self._cells is None:
            return
        start = self._ring.current(self._cells)
        self._cells[start + 1 + (status >= 400) + (status >= 500)] += 1
        self._cells[start + 4] += ns

    def recent(self) -> tuple[Slot, ...]:
        """What all workers counted, oldest first; the last slot has only begun."""
        if self._block is None:
            return (Slot(),) * SLOTS
        slots, now = self._block.reshape(-1, SLOTS, _WIDTH), self._ring.now
        numbers = np.arange(now - SLOTS + 1, now + 1)
        found = slots[:, numbers % SLOTS]
        of_this_round = found[..., :1] == numbers[:, None]
        sums = np.where(of_this_round, found, 0).sum(axis=0)[:, 1:]
        return tuple(Slot(*row) for row in sums.tolist())

    @property
    def begun(self) -> float:
        """How many seconds of the last slot are over."""
        return self._ring.begun
