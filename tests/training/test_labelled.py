"""The window of labelled slices, and that a later start sees the same of it."""

from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from training.data import Mnist
from training.distillation import Distillation
from training.labelled import Labeller, Slice, labelled_batches, softened_logits


class CountedSlices:
    """A labeller whose slice number n holds eight pictures of nothing but n."""

    def slice(self, number: int) -> Slice:
        return Slice(np.full((8, 784), number, np.uint8), np.full((8, 10), 0.1, "f4"))


def seen(epochs: range, size: int = 8) -> list[Any]:
    """The slices' numbers in each batch."""
    labeller: Any = CountedSlices()
    batches = labelled_batches(labeller, 3, size, seed=1, epochs=epochs)
    return [pictures[:, 0].tolist() for pictures, _ in batches]


def unsure(pictures: tf.Tensor, training: bool) -> tf.Tensor:
    """A teacher that answers 3 with 0.91 and each other digit with 0.01."""
    answer = tf.constant([[0.01] * 3 + [0.91] + [0.01] * 6])
    return tf.repeat(answer, tf.shape(pictures)[0], axis=0)


def test_an_epoch_passes_over_its_window_and_the_next_has_one_slice_more() -> None:
    first, second = seen(range(1)), seen(range(1, 2))

    assert Counter(chain(*first)) == {0: 8, 1: 8, 2: 8}
    assert Counter(chain(*second)) == {1: 8, 2: 8, 3: 8}
    assert first[0] != sorted(first[0])


def test_a_later_start_sees_what_the_whole_run_would_have_seen() -> None:
    assert seen(range(2, 4)) == seen(range(4))[2 * 3 :]


def test_batches_are_whole() -> None:
    assert [len(batch) for batch in seen(range(1), size=10)] == [10, 10]


def test_a_slice_is_decided_by_its_number_and_the_seed(tiny: Mnist) -> None:
    recipe = Distillation()
    labeller = Labeller(unsure, tiny.x_train, recipe, seed=1)
    other = Labeller(unsure, tiny.x_train, recipe, seed=2)

    one, again, next_one = (labeller.slice(number) for number in (0, 0, 1))

    np.testing.assert_array_equal(one.pictures, again.pictures)
    assert not np.array_equal(one.pictures, next_one.pictures)
    assert not np.array_equal(next_one.pictures, other.slice(0).pictures)
    assert one.pictures.shape == tiny.x_train.shape
    assert one.pictures.dtype == np.uint8


def test_targets_are_the_teachers_answers_softened(tiny: Mnist) -> None:
    labeller = Labeller(unsure, tiny.x_train, replace(Distillation(), temperature=2), 1)

    targets = labeller.slice(0).targets

    roots = np.sqrt([0.01] * 3 + [0.91] + [0.01] * 6)  # a power of 1 / temperature
    np.testing.assert_allclose(targets[0], roots / roots.sum(), rtol=1e-5)


def test_a_probability_of_nothing_has_a_logarithm_all_the_same() -> None:
    logits = softened_logits(tf.constant([0.0, 1.0]), 1.0).numpy()

    assert np.isfinite(logits).all()
    assert logits[1] == pytest.approx(0.0)
