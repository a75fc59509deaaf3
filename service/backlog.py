"""What waits to be read by a shadow version: so much and no more.

Who puts something in, and what becomes of it, is left to `service.shadow`.
"""

from collections import deque
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Read:
    """Pictures that were read, and the version that is to read them too.

    `pixels` float32 [n, 784] in 0..1, `digits` intp [n] as they were read.
    """

    shadow: int
    pixels: NDArray[np.float32]
    digits: NDArray[np.intp]

    def split(self, most: int) -> tuple["Read", "Read"]:
        """The first pictures, and those after them."""
        return (
            Read(self.shadow, self.pixels[:most], self.digits[:most]),
            Read(self.shadow, self.pixels[most:], self.digits[most:]),
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
            self._waiting.append(read)
            return True

    def take(self, most: int) -> Read | None:
        """Up to so many pictures, all for the same version; None where none wait."""
        taken: list[Read] = []
        with self._lock:
            while self._waiting and most > 0:
                if taken and self._waiting[0].shadow != taken[0].shadow:
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
    pixels = np.concatenate([read.pixels for read in reads])
    return Read(reads[0].shadow, pixels, np.concatenate([r.digits for r in reads]))
