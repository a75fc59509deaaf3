"""The order of an epoch's pictures, and the pictures in that order.

The order is a pure function of seed and epoch, so that a resumed run sees
what the unbroken one would have seen. Fitting is left to `training.fit`.
"""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.config import TrainingConfig
from training.data import Mnist


def epoch_order(seed: int, epoch: int, pictures: int) -> NDArray[np.int32]:
    """A permutation of 0..pictures-1, int32 [pictures], epochs counted from 0."""
    order = np.random.default_rng((seed, epoch)).permutation(pictures)
    return order.astype(np.int32)


def graph_seed(*numbers: int) -> NDArray[np.int32]:
    """A seed int32 [2] for TensorFlow's stateless functions, from any numbers >= 0.

    Other numbers give unrelated seeds, as sums of them would not.
    """
    return np.random.SeedSequence(numbers).generate_state(2).view(np.int32)


def training_batches(
    config: TrainingConfig, mnist: Mnist, start: int
) -> tf.data.Dataset:
    """Batches of the epochs from `start` on: pixels [b, 784] and one-hot [b, 10].

    Both float32. Whole batches are gathered from the uint8 arrays and divided
    by 255 in the graph: a third less work than slicing float pictures, and a
    quarter of the memory.
    """
    pictures = len(mnist.y_train)
    x, y = tf.constant(mnist.x_train), tf.constant(mnist.y_train)

    def orders():  # type: ignore[no-untyped-def]
        for epoch in range(start, config.epochs):
            yield epoch_order(config.seed, epoch, pictures)

    def batches(order: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensor_slices(order).batch(config.batch_size)

    def fetch(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return _as_float(tf.gather(x, indices), tf.gather(y, indices))

    signature = tf.TensorSpec([pictures], tf.int32)
    dataset = tf.data.Dataset.from_generator(orders, output_signature=signature)
    return dataset.flat_map(batches).map(fetch).prefetch(2)


def judging_batches(mnist: Mnist) -> tf.data.Dataset:
    """The test pictures in their own order, as `training_batches` gives them."""
    dataset = tf.data.Dataset.from_tensor_slices((mnist.x_test, mnist.y_test))
    return dataset.batch(1000).map(_as_float).cache()


def _as_float(digits: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.cast(digits, tf.float32) / 255, tf.one_hot(labels, 10)
