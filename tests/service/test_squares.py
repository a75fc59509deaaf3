"""Colours as a PNG of large squares."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from service.squares import write_squares

FEW = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
ANY = np.random.default_rng(1).integers(0, 256, (28, 28, 3), np.uint8)


@pytest.mark.parametrize(
    ("colours", "side"), [(FEW, 4), (FEW, 1), (FEW[:1, :1], 10), (ANY, 10)]
)
def test_colours_are_written_as_squares(colours: NDArray[np.uint8], side: int) -> None:
    height, width, _ = colours.shape

    file = write_squares(colours, side)

    with Image.open(io.BytesIO(file)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        assert image.size == (side * width, side * height)
        image.verify()  # the checksums
    with Image.open(io.BytesIO(file)) as image:
        found = np.asarray(image)
    np.testing.assert_array_equal(found, colours.repeat(side, 0).repeat(side, 1))


def test_the_squares_of_a_digit_take_a_few_kilobytes() -> None:
    colours = np.zeros((28, 28, 3), np.uint8)
    colours[4:24, 9:19] = ANY[4:24, 9:19]

    assert len(write_squares(colours, 10)) < 5_000
