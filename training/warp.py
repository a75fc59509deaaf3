"""Digits moved, turned, stretched and bent: one resampling for all of it.

How far each picture goes is decided by `training.augmentation`.
"""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

SIDE = 28


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def warp(
    pictures: tf.Tensor, amounts: dict[str, tf.Tensor], seed: tf.Tensor
) -> tf.Tensor:
    """Each picture, float32 [n, 28, 28], sampled where its amounts say.

    `amounts` are float32 [n, 1, 1] under the names of `distillation.Distortion`.
    """
    return _sample(pictures, _positions(amounts, seed))


def derived(seed: tf.Tensor, number: int) -> tf.Tensor:
    """A seed of its own for each number, int32 [2]."""
    return tf.random.fold_in(seed, number, alg="philox")


def _positions(
    amounts: dict[str, tf.Tensor], seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Where each pixel of the copy is taken from: rows and columns, [n, 28, 28]."""
    centred = tf.constant(np.arange(SIDE) - (SIDE - 1) / 2, tf.float32)
    down, across = centred[None, :, None], centred[None, None, :]
    angle = amounts["rotation"] * (np.pi / 180)
    cosine, sine = tf.cos(angle), tf.sin(angle)
    upright = cosine * down - sine * across
    sideways = sine * down + cosine * across + amounts["slant"] * upright
    shrink = tf.exp(-amounts["scale"])
    stretch = tf.exp(amounts["aspect"] / 2)
    shifts = tf.random.stateless_uniform(
        tf.shape(angle), derived(seed, 0), -1, 1, alg="philox"
    )
    away = tf.abs(amounts["shift"])
    middle = (SIDE - 1) / 2
    wobble = _elastic(amounts["elastic"], derived(seed, 1))
    rows = middle + shrink * stretch * upright + amounts["shift"] + wobble[0]
    columns = middle + shrink / stretch * sideways + away * shifts + wobble[1]
    return rows, columns


def _elastic(amount: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Two smooth random fields a picture, of root mean square `amount`: [2, n, 28, 28].

    Simard, Steinkraus and Platt, Best practices for convolutional neural
    networks, 2003, with the noise drawn on a coarse grid.
    """
    basis = tf.constant(_smooth_basis(), tf.float32)
    knots = basis.shape[1]
    shape = (2, tf.shape(amount)[0], knots, knots)
    noise = tf.random.stateless_normal(shape, seed, alg="philox")
    fields = tf.einsum("ik,dnkl,jl->dnij", basis, noise, basis)
    return tf.abs(amount) * fields


def _smooth_basis(spacing: float = 4.0, width: float = 4.0) -> NDArray[np.float64]:
    """Gaussian bumps [28, knots], scaled so that white noise on them has variance 1."""
    pixels = np.arange(SIDE)[:, None]
    knots = np.arange(-spacing / 2, SIDE + spacing, spacing)[None, :]
    bumps = np.exp(-((pixels - knots) ** 2) / (2 * width**2))
    lengths: NDArray[np.float64] = np.linalg.norm(bumps, axis=1, keepdims=True)
    return bumps / lengths


def _sample(pictures: tf.Tensor, positions: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Bilinear samples of the pictures, dark outside of them."""
    side = SIDE + 2
    padded = tf.pad(pictures, [[0, 0], [1, 1], [1, 1]])
    flat = tf.reshape(padded, [-1, side * side])
    rows, columns = (tf.clip_by_value(p + 1, 0, side - 1.001) for p in positions)
    top, left = tf.floor(rows), tf.floor(columns)
    down, right = rows - top, columns - left
    first = tf.reshape(tf.cast(top * side + left, tf.int32), [-1, SIDE * SIDE])

    def corner(offset: int) -> tf.Tensor:
        taken = tf.gather(flat, first + offset, batch_dims=1)
        return tf.reshape(taken, [-1, SIDE, SIDE])

    upper = corner(0) + right * (corner(1) - corner(0))
    lower = corner(side) + right * (corner(side + 1) - corner(side))
    return upper + down * (lower - upper)
