"""What the network said of the pictures that it was asked about, counted by version.

Of a thousand pictures at once it costs little more than of one. How the numbers
are kept is left to `service.counts`.
"""

import numpy as np
from numpy.typing import NDArray

from service.artifact import Manifest
from service.counts import Counts, Labels
from service.drift import Windows, ink_of
from service.metrics import CONFIDENCE, MILLIONTHS, PREDICTIONS, TYPICALITY

DIGITS = tuple("0123456789")


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
        pixels: NDArray[np.float32],
        probabilities: NDArray[np.float32],
        typicality: NDArray[np.float32] | None = None,
    ) -> None:
        """Of pixels [n, 784] the network itself gave probabilities [n, 10]."""
        if not len(pixels):
            return
        version, window = (str(manifest.version),), self._windows.of(manifest)
        ink = ink_of(pixels)
        with self._counts.lock:
            if len(pixels) == 1:
                self._one(version, probabilities, typicality)
            else:
                self._many(version, probabilities, typicality)
            if window is not None:
                window.add(probabilities, ink)

    def _one(
        self,
        version: Labels,
        probabilities: NDArray[np.float32],
        typicality: NDArray[np.float32] | None,
    ) -> None:
        """As `_many`, without NumPy, whose calls cost as much for one as for many."""
        row = probabilities[0].tolist()
        confidence = max(row)
        digit = DIGITS[row.index(confidence)]
        self._counts.count(PREDICTIONS, (*version, digit))
        self._counts.observe(CONFIDENCE, version, round(confidence / MILLIONTHS))
        if typicality is not None:
            share = typicality.item()
            self._counts.observe(TYPICALITY, version, round(share / MILLIONTHS))

    def _many(
        self,
        version: Labels,
        probabilities: NDArray[np.float32],
        typicality: NDArray[np.float32] | None,
    ) -> None:
        read = np.bincount(probabilities.argmax(axis=1), minlength=10).tolist()
        for digit, pictures in zip(DIGITS, read, strict=True):
            if pictures:
                self._counts.count(PREDICTIONS, (*version, digit), pictures)
        self._counts.observe_all(CONFIDENCE, version, probabilities.max(axis=1))
        if typicality is not None:
            self._counts.observe_all(TYPICALITY, version, typicality)
