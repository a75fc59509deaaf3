"""The order of an epoch's pictures, and seeds for what is random in a graph.

The order is a pure function of seed and epoch, so that a resumed run sees
what the unbroken one would have seen. Fitting is left to `training.fit`.
"""

import numpy as np
from numpy.typing import NDArray


def epoch_order(seed: int, epoch: int, pictures: int) -> NDArray[np.int32]:
    """A permutation of 0..pictures-1, int32 [pictures], epochs counted from 0."""
    order = np.random.default_rng((seed, epoch)).permutation(pictures)
    return order.astype(np.int32)


def graph_seed(*numbers: int) -> NDArray[np.int32]:
    """A seed int32 [2] for TensorFlow's stateless functions, from any numbers >= 0.

    Other numbers give unrelated seeds, as sums of them would not.
    """
    return np.random.SeedSequence(numbers).generate_state(2).view(np.int32)
