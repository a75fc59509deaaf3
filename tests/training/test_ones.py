"""Ones with an upstroke or a foot: drawn as MNIST has digits, added at the end."""

import numpy as np

from service.digits import typical
from training.data import Mnist
from training.ones import with_ones, written_ones


def test_they_are_as_mnist_has_its_digits() -> None:
    ones = written_ones(200, seed=1)

    assert ones.shape == (200, 784)
    assert ones.dtype == np.uint8
    assert typical(ones).all()


def test_the_seed_alone_decides_them() -> None:
    one, again, other = (written_ones(5, seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_most_have_an_upstroke_and_some_a_foot() -> None:
    wide = written_ones(400, seed=3).reshape(-1, 28, 28) > 127

    top = wide[:, 4:14].any(axis=1).sum(axis=1)
    bottom = wide[:, 21:24].any(axis=1).sum(axis=1)

    assert 0.6 < (top > 5).mean() < 0.95
    assert 0.15 < (bottom > 7).mean() < 0.4


def test_they_follow_the_pictures_that_are_there(tiny: Mnist) -> None:
    more = with_ones(tiny, 0.05, seed=7)

    assert len(more.y_train) == 96 + 5
    np.testing.assert_array_equal(more.x_train[:96], tiny.x_train)
    assert more.y_train[96:].tolist() == [1] * 5
    assert more.x_test is tiny.x_test


def test_a_share_of_nothing_changes_nothing(tiny: Mnist) -> None:
    assert with_ones(tiny, 0.0, seed=7) is tiny
