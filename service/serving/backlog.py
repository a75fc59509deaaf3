"""What waits to be read by a shadow version: so much and no more.

Who puts something in, and what becomes of it, is left to `service.serving.shadow`.
"""

from collections import deque
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from service.digits import Shown


@dataclass(frozen=True)
class Read:
    """Pictures that were read, and the version that is to read them too.

    `shown` [n, 784] as the network was shown them, `digits` intp [n] as it read them.
    """

    shadow: int
    shown: Shown
    digits: NDArray[np.intp]

    def joins(self, other: "Read") -> bool:
        """Whether both can be read at once: for one version, and shown alike."""
        return (self.shadow, self.shown.dtype) == (other.shadow, other.shown.dtype)

    def by_itself(self) -> "Read":
        """The same, keeping nothing in memory that the pictures are a part of."""
        return Read(self.shadow, self.shown.copy(), self.digits)

    def split(self, most: int) -> tuple["Read", "Read"]:
        """The first pictures, and those after them."""
        return (
            Read(self.shadow, self.shown[:most], self.digits[:most]),
            Read(self.shadow, self.shown[most:], self.digits[most:]),
        )


class Backlog:
    """First in, first out, for any threads."""

    def __init__(self, requests: int, pictures: int) -> None:
        """With room for so many requests, and for so many pictures of them all."""
        self._requests, self._room = requests, pictures
        self._waiting: deque[Read] = deque()
        self._lock = Lock()

    def put(self, read: Read) -> bool:
        """Let it wait; False where there is no room."""
        with self._lock:
            pictures = len(read.digits)
            if pictures > self._room or len(self._waiting) >= self._requests:
                return False
            self._room -= pictures
            self._waiting.append(read.by_itself())
            return True

    def take(self, most: int) -> Read | None:
        """Up to so many pictures, which can be read at once; None where none wait."""
        taken: list[Read] = []
        with self._lock:
            while self._waiting and most > 0:
                if taken and not self._waiting[0].joins(taken[0]):
                    break
                first, rest = self._waiting.popleft().split(most)
                taken.append(first)
                most -= len(first.digits)
                self._room += len(first.digits)
                if len(rest.digits):
                    self._waiting.appendleft(rest)
        return _joined(taken) if taken else None


def _joined(reads: list[Read]) -> Read:
    if len(reads) == 1:
        return reads[0]
    shown = np.concatenate([read.shown for read in reads])
    return Read(reads[0].shadow, shown, np.concatenate([r.digits for r in reads]))
