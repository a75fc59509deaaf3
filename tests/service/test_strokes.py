"""A digit's strokes come out as wide, as large and as centred as MNIST's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from service.digits import BRIGHTEST, LONGEST, typical
from service.normaliser.bitmap import Bitmap
from service.normaliser.filters import Floats
from service.normaliser.strokes import draw, stroke_width
from tests.service.papers import Pixels


def _bar(height: int, width: int, thick: int) -> Floats:
    """The outline of a rectangle, all of it ink, in strokes `thick` wide."""
    ink = np.full((height, width), 2, np.float32)
    ink[thick:-thick, thick:-thick] = 0
    return ink


def _extents(digit: Pixels) -> tuple[int, int]:
    """How many rows and columns of pixels the box of `digit` has."""
    rows, columns = np.nonzero(digit)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize("shape", [(5, 5), (20, 14), (40, 90), (112, 30), (400, 300)])
def test_the_longer_side_becomes_twenty_pixels(shape: tuple[int, int]) -> None:
    digit = draw(np.full(shape, 2, np.float32))

    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
    rows, columns = _extents(digit)
    assert max(rows, columns) == LONGEST
    assert (rows > columns) == (shape[0] > shape[1])


@pytest.mark.parametrize("thick", [1, 3, 8, 12, 20, 30])
def test_strokes_become_neither_thin_nor_thick(thick: int) -> None:
    digit = draw(_bar(160, 120, thick))

    assert typical(digit.reshape(1, 784))[0]
    through = digit[12:16, :14].sum(axis=1) / 255
    assert ((through > 1.8) & (through < 4)).all()


def test_strokes_as_wide_as_mnists_are_left_so() -> None:
    digit = draw(_bar(160, 120, 24))

    through = digit[14, :14].sum() / 255
    assert through == pytest.approx(3, abs=0.2)


def test_the_centre_of_mass_is_in_the_middle() -> None:
    heavy_below = np.zeros((60, 40), np.float32)
    heavy_below[:, 18:22] = 2
    heavy_below[50:] = 2

    digit = draw(heavy_below).astype(float)

    middle = (np.indices((28, 28)) * digit).sum(axis=(1, 2)) / digit.sum()
    assert np.abs(middle - 14).max() <= 0.6


@pytest.mark.parametrize(("width", "expected"), [(4, 4), (8, 8), (15, 15)])
def test_the_width_of_a_long_stroke_is_its_own(width: int, expected: int) -> None:
    mask = np.zeros((40, 400), bool)
    mask[10 : 10 + width, 10:390] = True

    assert stroke_width(Bitmap.of(mask, 1)) == pytest.approx(expected, rel=0.1)


def test_nothing_has_no_width() -> None:
    assert stroke_width(Bitmap.of(np.zeros((9, 9), bool), 1)) == 0


def test_ink_that_just_stands_out_can_be_drawn() -> None:
    assert draw(np.array([[0, 1, 0]], np.float32)).max() > 0


cells = st.sampled_from([0, 0.4, 1, 1.5, 3]).map(np.float32)


@given(
    ink=arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=50),
        elements=cells,
    ).filter(lambda ink: bool((ink >= 1).any()))
)
def test_any_ink_at_all_can_be_drawn(ink: Floats) -> None:
    digit = draw(ink)

    assert digit.shape == (28, 28)
    assert digit.max() > 0


def test_a_drawn_digit_is_as_bright_as_mnists() -> None:
    assert draw(_bar(90, 90, 9)).max() >= BRIGHTEST
