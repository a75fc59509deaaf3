"""How good a set of answers is: accuracy, loss, and where it goes wrong.

Plain arithmetic on probabilities and labels; which network gave them, and how
the figures are shown, is left to others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES = 10


@dataclass(frozen=True)
class ClassFigures:
    """One digit's precision and recall, in 0..1, and how often it occurs."""

    label: int
    precision: float
    recall: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """What a set of answers is worth.

    `accuracy` and the two ends of `interval`, its 95% Wilson score interval,
    are shares in 0..1; `loss` is the mean cross-entropy in nats; `confusion`
    is int64 [10, 10], true digits down and predicted digits across.
    """

    pictures: int
    accuracy: float
    interval: tuple[float, float]
    loss: float
    confusion: NDArray[np.int64]
    classes: tuple[ClassFigures, ...]


def evaluate(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> Evaluation:
    """Judge probabilities [n, 10] against labels [n] in 0..9, n >= 1."""
    predicted = probabilities.argmax(axis=1)
    right = int((predicted == labels).sum())
    confusion = confusion_matrix(labels, predicted)
    return Evaluation(
        pictures=len(labels),
        accuracy=right / len(labels),
        interval=wilson_interval(right, len(labels)),
        loss=cross_entropy(probabilities, labels),
        confusion=confusion,
        classes=tuple(_class_figures(confusion, label) for label in range(CLASSES)),
    )


def confusion_matrix(
    labels: NDArray[np.uint8], predicted: NDArray[np.intp]
) -> NDArray[np.int64]:
    """How often each digit was read as each: int64 [10 true, 10 predicted]."""
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    return confusion


def cross_entropy(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> float:
    """The mean of -log p of the true digit, p kept above 1e-7 as Keras does."""
    true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.clip(true, 1e-7, 1.0)).mean())


def wilson_interval(right: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The Wilson score interval of a share, 95% by default (Wilson 1927)."""
    share, squared = right / count, z * z / count
    middle = share + squared / 2
    spread = z * np.sqrt(share * (1 - share) / count + squared / (4 * count))
    low, high = (middle - spread) / (1 + squared), (middle + spread) / (1 + squared)
    return max(0.0, float(low)), min(1.0, float(high))


def _class_figures(confusion: NDArray[np.int64], label: int) -> ClassFigures:
    hits = int(confusion[label, label])
    predicted, support = int(confusion[:, label].sum()), int(confusion[label].sum())
    return ClassFigures(
        label=label,
        precision=hits / predicted if predicted else 0.0,
        recall=hits / support if support else 0.0,
        support=support,
    )
