"""Whether probabilities mean what they say: calibration error, and what doubt tells.

Plain arithmetic on probabilities and labels; how they are made to mean it is left
to `training.calibration`, how it is drawn to `training.confidence_figures`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluate import cross_entropy

BINS = 15


@dataclass(frozen=True)
class Bin:
    """Answers that were about equally sure: their means, shares in 0..1."""

    confidence: float
    accuracy: float
    pictures: int


@dataclass(frozen=True)
class Confidence:
    """How far the probabilities of a set of answers can be believed.

    `ece` is the expected calibration error, in 0..1; `nll` the mean of -log p of
    the true digit, in nats; `brier` the mean squared distance of the ten
    probabilities from the truth, 0 to 2. Of all three less is better.
    """

    ece: float
    nll: float
    brier: float


def confidence(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> Confidence:
    """Judge probabilities [n, 10] against labels [n] in 0..9, n >= 1."""
    truth = np.eye(10)[labels]
    bins = reliability(probabilities, labels)
    return Confidence(
        ece=sum(one.pictures * abs(one.confidence - one.accuracy) for one in bins)
        / len(labels),
        nll=cross_entropy(probabilities, labels),
        brier=float(((probabilities - truth) ** 2).sum(axis=1).mean()),
    )


def reliability(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], bins: int = BINS
) -> tuple[Bin, ...]:
    """The answers by how sure they were, least first, as many in each bin.

    Equal masses, since nearly all answers are nearly sure: Nguyen and O'Connor,
    Posterior calibration and exploratory analysis for NLP models, 2015.
    """
    sure = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    order = np.argsort(sure, kind="stable")
    return tuple(
        Bin(float(sure[part].mean()), float(right[part].mean()), len(part))
        for part in np.array_split(order, bins)
        if len(part)
    )


def risk_by_coverage(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """The share of mistakes among the surest 1, 2, ... n answers: float64 [n], 0..1.

    What is left wrong by one who answers only when surest: El-Yaniv and Wiener, On
    the foundations of noise-free selective classification, 2010.
    """
    wrong = probabilities.argmax(axis=1) != labels
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")
    return np.asarray(wrong[surest].cumsum() / np.arange(1, len(labels) + 1))
