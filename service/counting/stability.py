"""How far what was counted is from what was expected, as one number.

Where either comes from is left to `service.counting.drift`.
"""

import numpy as np
from numpy.typing import NDArray

from service.fingerprint import Shares

EMPTY = 1e-4
"""A smaller share counts as this one, so that logarithms are finite."""


def stability_index(counts: NDArray[np.int64], expected: Shares) -> float:
    """The population stability index of `counts`, one a bin, against `expected`.

    The sum over the bins of (a - e) ln(a / e) for the shares a found and e expected:
    Kullback and Leibler's symmetric divergence J (1951), as credit scoring uses it
    (Siddiqi, Credit Risk Scorecards, 2006; Yurdakul, Statistical Properties of
    Population Stability Index, 2018). A share below EMPTY counts as EMPTY.
    """
    actual = np.maximum(counts / counts.sum(), EMPTY)
    wanted = np.maximum(np.array(expected.shares), EMPTY)
    return float(((actual - wanted) * np.log(actual / wanted)).sum())
