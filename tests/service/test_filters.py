"""Means, medians and openings, each against the slow way to the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from service.normaliser.filters import (
    COARSE,
    Floats,
    calmed,
    mean,
    median,
    opened,
    reduced,
)

shades = st.integers(0, 255).map(np.float32)
levels = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=shades,
)


def _windows(level: Floats, size: int) -> Floats:
    """The `size` x `size` pixels around each, edges repeated: [h, w, size, size]."""
    wide = np.pad(level, size // 2, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(wide, (size, size))


@given(
    grey=arrays.arrays(
        np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=16, max_side=40)
    ),
    step=st.sampled_from([1, 2, 3, 4, 16]),
)
def test_reducing_averages_whole_blocks_and_rounds_down(
    grey: NDArray[np.uint8], step: int
) -> None:
    found = reduced(grey, step)

    height, width = grey.shape[0] // step, grey.shape[1] // step
    whole = grey[: height * step, : width * step]
    blocks = whole.reshape(height, step, width, step)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, blocks.sum(axis=(1, 3)) // step**2)


def test_reducing_holds_blocks_of_white() -> None:
    assert (reduced(np.full((32, 48), 255, np.uint8), 16) == 255).all()


@given(level=levels, size=st.sampled_from([1, 3, 5, 9]))
def test_a_mean_is_over_the_square_around_each_pixel(level: Floats, size: int) -> None:
    found = mean(level, size)

    assert found.dtype == np.float32
    expected = _windows(level, size).mean(axis=(2, 3))
    np.testing.assert_allclose(found, expected, atol=0.001)


@given(level=levels)
def test_a_median_is_the_upper_one(level: Floats) -> None:
    assert median(level) == sorted(level.ravel())[level.size // 2]


@given(level=levels, size=st.sampled_from([1, 3, 5, 7]))
def test_an_opening_is_the_greatest_of_the_least(level: Floats, size: int) -> None:
    found = opened(level, size)

    least = _windows(level, size).min(axis=(2, 3))
    np.testing.assert_array_equal(found, _windows(least, size).max(axis=(2, 3)))


@given(level=levels, size=st.sampled_from([1, 3, 5, 7]))
def test_a_line_is_opened_as_a_picture_of_one_row(level: Floats, size: int) -> None:
    line = level[0]

    found = opened(line, size)

    assert found.shape == line.shape
    np.testing.assert_array_equal(found, opened(line[np.newaxis], size)[0])


def test_an_opening_takes_off_what_is_narrow_and_leaves_what_is_wide() -> None:
    level = np.zeros((20, 20), np.float32)
    level[2:18, 3:5] = 200
    level[4:14, 8:18] = 100

    found = opened(level, 5)

    assert not found[:, :6].any()
    np.testing.assert_array_equal(found[:, 6:], level[:, 6:])


@pytest.mark.parametrize("side", [28, 64])
def test_a_small_picture_without_grain_is_left_as_it_is(side: int) -> None:
    level = np.full((side, side), 9, np.float32)
    level[3:5] = 200

    assert calmed(level) is level


@pytest.mark.parametrize("side", [28, 65])
def test_grain_is_smoothed_over_three_by_three_pixels(side: int) -> None:
    random = np.random.default_rng(5)
    level = random.integers(0, 8 * COARSE, (side, side)).astype(np.float32)

    found = calmed(level)

    expected = _windows(level, 3).mean(axis=(2, 3))
    np.testing.assert_allclose(found, expected, atol=0.001)
