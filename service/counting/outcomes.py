"""What the network said of the pictures that it was asked about, counted by version.

Of a thousand pictures at once it costs little more than of one. How the numbers
are kept is left to `service.counting.counts`.
"""

import numpy as np
from numpy.typing import NDArray

from service.artifact import Manifest
from service.counting.counts import Counts, Labels
from service.counting.drift import Window, Windows
from service.counting.metrics import CONFIDENCE, MILLIONTHS, PREDICTIONS, TYPICALITY
from service.digits import Shown, ink_of

DIGITS = tuple("0123456789")
FEW = 8
"""Up to so many pictures are counted faster one by one."""


class Outcomes:
    """Counts predictions, how confident they were, and how typical the pictures.

    Those of versions that have a fingerprint also in their window for drift.
    """

    def __init__(self, counts: Counts, windows: Windows) -> None:
        self._counts = counts
        self._windows = windows

    def count(
        self,
        manifest: Manifest,
        shown: Shown,
        probabilities: NDArray[np.float32],
        typicality: NDArray[np.float32] | None = None,
    ) -> None:
        """Of what it was shown, [n, 784], the network gave probabilities [n, 10]."""
        if not len(shown):
            return
        version = (str(manifest.version),)
        window, ink = self._windows.of(manifest), ink_of(shown)
        with self._counts.lock:
            if len(shown) > FEW:
                self._many(version, window, ink, probabilities, typicality)
                return
            shares = [None] * len(ink) if typicality is None else typicality.tolist()
            for row in zip(ink.tolist(), probabilities.tolist(), shares, strict=True):
                self._one(version, window, *row)

    def _one(
        self,
        version: Labels,
        window: Window | None,
        ink: float,
        probabilities: list[float],
        share: float | None,
    ) -> None:
        """As `_many`, without NumPy, whose calls cost as much for one as for many."""
        confidence = max(probabilities)
        digit = probabilities.index(confidence)
        self._counts.count(PREDICTIONS, (*version, DIGITS[digit]))
        self._counts.observe(CONFIDENCE, version, round(confidence / MILLIONTHS))
        if share is not None:
            self._counts.observe(TYPICALITY, version, round(share / MILLIONTHS))
        if window is not None:
            window.add_one(digit, confidence, ink)

    def _many(
        self,
        version: Labels,
        window: Window | None,
        ink: NDArray[np.float32],
        probabilities: NDArray[np.float32],
        typicality: NDArray[np.float32] | None,
    ) -> None:
        digits = probabilities.argmax(axis=1)
        confidence = probabilities[np.arange(len(digits)), digits]
        for digit, pictures in zip(DIGITS, np.bincount(digits).tolist(), strict=False):
            if pictures:
                self._counts.count(PREDICTIONS, (*version, digit), pictures)
        self._counts.observe_all(CONFIDENCE, version, confidence)
        if typicality is not None:
            self._counts.observe_all(TYPICALITY, version, typicality)
        if window is not None:
            window.add(digits, confidence, ink)
