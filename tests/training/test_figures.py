"""The worst mistakes are those that the network was surest of."""

import numpy as np

from training.figures import worst_mistakes


def test_mistakes_come_with_the_most_confident_first() -> None:
    probabilities = np.full((4, 10), 0.01, np.float32)
    probabilities[[0, 1, 2, 3], [5, 5, 5, 5]] = [0.6, 0.99, 0.7, 0.9]
    labels = np.array([1, 5, 2, 3], np.uint8)

    found = worst_mistakes(probabilities, labels)

    assert found.tolist() == [3, 2, 0]


def test_without_mistakes_there_are_none() -> None:
    probabilities = np.eye(10, dtype=np.float32)

    assert worst_mistakes(probabilities, np.arange(10, dtype=np.uint8)).size == 0
