"""Whatever file a digit comes in, its pixels arrive unchanged."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from service.errors import TooLarge, UnreadablePicture
from service.pictures import ink_errors, read_digit, to_pixels
from tests.fakes import Digit
from tests.service.encodings import (
    LOSSLESS,
    Pixels,
    deep_pgm,
    deep_png,
    deep_tiff,
    encode,
    grey,
    jpeg,
)

MOST = 50_000_000

any_digit = arrays.arrays(np.uint8, (26, 26)).map(lambda inner: np.pad(inner, 1))
"""Any pixels at all in a dark frame."""


@pytest.mark.parametrize("name", LOSSLESS)
@given(pixels=any_digit)
def test_a_lossless_file_gives_every_pixel_back(name: str, pixels: Pixels) -> None:
    digit = read_digit(LOSSLESS[name](pixels), MOST)

    assert digit.shape == (784,)
    assert digit.dtype == np.uint8
    np.testing.assert_array_equal(digit, pixels.reshape(784))


@pytest.mark.parametrize("name", LOSSLESS)
def test_real_digits_survive_every_lossless_file(
    name: str, digits: list[Digit]
) -> None:
    for digit in digits:
        found = read_digit(LOSSLESS[name](digit.pixels), MOST)

        np.testing.assert_array_equal(found, digit.pixels)


def test_a_jpeg_keeps_a_real_digit_nearly(digits: list[Digit]) -> None:
    for digit in digits:
        found = read_digit(jpeg(digit.pixels), MOST).astype(int)

        assert np.abs(found - digit.pixels).max() <= 24


@pytest.mark.parametrize("encoder", [deep_png, deep_tiff, deep_pgm])
@given(pixels=any_digit, lower=st.integers(0, 255))
def test_of_sixteen_bits_the_upper_eight_count(
    encoder: Callable[[Pixels, int], bytes], pixels: Pixels, lower: int
) -> None:
    digit = read_digit(encoder(pixels, lower), MOST)

    np.testing.assert_array_equal(digit, pixels.reshape(784))


def test_one_bit_is_black_or_white(digits: list[Digit]) -> None:
    ink = digits[0].pixels > 127
    image = Image.fromarray(ink.reshape(28, 28))

    for file in (encode(image, "PNG"), encode(image, "BMP"), encode(image, "TIFF")):
        np.testing.assert_array_equal(read_digit(file, MOST), ink * np.uint8(255))


@pytest.mark.parametrize("format_", ["TIFF", "JPEG"])
def test_cmyk_is_turned_to_grey(digits: list[Digit], format_: str) -> None:
    image = grey(digits[0].pixels).convert("RGB").convert("CMYK")

    digit = read_digit(encode(image, format_), MOST).astype(int)

    assert np.abs(digit - digits[0].pixels).max() <= 40
    assert ink_errors(digit[None].astype(np.uint8)) == {}


def test_of_an_animation_the_first_frame_is_read(digits: list[Digit]) -> None:
    first, second = grey(digits[0].pixels), grey(digits[9].pixels)
    frames = {"save_all": True, "append_images": [second]}

    for format_ in ("GIF", "PNG", "TIFF"):
        file = encode(first, format_, **frames)

        np.testing.assert_array_equal(read_digit(file, MOST), digits[0].pixels)


def test_the_network_takes_pixels_from_nought_to_one() -> None:
    pixels = to_pixels(np.array([[0, 51, 255]], np.uint8))

    assert pixels.dtype == np.float32
    np.testing.assert_array_equal(pixels, np.array([[0, 0.2, 1]], np.float32))


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_of_32_bits_are_refused_since_their_white_is_unknown(mode: str) -> None:
    file = encode(Image.new(mode, (28, 28)), "TIFF")

    with pytest.raises(UnreadablePicture, match="32 bits a pixel, expected 16 at most"):
        read_digit(file, MOST)


@pytest.mark.parametrize("size", [(27, 28), (28, 29), (56, 56), (1, 784)])
def test_a_picture_of_another_size_is_refused_with_its_size(
    size: tuple[int, int],
) -> None:
    width, height = size
    file = encode(Image.new("L", size), "PNG")

    with pytest.raises(UnreadablePicture) as refusal:
        read_digit(file, MOST)

    said = f"the picture is {width} x {height}, expected 28 x 28"
    assert str(refusal.value) == said


def test_a_picture_over_the_limit_of_pixels_is_too_large() -> None:
    file = encode(Image.new("L", (30, 40)), "PNG")

    with pytest.raises(TooLarge) as refusal:
        read_digit(file, max_pixels=1199)

    assert str(refusal.value) == (
        "the picture has 30 x 40 pixels, at most 1199 in all are read"
    )
    with pytest.raises(UnreadablePicture):
        read_digit(file, max_pixels=1200)
