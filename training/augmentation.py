"""Distorted copies of digits: pure functions of pictures and a seed.

The same seed gives the same copies, which makes a resumed run exact. What they
are labelled with, and when they are made, is left to others.
"""

import tensorflow as tf

from training.distillation import Distortion
from training.warp import derived, warp


def distort(pictures: tf.Tensor, seed: tf.Tensor, most: Distortion) -> tf.Tensor:
    """A distorted copy of each picture: float32 [n, 28, 28] in 0..1, both ways.

    `seed` is int32 [2], `most` how far to go. XLA compiles the stages one by one:
    compiled in one piece, each of the four bilinear corners would thicken the
    strokes anew.
    """
    amounts = _amounts(tf.shape(pictures)[0], derived(seed, 0), most)
    inked = _change_stroke(pictures, amounts["stroke"])
    warped = warp(inked, amounts, derived(seed, 1))
    return _develop_and_soil(warped, amounts, derived(seed, 2))


def _amounts(
    count: tf.Tensor, seed: tf.Tensor, most: Distortion
) -> dict[str, tf.Tensor]:
    """An amount of each distortion for each picture, float32 [n, 1, 1]."""
    names = tuple(vars(most))
    shape = (len(names) + 1, count, 1, 1)
    drawn = tf.random.stateless_uniform(shape, seed, -1, 1, alg="philox")
    strength = tf.abs(drawn[-1])
    return {
        name: getattr(most, name) * strength * drawn[index]
        for index, name in enumerate(names)
    }


def _change_stroke(pictures: tf.Tensor, amount: tf.Tensor) -> tf.Tensor:
    """Thicken or thin by blending in a grey 3x3 dilation or erosion."""
    thick = _largest(pictures) - pictures
    thin = -_largest(-pictures) - pictures
    return pictures + tf.nn.relu(amount) * thick + tf.nn.relu(-amount) * thin


def _largest(pictures: tf.Tensor) -> tf.Tensor:
    """Each pixel's largest neighbour, rows first, then columns."""
    for axis in (1, 2):
        before = tf.roll(pictures, 1, axis)
        after = tf.roll(pictures, -1, axis)
        pictures = tf.maximum(pictures, tf.maximum(before, after))
    return pictures


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def _develop_and_soil(
    pictures: tf.Tensor, amounts: dict[str, tf.Tensor], seed: tf.Tensor
) -> tf.Tensor:
    return _soil(_develop(pictures, amounts), amounts, seed)


def _develop(pictures: tf.Tensor, amounts: dict[str, tf.Tensor]) -> tf.Tensor:
    """Blur, then an ink curve from soft to nearly binary, clipped to 0..1."""
    blurred = pictures + tf.nn.relu(amounts["blur"]) * (_blur(pictures) - pictures)
    slope = tf.exp(tf.nn.relu(amounts["contrast"]))
    knee = 0.5 + amounts["threshold"]
    return tf.clip_by_value(knee + slope * (blurred - knee), 0.0, 1.0)


def _blur(pictures: tf.Tensor) -> tf.Tensor:
    for axis in (1, 2):
        sides = tf.roll(pictures, 1, axis) + tf.roll(pictures, -1, axis)
        pictures = pictures / 2 + sides / 4
    return pictures


def _soil(
    pictures: tf.Tensor, amounts: dict[str, tf.Tensor], seed: tf.Tensor
) -> tf.Tensor:
    """Noise on every pixel and a few bright specks."""
    drawn = tf.random.stateless_uniform(tf.shape(pictures), seed, -1, 1, alg="philox")
    specks = tf.cast(drawn > 1 - 2 * amounts["specks"], tf.float32)
    noisy = pictures + tf.nn.relu(amounts["noise"]) * drawn
    return tf.clip_by_value(tf.maximum(noisy, specks), 0.0, 1.0)
