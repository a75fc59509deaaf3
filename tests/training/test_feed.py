"""Every epoch sees every picture once, in an order that can be had again."""

import numpy as np

from training.feed import epoch_order


def test_an_epochs_order_is_a_permutation_decided_by_seed_and_epoch() -> None:
    order = epoch_order(seed=1, epoch=2, pictures=100)

    assert sorted(order) == list(range(100))
    assert np.array_equal(order, epoch_order(1, 2, 100))
    assert not np.array_equal(order, epoch_order(1, 3, 100))
    assert not np.array_equal(order, epoch_order(2, 2, 100))
