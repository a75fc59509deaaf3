"""Every epoch sees every picture once, in an order that can be had again."""

from dataclasses import replace

import numpy as np

from training.config import TrainingConfig
from training.data import Mnist
from training.feed import epoch_order, judging_batches, training_batches


def test_an_epochs_order_is_a_permutation_decided_by_seed_and_epoch() -> None:
    order = epoch_order(seed=1, epoch=2, pictures=100)

    assert sorted(order) == list(range(100))
    assert np.array_equal(order, epoch_order(1, 2, 100))
    assert not np.array_equal(order, epoch_order(1, 3, 100))
    assert not np.array_equal(order, epoch_order(2, 2, 100))


def test_batches_are_the_pictures_in_that_order(
    tiny: Mnist, short: TrainingConfig
) -> None:
    config = replace(short, batch_size=40)

    batches = list(training_batches(config, tiny, start=1).as_numpy_iterator())

    order = epoch_order(config.seed, 1, 96)
    assert [len(y) for _, y in batches] == [40, 40, 16] * 2
    x, y = (np.concatenate(part) for part in zip(*batches[:3], strict=True))
    np.testing.assert_array_equal(x, tiny.x_train[order].astype(np.float32) / 255)
    np.testing.assert_array_equal(y.argmax(axis=1), tiny.y_train[order])
    assert y.sum() == 96


def test_a_later_start_sees_what_the_whole_run_would_have_seen(
    tiny: Mnist, short: TrainingConfig
) -> None:
    whole = list(training_batches(short, tiny, start=0).as_numpy_iterator())
    rest = list(training_batches(short, tiny, start=2).as_numpy_iterator())

    assert len(whole) == 9
    for (x, y), (later_x, later_y) in zip(whole[6:], rest, strict=True):
        np.testing.assert_array_equal(x, later_x)
        np.testing.assert_array_equal(y, later_y)


def test_test_pictures_keep_their_order(tiny: Mnist) -> None:
    ((x, y),) = judging_batches(tiny).as_numpy_iterator()

    np.testing.assert_array_equal(x, tiny.x_test.astype(np.float32) / 255)
    np.testing.assert_array_equal(y.argmax(axis=1), tiny.y_test)
