"""The fingerprint of a version: what it reads in digits held back from it.

The service compares with it what it is sent later (`service.counting.drift`). Which
network reads the held-back pictures is left to the caller.
"""

import numpy as np
from numpy.typing import NDArray

from service.digits import ink_of, to_pixels
from service.fingerprint import Fingerprint, Shares

BINS = 10
"""As many as is usual for a population stability index, each of a tenth."""
DECIMALS = 4
"""Of an edge: coarser than what engines may differ by, so that they fill the same
bins. Where more than a tenth is above the last edge below 1, there are fewer bins."""


def fingerprint_of(
    held_back: NDArray[np.uint8], probabilities: NDArray[np.float32]
) -> Fingerprint:
    """The fingerprint of digits uint8 [n, 784] and the softmax [n, 10] given them."""
    digits = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    ink = np.concatenate(
        [ink_of(to_pixels(row)) for row in np.array_split(held_back, 20)]
    )
    return Fingerprint(
        pictures=len(held_back),
        digit=shares(digits, np.arange(BINS - 1) + 0.5),
        confidence=shares(confidence, deciles(confidence)),
        ink=shares(ink, deciles(ink)),
    )


def deciles(values: NDArray[np.float32]) -> NDArray[np.floating]:
    """What parts `values` [n] into tenths, rounded down, each once."""
    exact = np.quantile(values.astype(np.float64), np.arange(1, BINS) / BINS)
    scale = 10**DECIMALS
    edges = np.unique(np.floor(exact * scale) / scale)
    return np.asarray(edges[edges < values.max()])


def shares(values: NDArray[np.generic], edges: NDArray[np.floating]) -> Shares:
    """How `values` [n] are spread between `edges`."""
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return Shares(tuple(edges.tolist()), tuple((counts / len(values)).tolist()))
