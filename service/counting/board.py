"""Whole numbers that all workers of one server add to and any of them can read.

In memory that forked processes share: no files, nothing to clean up, and what a
worker counted outlives it. What is counted is left to others.
"""

import fcntl
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

ROWS = 64
"""Workers alive at one time, old ones that finish during a reload included."""
NAMES = 65_536
NAME_BYTES = 188
_RECORD = struct.Struct(f"{NAME_BYTES}sI")
"""A name, and how many numbers stand under it. At those after the first is none."""


class Board:
    """A number for each name and each worker's row, all of them 0 at first.

    A worker writes in its own row alone, so that workers never wait for one
    another; a total is the sum over the rows. Make it before the first fork.
    `created` is when it was made, in seconds since 1970.
    """

    def __init__(self, rows: int = ROWS, names: int = NAMES) -> None:
        """Memory is taken only for what is written: 8 bytes a row for each name."""
        memory = mmap.mmap(-1, rows * names * 8)
        self._cells = memoryview(memory).cast("q")
        self._numbers = np.frombuffer(memory, np.int64).reshape(rows, names)
        self._size = names
        self.created = time.time()
        self._file = os.memfd_create("names")
        os.ftruncate(self._file, names * _RECORD.size)
        self._names = mmap.mmap(self._file, names * _RECORD.size)
        self._places: dict[str, int] = {}
        self._known = 0
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
        """Add to the number under each name in one row.

        A name for which there is no room any more, or that is longer than 188
        bytes, is not counted.
        """
        cells, start = self._cells, row * self._size
        with self._lock:
            for name, amount in amounts.items():
                place = self._place(name)
                if place is not None:
                    cells[start + place] += amount

    def put(self, row: int, name: str, value: int) -> None:
        """Write the number under a name in one row, in place of what it was."""
        with self._lock:
            place = self._place(name)
            if place is not None:
                self._cells[row * self._size + place] = value

    def get(self, row: int, name: str) -> int:
        """The number under a name in one row; 0 where there is none."""
        found = self._found(name)
        return int(found[""][row]) if "" in found else 0

    def block(self, name: str, size: int) -> NDArray[np.int64] | None:
        """The `size` numbers, int64 [rows, size], that stand under one name.

        Not a copy: what is written there is seen by all. None where there is no
        room any more. A name is always asked for with the same size.
        """
        with self._lock:
            place = self._place(name, size)
        return None if place is None else self._numbers[:, place : place + size]

    def place(self, name: str, size: int = 1) -> int | None:
        """Where a name's numbers stand in every row; None as above."""
        with self._lock:
            return self._place(name, size)

    def cells(self, row: int) -> memoryview:
        """The numbers of one row by place, to be added to by its owner alone."""
        return self._cells[row * self._size : (row + 1) * self._size]

    def totals(self, prefix: str) -> dict[str, int]:
        """The sum over the rows for each name that starts with `prefix`.

        The names come without it. Of a block, its first number alone.
        """
        return {name: sums[0] for name, sums in self.sums(prefix).items()}

    def sums(self, prefix: str) -> dict[str, list[int]]:
        """As `totals`, of a block all its numbers."""
        with self._lock, self._alone():
            self._learn()
            known, places = self._known, dict(self._places)
        sums = self._numbers[:, :known].sum(axis=0).tolist()
        ends = [*places.values(), known][1:]
        return {
            name.removeprefix(prefix): sums[place:end]
            for (name, place), end in zip(places.items(), ends, strict=True)
            if name.startswith(prefix)
        }

    def highest(self, name: str) -> int:
        """The highest number under a name in any row; 0 where there is none."""
        found = self._found(name)
        return int(found[""].max()) if "" in found else 0

    def _found(self, prefix: str) -> dict[str, NDArray[np.int64]]:
        with self._lock, self._alone():
            self._learn()
            return {
                name.removeprefix(prefix): self._numbers[:, place]
                for name, place in self._places.items()
                if name.startswith(prefix)
            }

    def _place(self, name: str, size: int = 1) -> int | None:
        """Where the numbers of a name are, given to it here if nobody has yet."""
        if name in self._places:
            return self._places[name]
        written = name.encode()
        if len(written) > NAME_BYTES:
            return None
        with self._alone():
            self._learn()
            if name not in self._places and self._known + size <= self._size:
                start = self._known * _RECORD.size
                _RECORD.pack_into(self._names, start, written, size)
                self._learn()
            return self._places.get(name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes or reads names meanwhile."""
        # Of processes, not threads; the kernel ends it with its process.
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _learn(self) -> None:
        """Read the names that other workers have written meanwhile."""
        while self._known < self._size:
            start = self._known * _RECORD.size
            written, size = _RECORD.unpack_from(self._names, start)
            if not size:
                return
            self._places[written.rstrip(b"\0").decode()] = self._known
            self._known += size
