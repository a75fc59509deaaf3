"""The teacher: a small convolutional network that learns from distorted digits.

It is never served. How the network learns from its answers is left to
`training.student`.
"""

import sys
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.augmentation import distort
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.data import Mnist
from training.distillation import Distillation, Teaching
from training.epochs import EachEpoch, TellingTime, restore
from training.feed import epoch_order, graph_seed
from training.schedule import scheduled_adamw
from training.warp import SIDE


def build_teacher(channels: int, seed: int) -> keras.Sequential:
    """2.2 million multiplications a picture where there are 24 channels.

    Takes and answers what the network does: float32 [n, 784] in 0..1 to
    probabilities float32 [n, 10]. `seed` decides the first weights.
    """
    seeds = iter(int(graph_seed(seed, layer)[0]) % 2**31 for layer in range(5))
    return keras.Sequential(
        [
            keras.Input((SIDE * SIDE,), name="pixels"),
            keras.layers.Reshape((SIDE, SIDE, 1)),
            *_convolution(channels, 5, "same", next(seeds), strides=2),
            *_convolution(channels, 3, "same", next(seeds)),
            keras.layers.MaxPooling2D(2),
            *_convolution(2 * channels, 3, "same", next(seeds)),
            *_convolution(2 * channels, 3, "valid", next(seeds)),
            keras.layers.Flatten(),
            keras.layers.Dense(
                10, activation="softmax", kernel_initializer=_first(next(seeds))
            ),
        ],
        name="teacher",
    )


def fit_teacher(
    recipe: Distillation,
    config: TrainingConfig,
    mnist: Mnist,
    saver: EachEpoch,
    start: Checkpoint | None,
) -> keras.Sequential:
    """A teacher fitted to distorted copies of the training set, new in every epoch.

    Goes on from `start`; `saver` hears of each epoch.
    """
    teaching = recipe.teacher
    steps = max(1, len(mnist.y_train) // teaching.batch_size)
    teacher = build_teacher(teaching.channels, config.seed)
    teacher.compile(
        optimizer=scheduled_adamw(
            teaching.learning_rate,
            teaching.epochs * steps,
            teaching.warmup,
            teaching.weight_decay,
        ),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    if start is not None:
        restore(teacher, start)
    done = len(saver.history)
    if done < teaching.epochs:
        teacher.fit(
            distorted_batches(recipe, config.seed, mnist, done),
            initial_epoch=done,
            epochs=teaching.epochs,
            steps_per_epoch=steps,
            shuffle=False,
            callbacks=[saver, TellingTime("teacher", done, teaching.epochs)],
            verbose=1 if sys.stdout.isatty() else 0,
        )
    return teacher


def distorted_batches(
    recipe: Distillation, seed: int, mnist: Mnist, start: int
) -> tf.data.Dataset:
    """Whole batches of the teacher's epochs from `start` on, of the seed alone.

    Distorted pictures float32 [b, 784] in 0..1 and one-hot labels [b, 10].
    """
    pictures, labels = tf.constant(mnist.x_train), tf.constant(mnist.y_train)

    def fetch(indices: tf.Tensor, key: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        digits = tf.reshape(tf.gather(pictures, indices), [-1, SIDE, SIDE])
        copies = distort(tf.cast(digits, tf.float32) / 255, key, recipe.distortion)
        flat = tf.reshape(copies, [-1, SIDE * SIDE])
        return flat, tf.one_hot(tf.gather(labels, indices), 10)

    def chosen() -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        return _chosen(recipe.teacher, seed, len(mnist.y_train), start)

    signature = (tf.TensorSpec([None], tf.int32), tf.TensorSpec([2], tf.int32))
    dataset = tf.data.Dataset.from_generator(chosen, output_signature=signature)
    return dataset.map(fetch).prefetch(4)


def _chosen(
    teaching: Teaching, seed: int, pictures: int, start: int
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Which pictures make up each batch, and what seed it is distorted by."""
    size = min(teaching.batch_size, pictures)
    for epoch in range(start, teaching.epochs):
        order = epoch_order(seed, epoch, pictures)
        for first in range(0, pictures - size + 1, size):
            yield order[first : first + size], graph_seed(seed, epoch, first, 0)


def _convolution(
    filters: int, side: int, padding: str, seed: int, strides: int = 1
) -> list[Any]:
    return [
        keras.layers.Conv2D(
            filters,
            side,
            strides,
            padding,
            use_bias=False,
            kernel_initializer=_first(seed),
        ),
        keras.layers.BatchNormalization(momentum=0.98),
        keras.layers.ReLU(),
    ]


def _first(seed: int) -> Any:
    return keras.initializers.GlorotUniform(seed=seed)
