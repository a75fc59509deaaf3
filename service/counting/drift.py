"""How far what came lately is from what the version was trained on.

Counted in a ring of time slots in memory that all workers share, each in its own
row; told as population stability indices against the version's fingerprint. What is
made of them is left to those who watch.
"""

import hashlib
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from service.artifact import Manifest
from service.counting.board import Board
from service.counting.ring import Ring
from service.counting.stability import stability_index
from service.fingerprint import Fingerprint

SLOTS = 12
FEWEST = 500
"""Of fewer pictures nothing is told: without any drift at all, the index of 10 bins
would be above 0.06 once in a thousand times, by chance alone (docs/drift.md)."""


@dataclass(frozen=True)
class Drift:
    """What came within the window, and how far it is from the fingerprint.

    Each index is None where fewer than FEWEST `pictures` came. Below 0.1 little has
    changed, above 0.25 much has.
    """

    pictures: int
    digit: float | None = None
    confidence: float | None = None
    ink: float | None = None


class Window:
    """A ring of slots for one version: what its pictures were, over some minutes.

    The window slides by a slot at a time, a twelfth of it. Workers write in their own
    rows alone; one that died has counted until then.
    """

    def __init__(
        self,
        board: Board,
        row: int,
        manifest: Manifest,
        fingerprint: Fingerprint,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fingerprint = fingerprint
        self._parts = (fingerprint.digit, fingerprint.confidence, fingerprint.ink)
        self._edges = [np.array(part.edges) for part in self._parts]
        bins = [len(part.shares) for part in self._parts]
        self._starts = np.cumsum([1, *bins]).tolist()  # after the slot's own number
        self._ring = Ring(SLOTS, self._starts[-1], seconds / SLOTS, clock)
        name = f"drift|{manifest.version}|{_digest(fingerprint)}|{seconds:g}"
        self._block = board.block(name, self._ring.size)
        self._row = row

    @cached_property
    def _cells(self) -> memoryview | None:
        """The row of this worker."""
        return None if self._block is None else memoryview(self._block[self._row])

    def add_one(self, digit: int, confidence: float, ink: float) -> None:
        """Count one picture. Not by two threads at once."""
        cells = self._cells
        if cells is None:
            return
        slot, (first, second, third, _) = self._ring.current(cells), self._starts
        cells[slot + first + digit] += 1
        cells[slot + second + bisect_left(self._parts[1].edges, confidence)] += 1
        cells[slot + third + bisect_left(self._parts[2].edges, ink)] += 1

    def add(
        self,
        digits: NDArray[np.intp],
        confidence: NDArray[np.float32],
        ink: NDArray[np.float32],
    ) -> None:
        """The same of many pictures [n] at once."""
        if self._cells is None:
            return
        slot = self._ring.current(self._cells)
        # The edges are float64, as one by one: many fill the same bins.
        _, by_confidence, by_ink = self._edges
        bins = digits, by_confidence.searchsorted(confidence), by_ink.searchsorted(ink)
        for found, start in zip(bins, self._starts, strict=False):
            for place, pictures in enumerate(np.bincount(found).tolist(), slot + start):
                self._cells[place] += pictures

    def drift(self) -> Drift:
        """What all workers counted within the window."""
        if self._block is None:
            return Drift(0)
        slots = self._block.reshape(-1, SLOTS, self._ring.width)
        recent = slots[..., 0] > self._ring.now - SLOTS
        sums = slots[recent].sum(axis=0)
        digit, confidence, ink = np.split(sums, self._starts[:-1])[1:]
        pictures = int(digit.sum())
        if pictures < FEWEST:
            return Drift(pictures)
        indices = map(stability_index, (digit, confidence, ink), self._parts)
        return Drift(pictures, *indices)


def _digest(fingerprint: Fingerprint) -> str:
    """Another for another fingerprint, whose bins are then others too."""
    return hashlib.sha256(repr(fingerprint).encode()).hexdigest()[:8]


class Windows:
    """The window of each version that has a fingerprint."""

    def __init__(self, board: Board, row: int, minutes: int) -> None:
        self.seconds = 60 * minutes
        self._board, self._row = board, row
        self._windows: dict[int, Window] = {}

    def of(self, manifest: Manifest) -> Window | None:
        """That of a version; None where it has no fingerprint."""
        fingerprint = manifest.fingerprint
        if fingerprint is None:
            return None
        window = self._windows.get(manifest.version)
        if window is None or window.fingerprint is not fingerprint:
            window = Window(self._board, self._row, manifest, fingerprint, self.seconds)
            self._windows[manifest.version] = window
        return window
