"""Whether one of two classifiers is worse, told from the same pictures.

Counts and probabilities only; whose answers they are is left to `training.gate`.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def disagreements(new: NDArray[np.bool_], old: NDArray[np.bool_]) -> tuple[int, int]:
    """How many of [n] pictures only the old one read right, and only the new one."""
    return int((old & ~new).sum()), int((new & ~old).sum())


def mcnemar(lost: int, won: int) -> float:
    """How often as many as `lost`, or more, are lost by chance: 0..1, small is worse.

    McNemar, Note on the sampling error of the difference between correlated
    proportions or percentages, 1947: pictures that both or neither read right say
    nothing, and of the others each is as likely lost as won where neither is better.
    Exact and one-sided: the tail of the binomial distribution with one half.
    """
    pictures, tail, ways = lost + won, 0, 1
    for count in range(pictures, lost - 1, -1):
        tail += ways  # in which `count` of them can be the lost ones
        ways = ways * count // (pictures - count + 1)
    return float(Fraction(tail, 2**pictures))
