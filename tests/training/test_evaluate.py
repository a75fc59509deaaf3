"""The figures of a set of answers, checked against sums done by hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from training.evaluate import cross_entropy, evaluate, wilson_interval


def answers(*rows: tuple[int, float]) -> NDArray[np.float32]:
    """One row a picture: the digit it is read as, with that probability."""
    table = np.zeros((len(rows), 10), np.float32)
    for row, (digit, probability) in zip(table, rows, strict=True):
        row[:] = (1 - probability) / 9
        row[digit] = probability
    return table


def test_accuracy_confusion_and_classes_are_counted() -> None:
    probabilities = answers((3, 0.9), (3, 0.9), (5, 0.8), (3, 0.6))
    labels = np.array([3, 3, 5, 5], np.uint8)

    found = evaluate(probabilities, labels)

    assert found.pictures == 4
    assert found.accuracy == 0.75
    assert found.confusion[3, 3] == 2
    assert found.confusion[5].tolist() == [0, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    assert found.confusion.sum() == 4
    three, five = found.classes[3], found.classes[5]
    assert (three.precision, three.recall, three.support) == (2 / 3, 1.0, 2)
    assert (five.precision, five.recall, five.support) == (1.0, 0.5, 2)


def test_a_digit_that_never_occurs_has_zeros_and_no_division_by_zero() -> None:
    found = evaluate(answers((3, 0.9)), np.array([3], np.uint8))

    seven = found.classes[7]
    assert (seven.precision, seven.recall, seven.support) == (0.0, 0.0, 0)


def test_cross_entropy_is_the_mean_surprise_and_never_infinite() -> None:
    labels = np.array([1, 2], np.uint8)

    assert cross_entropy(answers((1, 0.5), (2, 0.25)), labels) == pytest.approx(
        (math.log(2) + math.log(4)) / 2
    )
    assert cross_entropy(answers((0, 1.0), (0, 1.0)), labels) == pytest.approx(
        -math.log(1e-7)
    )


def test_the_interval_is_wilsons() -> None:
    assert wilson_interval(9800, 10_000) == pytest.approx((0.97707, 0.98256), abs=1e-5)
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(10, 10)[1] == pytest.approx(1.0)
