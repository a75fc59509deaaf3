"""What the network learns from: distorted copies and what the teacher says of them.

A window of slices, each a distorted copy of every training picture; an epoch
replaces the oldest slice. All of it follows from seed and epoch, so nothing
of it is kept for a resumed run.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.augmentation import distort
from training.distillation import Distillation
from training.feed import epoch_order, graph_seed
from training.warp import SIDE

Batch = tuple[NDArray[np.uint8], NDArray[np.float32]]

_TINY = 1e-30  # the least probability that a logarithm is taken of
_AT_ONCE = 2000
_COPIES = 1  # keeps the seeds of slices apart from those of the teacher's batches


@dataclass(frozen=True)
class Slice:
    """Pictures uint8 [n, 784] and what to answer, float32 [n, 10] that sum to 1."""

    pictures: NDArray[np.uint8]
    targets: NDArray[np.float32]


class Slices(Protocol):
    """Slices by their number, each of as many pictures."""

    @property
    def pictures(self) -> int:
        """How many there are in a slice."""
        ...

    def slice(self, number: int) -> Slice:
        """Slice `number`, 0 or above, always the same one."""
        ...


class Labeller:
    """Makes slice after slice of the same pictures under one teacher."""

    def __init__(
        self,
        teacher: keras.Model,
        pictures: NDArray[np.uint8],
        recipe: Distillation,
        seed: int,
    ) -> None:
        """`pictures` are uint8 [n, 784]."""
        self._teacher = teacher
        self._pictures = pictures
        self._recipe = recipe
        self._seed = seed
        self._label = tf.function(self._copies_and_targets)

    @property
    def pictures(self) -> int:
        """How many there are in a slice."""
        return len(self._pictures)

    def slice(self, number: int) -> Slice:
        """Slice `number`, always the same one: about 10 s on a busy core for 60,000."""
        parts = [
            self._label(
                tf.constant(self._pictures[first : first + _AT_ONCE]),
                tf.constant(graph_seed(self._seed, number, first, _COPIES)),
            )
            for first in range(0, len(self._pictures), _AT_ONCE)
        ]
        return Slice(
            pictures=np.concatenate([copies.numpy() for copies, _ in parts]),
            targets=np.concatenate([targets.numpy() for _, targets in parts]),
        )

    def _copies_and_targets(
        self, pictures: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        digits = tf.reshape(tf.cast(pictures, tf.float32) / 255, [-1, SIDE, SIDE])
        distorted = distort(digits, seed, self._recipe.distortion)
        copies = tf.round(tf.reshape(distorted, [-1, SIDE * SIDE]) * 255)
        answers = self._teacher(copies / 255, training=False)
        targets = tf.nn.softmax(softened_logits(answers, self._recipe.temperature))
        return tf.cast(copies, tf.uint8), targets


def softened_logits(probabilities: tf.Tensor, temperature: float) -> tf.Tensor:
    """Logits, up to a constant a row, of probabilities at another temperature."""
    return tf.math.log(tf.maximum(probabilities, _TINY)) / temperature


def labelled_batches(
    slices: Slices, width: int, size: int, seed: int, epochs: range
) -> Iterator[Batch]:
    """Whole batches of `epochs`: each passes once over all `width` of its window.

    The next epoch's slice is made on a thread of its own while this one's are used.
    """
    last = epochs.start + width - 1
    window = deque(map(slices.slice, range(epochs.start, last)), width)
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(slices.slice, last)
        for epoch in epochs:
            window.append(coming.result())
            if epoch + 1 in epochs:
                coming = ahead.submit(slices.slice, epoch + width)
            yield from _shuffled(window, size, seed, epoch)


def _shuffled(
    window: deque[Slice], size: int, seed: int, epoch: int
) -> Iterator[Batch]:
    pictures = np.concatenate([part.pictures for part in window])
    targets = np.concatenate([part.targets for part in window])
    order = epoch_order(seed, epoch, len(targets))
    for start in range(0, len(order) - size + 1, size):
        chosen = order[start : start + size]
        yield pictures[chosen], targets[chosen]
