"""A mask as one whole number grows and shrinks as its pixels would."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from service.normaliser.bitmap import Bitmap, Mask

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12))

CROSS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
SQUARE = tuple((down, across) for down in (-1, 0, 1) for across in (-1, 0, 1))


def _shifted(mask: Mask, places: tuple[tuple[int, int], ...]) -> Mask:
    """The `mask` at each of `places`, [n, h, w]; its outermost pixels are empty."""
    return np.array([np.roll(mask, place, axis=(0, 1)) for place in places])


@given(mask=masks, margin=st.integers(0, 3))
def test_its_pixels_are_the_masks_within_the_margin(mask: Mask, margin: int) -> None:
    bitmap = Bitmap.of(mask, margin)

    np.testing.assert_array_equal(bitmap.mask(), np.pad(mask, margin))
    assert bitmap.area() == np.count_nonzero(mask)


@pytest.mark.parametrize(("square", "places"), [(False, CROSS), (True, SQUARE)])
@given(mask=masks)
def test_growing_reaches_every_neighbour(
    square: bool, places: tuple[tuple[int, int], ...], mask: Mask
) -> None:
    found = Bitmap.of(mask, 2).grown(square)

    expected = _shifted(np.pad(mask, 2), places).any(axis=0)
    np.testing.assert_array_equal(found.mask(), expected)


@given(mask=masks)
def test_eroding_leaves_what_has_all_four_neighbours(mask: Mask) -> None:
    found = Bitmap.of(mask, 1).eroded()

    expected = _shifted(np.pad(mask, 1), CROSS).all(axis=0)
    np.testing.assert_array_equal(found.mask(), expected)


def test_thinning_takes_a_pixel_off_what_is_thick_and_leaves_what_is_thin() -> None:
    mask = np.zeros((24, 30), bool)
    mask[2:14, 2:14] = True
    mask[20, 2:28] = True

    found = Bitmap.of(mask, 1).thinned().mask()[1:-1, 1:-1]

    thick = np.zeros_like(mask)
    thick[3:13, 3:13] = True
    np.testing.assert_array_equal(found[:16], thick[:16])
    np.testing.assert_array_equal(found[16:], mask[16:])


@given(mask=masks)
def test_thinning_never_adds_a_pixel_nor_takes_the_last(mask: Mask) -> None:
    bitmap = Bitmap.of(mask, 3)

    found = bitmap.thinned()

    assert found.bits & bitmap.bits == found.bits
    assert bool(found.bits) == bool(bitmap.bits)
