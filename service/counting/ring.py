"""A ring of time slots: what is counted in one is forgotten when its turn comes again.

Each slot begins with its own number, by which readers tell those of this round. What
the other numbers mean, and where they are kept, is left to `service.counting.traffic`
and `service.counting.drift`.
"""

from collections.abc import Callable


class Ring:
    """So many `slots` of `seconds` each; of `width` numbers, the slot's own first."""

    def __init__(
        self, slots: int, width: int, seconds: float, clock: Callable[[], float]
    ) -> None:
        self.slots, self.width, self.seconds = slots, width, seconds
        self._clock = clock

    @property
    def size(self) -> int:
        """How many numbers there are in all."""
        return self.slots * self.width

    @property
    def now(self) -> int:
        """The number of the slot of now, above `slots`: 0 is none."""
        return int(self._clock() // self.seconds) + self.slots + 1

    @property
    def begun(self) -> float:
        """How many seconds of the slot of now are over."""
        return self._clock() % self.seconds

    def current(self, cells: memoryview) -> int:
        """Where the slot of now begins, emptied where it was of a former round.

        Not by two threads at once for the same `cells`, which has `size` numbers.
        """
        now = self.now
        start = (now % self.slots) * self.width
        if cells[start] != now:
            cells[start] = 0  # of no round, while it is being emptied
            for place in range(start + 1, start + self.width):
                cells[place] = 0
            cells[start] = now
        return start
