"""Distorted copies are decided by picture and seed, and go no further than allowed."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from training.augmentation import distort
from training.distillation import Distortion
from training.feed import graph_seed

NOTHING = Distortion(**dict.fromkeys(vars(Distortion()), 0.0))


@pytest.fixture(scope="module")
def squares() -> NDArray[np.float32]:
    """64 times a bright 8x8 square in the middle, float32 [64, 28, 28]."""
    pictures = np.zeros((64, 28, 28), np.float32)
    pictures[:, 10:18, 10:18] = 1
    return pictures


def distorted(
    pictures: NDArray[np.float32], most: Distortion, seed: int = 1
) -> NDArray[np.float32]:
    copies: NDArray[np.float32] = distort(
        tf.constant(pictures), tf.constant(graph_seed(seed)), most
    ).numpy()
    return copies


def centres(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
    """Where the ink's mass is, from the picture's middle: [n, 2] pixels."""
    places = np.arange(28) - 13.5
    mass = pictures.sum(axis=(1, 2))
    down = (pictures.sum(axis=2) * places).sum(axis=1) / mass
    across = (pictures.sum(axis=1) * places).sum(axis=1) / mass
    return np.stack([down, across], axis=1)


def test_the_same_pictures_and_seed_give_the_same_copies(
    squares: NDArray[np.float32],
) -> None:
    one, again, other = (distorted(squares, Distortion(), seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])


def test_copies_are_pictures_like_those_they_were_made_of(
    squares: NDArray[np.float32],
) -> None:
    copies = distorted(squares, Distortion())

    assert copies.shape == squares.shape
    assert copies.dtype == np.float32
    assert copies.min() >= 0
    assert copies.max() <= 1
    assert (copies.sum(axis=(1, 2)) > 5).all()


def test_without_distortions_a_copy_is_its_picture(
    squares: NDArray[np.float32],
) -> None:
    pictures = np.random.default_rng(1).random((64, 28, 28), np.float32)

    np.testing.assert_allclose(distorted(pictures, NOTHING), pictures, atol=1e-5)


def test_a_shift_goes_as_far_as_it_may_and_no_further(
    squares: NDArray[np.float32],
) -> None:
    moved = np.abs(centres(distorted(squares, replace(NOTHING, shift=3.0))))

    assert moved.max() <= 3.001
    assert moved.max() > 1.5


def test_a_scale_stays_within_its_maximum(squares: NDArray[np.float32]) -> None:
    areas = distorted(squares, replace(NOTHING, scale=0.3)).sum(axis=(1, 2))

    sides = np.log(np.sqrt(areas / 64))
    assert np.abs(sides).max() <= 0.3 + 0.05  # bilinear sampling rounds the edges
    assert sides.max() > 0.1
    assert sides.min() < -0.1


def test_a_rotation_stays_within_its_maximum() -> None:
    pictures = np.zeros((64, 28, 28), np.float32)
    pictures[:, 4:24, 13:15] = 1  # a one, upright

    copies = distorted(pictures, replace(NOTHING, rotation=30.0))

    angles = np.array([_angle(copy) for copy in copies])
    assert np.abs(angles).max() <= 30.5
    assert np.abs(angles).max() > 12


def test_a_stroke_is_changed_by_less_than_a_pixel_on_each_side(
    squares: NDArray[np.float32],
) -> None:
    sums = distorted(squares, replace(NOTHING, stroke=0.9)).sum(axis=(1, 2))

    assert sums.max() <= 64 + 0.9 * (100 - 64)
    assert sums.min() >= 64 - 0.9 * (64 - 36)
    assert sums.min() < 60
    assert sums.max() > 68


def test_noise_is_only_added_where_it_may_be(squares: NDArray[np.float32]) -> None:
    changed = np.abs(distorted(squares, replace(NOTHING, noise=0.15)) - squares)

    assert changed.max() <= 0.15 + 1e-5
    assert changed.max() > 0.05


def test_specks_are_bright_and_few(squares: NDArray[np.float32]) -> None:
    copies = distorted(squares, replace(NOTHING, specks=0.02))

    specks = (copies > 0.99) & (squares < 0.5)
    assert 0 < specks.mean() < 0.02


@pytest.mark.parametrize("name", ["aspect", "slant", "elastic", "blur", "contrast"])
def test_each_other_distortion_changes_pictures(
    squares: NDArray[np.float32], name: str
) -> None:
    most = replace(NOTHING, **{name: getattr(Distortion(), name)})
    blurred = squares * 0.7 + 0.1  # a contrast shows on grey alone

    assert np.abs(distorted(blurred, most) - blurred).max() > 0.02


def _angle(picture: NDArray[np.float32]) -> float:
    """Degrees by which the ink's long axis leans from upright."""
    down, across = np.indices((28, 28)) - 13.5
    weights = picture / picture.sum()
    down, across = down - (weights * down).sum(), across - (weights * across).sum()
    both = (weights * down * across).sum()
    difference = (weights * (down**2 - across**2)).sum()
    return float(np.degrees(np.arctan2(2 * both, difference) / 2))
