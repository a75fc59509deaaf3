"""The temperature that makes a network's probabilities mean what they say.

Found on pictures that the network did not learn from; how it is applied is left
to `service.calibration`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from service.artifact import Calibration
from service.calibration import calibrate
from training.evaluate import cross_entropy

_COLDEST, _HOTTEST = 0.1, 10.0
_STEPS = 40  # halve the range 28 times over: far below what a picture more changes
_GOLDEN = (np.sqrt(5) - 1) / 2


def fit_calibration(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> Calibration:
    """The temperature with the least cross-entropy, from 0.1 to 10.

    `probabilities`, float32 [n, 10], are what a network answers to pictures that
    it did not learn from, `labels`, [n] in 0..9, what they are.
    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, 2017.
    """

    def loss(exponent: float) -> float:
        return cross_entropy(calibrate(probabilities, np.exp(exponent)), labels)

    exponent = _least(loss, np.log(_COLDEST), np.log(_HOTTEST))
    return Calibration(temperature=float(np.exp(exponent)), pictures=len(labels))


def _least(loss: Callable[[float], float], low: float, high: float) -> float:
    """Where a loss with a single valley is least, by golden section."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(_STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return (low + high) / 2
