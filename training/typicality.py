"""What real digits look like, from training pictures and those held back from them.

Fits what `service.typicality` applies; which network reads the held-back pictures
is left to the caller.
"""

import numpy as np
from numpy.typing import NDArray

from service.typicality import FEATURES, Typicality, compared, shrunk

DIRECTIONS = 32
"""Of each digit's subspace. From 16 to 48 make no difference to speak of."""
INK = np.float32(0.02)
"""The shortfall for as much energy as a digit has in the median. With none of it
blots that the normaliser made of clothes pass; with 0.08 real bold digits fail."""
RAREST = 100
"""So many of the strangest held-back digits stand in the table one by one."""
STEPS = 900
"""The others by so many steps of equal share."""


def fit_typicality(
    pictures: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    held_back: NDArray[np.uint8],
    predicted: NDArray[np.intp],
) -> Typicality:
    """The typicality that `pictures`, uint8 [n, 784], and `labels` [n] teach.

    `held_back`, uint8 [m, 784], are real digits that are not among them, and
    `predicted`, intp [m] in 0..9, what the network that is served reads in them.
    The same arrays give the same typicality.
    """
    bases = np.stack([_basis(pictures[labels == digit]) for digit in range(10)])
    energy, likeness = compared(bases, held_back, predicted)
    heft = INK / _medians(energy, predicted)
    excess = heft.take(predicted) * energy - likeness
    usual = -_medians(excess, predicted)
    table = p_values(usual.take(predicted) + excess)
    return Typicality(bases, usual, heft, table)


def p_values(shortfalls: NDArray[np.float32]) -> NDArray[np.float64]:
    """Conformal p-values of `shortfalls` [n] as a table to interpolate: float64 [2, m].

    At each shortfall of the table (1 + those as large or larger) / (1 + all); above
    the largest 1 / (1 + all).
    """
    count = len(shortfalls)
    known, smaller = np.unique(shortfalls, return_counts=True)
    as_large = count - np.concatenate([[0], np.cumsum(smaller)[:-1]])
    steps = np.linspace(0, len(known) - 1, STEPS).round().astype(np.intp)
    rarest = np.arange(max(len(known) - RAREST, 0), len(known))
    kept = np.union1d(steps, rarest)
    above = np.nextafter(known[-1], np.float32(np.inf))
    return np.stack(
        [
            np.append(known[kept], above).astype(np.float64),
            np.append(1 + as_large[kept], 1) / (1 + count),
        ]
    )


def _basis(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Orthonormal columns float32 [196, k] that explain most of `pictures` [n, 784].

    The principal directions of their shrunk forms at equal energy, about the origin
    and not about a mean, so that a cosine can be taken. Of a sign that no library
    decides, and rounded to what float16 holds.
    """
    features = shrunk(pictures).astype(np.float64)
    features /= np.linalg.norm(features, axis=1, keepdims=True) + 1e-9
    directions = np.linalg.eigh(features.T @ features)[1][:, : -DIRECTIONS - 1 : -1]
    largest = np.abs(directions).argmax(axis=0)
    signs = np.sign(directions[largest, np.arange(DIRECTIONS)])
    basis = (directions * signs).reshape(FEATURES, DIRECTIONS)
    return np.ascontiguousarray(basis.astype(np.float16), dtype=np.float32)


def _medians(
    values: NDArray[np.float32], predicted: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The median of each digit's values, [10]; of a digit never read, that of all."""
    medians = np.full(10, np.median(values), np.float32)
    for digit in np.unique(predicted):
        medians[digit] = np.median(values[predicted == digit])
    return medians
