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
RAREST = 500
"""So many of the strangest held-back digits have a step each."""
STEPS = 500
"""So many even steps for all of them."""


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
    steps, p = p_values(usual.take(predicted) + excess)
    return Typicality(bases, usual, heft, steps, p)


def p_values(
    shortfalls: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The conformal p-values of `shortfalls` [n] in steps: float32 [m] and [m + 1].

    A shortfall above step i - 1 and up to step i has p-value i, (1 + those of
    step i or more) / (1 + n): its own where all steps are kept, else less by
    about 1 / STEPS at most. One above all steps has 1 / (1 + n).
    """
    count = len(shortfalls)
    known, times = np.unique(shortfalls, return_counts=True)
    as_large = count - np.append(0, np.cumsum(times))
    even = np.linspace(0, len(known) - 1, STEPS).round().astype(np.intp)
    rarest = np.arange(max(len(known) - RAREST, 0), len(known))
    kept = np.union1d(even, rarest)
    p = (1 + as_large[np.append(kept, len(known))]) / (1 + count)
    return known[kept], p.astype(np.float32)


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
