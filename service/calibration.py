"""From the network's probabilities to calibrated ones.

How the temperature is found is left to `training.calibration`.
"""

import numpy as np
from numpy.typing import NDArray

_TINY = np.float32(1e-30)  # the least probability that a logarithm is taken of


def calibrate(
    probabilities: NDArray[np.float32], temperature: float
) -> NDArray[np.float32]:
    """The softmax of the logits divided by `temperature` above 0: float32 [n, 10].

    `probabilities`, float32 [n, 10], are the softmax of the logits themselves. A
    temperature above 1 makes them less sure, below 1 surer; their order stays.
    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, 2017.
    """
    logits = np.log(np.maximum(probabilities, _TINY)) / np.float32(temperature)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
