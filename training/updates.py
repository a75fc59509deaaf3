"""Many updates in one call: from raw digits to new weights in a single graph.

Plain `model.fit` comes back to Python for each batch and copies it through a
pipeline, which for a network this small is most of the time. What order the
pictures come in is left to `training.feed`, what happens between epochs to
`training.fit`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from numpy.typing import NDArray

from training.data import Mnist

Update = Callable[[Sequence[tf.Tensor]], None]


@dataclass(frozen=True)
class Figures:
    """Sums over so many `pictures`: of the cross-entropy in nats, and of the right.

    Of several they are added, so that a batch counts by its size.
    """

    pictures: int = 0
    loss: float = 0.0
    right: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Both together."""
        return Figures(
            self.pictures + other.pictures,
            self.loss + other.loss,
            self.right + other.right,
        )

    def means(self, prefix: str = "") -> dict[str, float]:
        """`loss` and `accuracy` a picture, named as Keras names them."""
        return {
            f"{prefix}accuracy": self.right / self.pictures,
            f"{prefix}loss": self.loss / self.pictures,
        }


class Updates:
    """What makes a compiled network learn from, and judges it on, `mnist`."""

    def __init__(
        self, network: keras.Sequential, mnist: Mnist, batch_size: int
    ) -> None:
        network.optimizer.build(network.trainable_variables)
        self._network = network
        self._learn = _graph(network, mnist, batch_size)
        self._x_test = tf.cast(tf.constant(mnist.x_test), tf.float32) / 255
        self._y_test = tf.constant(mnist.y_test)
        self._judge = tf.function(_measure)

    def learn(self, order: NDArray[Any]) -> Figures:
        """An update for each batch of `order`, int32 [n] of rows, the last maybe less.

        The figures are of each batch before its update.
        """
        right, loss = self._learn(tf.constant(order, tf.int32))
        return Figures(len(order), float(loss), int(right))

    def judge(self) -> Figures:
        """The network as it is now, on the test pictures."""
        right, losses = self._judge(self._network, self._x_test, self._y_test)
        return Figures(len(self._y_test), float(tf.reduce_sum(losses)), int(right))


def _graph(network: keras.Sequential, mnist: Mnist, batch_size: int) -> Any:
    # uint8 until a batch is gathered: a quarter of the memory to go through.
    x, y = tf.constant(mnist.x_train), tf.constant(mnist.y_train)
    weights = [variable.value for variable in network.trainable_variables]
    update = updater(network)

    def learn(order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        right, loss = tf.constant(0), tf.constant(0.0)
        for first in tf.range(0, tf.size(order), batch_size):
            rows = order[first : first + batch_size]
            pixels = tf.cast(tf.gather(x, rows), tf.float32) / 255
            with tf.GradientTape() as tape:
                correct, losses = _measure(network, pixels, tf.gather(y, rows))
                mean = tf.reduce_mean(losses)
            update(tape.gradient(mean, weights))
            right, loss = right + correct, loss + tf.reduce_sum(losses)
        return right, loss

    return tf.function(learn, input_signature=[tf.TensorSpec([None], tf.int32)])


def _measure(
    network: keras.Sequential, pixels: tf.Tensor, labels: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """How many of the batch are right, and the cross-entropy of each, in nats."""
    labels = tf.cast(labels, tf.int32)
    answers = network(pixels)
    # Keras takes the logits of a softmax, which loses no precision.
    losses = keras.losses.categorical_crossentropy(tf.one_hot(labels, 10), answers)
    hits = tf.equal(tf.argmax(answers, 1, tf.int32), labels)
    return tf.reduce_sum(tf.cast(hits, tf.int32)), losses


def updater(network: keras.Sequential) -> Update:
    """What one update does to the network, given the gradients of its weights.

    Keras's own optimizer decides, and keeps the state; its RMSprop, as one pass
    over each weight in place of seven.
    """
    optimizer = network.optimizer
    if type(optimizer) is keras.optimizers.RMSprop and not (
        optimizer.momentum or optimizer.centered
    ):
        return _rmsprop(optimizer, network.trainable_variables)
    return lambda gradients: optimizer.apply(gradients, network.trainable_variables)


def _rmsprop(optimizer: Any, variables: Sequence[Any]) -> Update:
    squares = optimizer._velocities  # Keras has no public name for them
    unused = [tf.Variable(tf.zeros_like(variable.value)) for variable in variables]

    def update(gradients: Sequence[tf.Tensor]) -> None:
        for variable, square, moved, gradient in zip(
            variables, squares, unused, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyRMSProp(
                var=variable.value.handle,
                ms=square.value.handle,
                mom=moved.handle,
                lr=optimizer.learning_rate.value,
                rho=optimizer.rho,
                momentum=0.0,
                epsilon=optimizer.epsilon,
                grad=gradient,
            )
        optimizer.iterations.value.assign_add(1)

    return update
