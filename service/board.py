"""Whole numbers that all workers of one server add to and any of them can read.

In memory that forked processes share: no files, nothing to clean up, and what a
worker counted outlives it. What is counted is left to others.
"""

import fcntl
import mmap
import os
import threading
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

ROWS = 64
"""Workers alive at one time, old ones that finish during a reload included."""
NAMES = 16_384
NAME_BYTES = 64


class Board:
    """A number for each name and each worker's row, all of them 0 at first.

    A worker writes in its own row alone, so that workers never wait for one
    another; a total is the sum over the rows. Make it before the first fork.
    """

    def __init__(self, rows: int = ROWS, names: int = NAMES) -> None:
        """Memory is taken only for what is written: 8 bytes a row for each name."""
        numbers = np.frombuffer(mmap.mmap(-1, names * rows * 8), np.int64)
        self._numbers = numbers.reshape(names, rows)
        self._file = os.memfd_create("names")
        os.ftruncate(self._file, names * NAME_BYTES)
        self._names = mmap.mmap(self._file, names * NAME_BYTES)
        self._places: dict[str, int] = {}
        self._lock = threading.Lock()
        self._free = list(range(rows))

    def take_row(self) -> int:
        """A row that no living worker has, and what was counted in it so far.

        With the last one left, several go on: counts may then be missed.
        """
        return self._free.pop(0) if len(self._free) > 1 else self._free[0]

    def free_row(self, row: int) -> None:
        """Let another worker go on in the row of one that is gone."""
        if row not in self._free:
            self._free.insert(0, row)

    def add(self, row: int, amounts: Mapping[str, int]) -> None:
        """Add to the number under each name, of 64 bytes at most, in one row.

        A name for which there is no room any more is not counted.
        """
        with self._lock:
            for name, amount in amounts.items():
                place = self._place(name)
                if place is not None:
                    self._numbers[place, row] += amount

    def put(self, row: int, name: str, value: int) -> None:
        """Write the number under a name in one row, in place of what it was."""
        with self._lock:
            place = self._place(name)
            if place is not None:
                self._numbers[place, row] = value

    def totals(self, prefix: str) -> dict[str, int]:
        """The sum over the rows for each name that starts with `prefix`.

        The names come without it.
        """
        return {name: int(row.sum()) for name, row in self._found(prefix)}

    def highest(self, name: str) -> int:
        """The highest number under a name in any row; 0 where there is none."""
        found = dict(self._found(name))
        return int(found[""].max()) if "" in found else 0

    def _found(self, prefix: str) -> list[tuple[str, NDArray[np.int64]]]:
        with self._lock:
            self._learn()
            return [
                (name.removeprefix(prefix), self._numbers[place])
                for name, place in self._places.items()
                if name.startswith(prefix)
            ]

    def _place(self, name: str) -> int | None:
        """Where the numbers of a name are, given to it here if nobody has yet."""
        if name in self._places:
            return self._places[name]
        # Of processes, not threads; the kernel ends it with its process.
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            self._learn()
            if name not in self._places and len(self._places) < len(self._numbers):
                written = name.encode().ljust(NAME_BYTES, b"\0")
                start = len(self._places) * NAME_BYTES
                self._names[start : start + NAME_BYTES] = written
                self._places[name] = len(self._places)
            return self._places.get(name)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _learn(self) -> None:
        """Read the names that other workers have written meanwhile."""
        while len(self._places) < len(self._numbers):
            start = len(self._places) * NAME_BYTES
            written = self._names[start : start + NAME_BYTES].rstrip(b"\0")
            if not written:
                return
            self._places[written.decode()] = len(self._places)
