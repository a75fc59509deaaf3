"""Whatever file a digit comes in, its pixels arrive unchanged."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import ExifTags, Image

from service import pictures
from service.errors import TooLarge, UnreadablePicture
from service.grey import DETAIL
from service.pictures import read_picture, write_png
from tests.fakes import Digit
from tests.service.encodings import (
    LOSSLESS,
    Pixels,
    decoded,
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
    digit = decoded(LOSSLESS[name](pixels))

    assert digit.shape == (784,)
    assert digit.dtype == np.uint8
    np.testing.assert_array_equal(digit, pixels.reshape(784))


@pytest.mark.parametrize("name", LOSSLESS)
def test_real_digits_survive_every_lossless_file(
    name: str, digits: list[Digit]
) -> None:
    for digit in digits:
        found = decoded(LOSSLESS[name](digit.pixels))

        np.testing.assert_array_equal(found, digit.pixels)


def test_a_jpeg_keeps_a_real_digit_nearly(digits: list[Digit]) -> None:
    for digit in digits:
        found = decoded(jpeg(digit.pixels)).astype(int)

        assert np.abs(found - digit.pixels).max() <= 24


@pytest.mark.parametrize("encoder", [deep_png, deep_tiff, deep_pgm])
@given(pixels=any_digit, lower=st.integers(0, 255))
def test_of_sixteen_bits_the_upper_eight_count(
    encoder: Callable[[Pixels, int], bytes], pixels: Pixels, lower: int
) -> None:
    digit = decoded(encoder(pixels, lower))

    np.testing.assert_array_equal(digit, pixels.reshape(784))


def test_one_bit_is_black_or_white(digits: list[Digit]) -> None:
    ink = digits[0].pixels > 127
    image = Image.fromarray(ink.reshape(28, 28))

    for file in (encode(image, "PNG"), encode(image, "BMP"), encode(image, "TIFF")):
        np.testing.assert_array_equal(decoded(file), ink * np.uint8(255))


@pytest.mark.parametrize("format_", ["TIFF", "JPEG"])
def test_cmyk_is_turned_to_grey(digits: list[Digit], format_: str) -> None:
    image = grey(digits[0].pixels).convert("RGB").convert("CMYK")

    digit = decoded(encode(image, format_)).astype(int)

    assert np.abs(digit - digits[0].pixels).max() <= 40


def test_of_an_animation_the_first_frame_is_read(digits: list[Digit]) -> None:
    first, second = grey(digits[0].pixels), grey(digits[9].pixels)
    frames = {"save_all": True, "append_images": [second]}

    for format_ in ("GIF", "PNG", "TIFF"):
        file = encode(first, format_, **frames)

        np.testing.assert_array_equal(decoded(file), digits[0].pixels)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_of_32_bits_are_refused_since_their_white_is_unknown(mode: str) -> None:
    file = encode(Image.new(mode, (28, 28)), "TIFF")

    with pytest.raises(UnreadablePicture, match="32 bits a pixel, expected 16 at most"):
        read_picture(file, MOST)


def test_a_picture_over_the_limit_of_pixels_is_too_large() -> None:
    file = encode(Image.new("L", (30, 40)), "PNG")

    with pytest.raises(TooLarge) as refusal:
        read_picture(file, max_pixels=1199)

    assert str(refusal.value) == (
        "the picture has 30 x 40 pixels, at most 1199 in all are read"
    )
    assert read_picture(file, max_pixels=1200).size == (30, 40)


@pytest.mark.parametrize(
    ("size", "reduced"),
    [
        ((DETAIL, DETAIL), (DETAIL, DETAIL)),
        ((DETAIL + 1, 1), (201, 1)),
        ((1, 1999), (1, 400)),
        ((1200, 900), (400, 300)),
        ((1201, 7), (301, 2)),
    ],
)
@pytest.mark.parametrize("mode", ["L", "1", "RGB", "LA", "I;16"])
def test_no_side_of_what_is_read_is_longer_than_the_detail_that_is_kept(
    size: tuple[int, int], reduced: tuple[int, int], mode: str
) -> None:
    picture = read_picture(encode(Image.new(mode, size), "PNG"), MOST)

    assert picture.grey.shape == reduced[::-1]
    assert picture.grey.dtype == np.uint8
    assert picture.size == size
    assert not picture.rotated


def test_a_reduced_picture_is_the_mean_of_its_pixels() -> None:
    chequered = np.indices((804, 804)).sum(axis=0) % 2 * 200

    picture = read_picture(
        encode(Image.fromarray(chequered.astype(np.uint8)), "PNG"), MOST
    )

    assert picture.grey.shape == (268, 268)
    assert 88 <= picture.grey.min() <= picture.grey.max() <= 112


@pytest.mark.parametrize("size", [(3000, 2000), (1600, 16), (401, 401)])
def test_a_large_jpeg_is_decoded_small_and_keeps_its_size(
    size: tuple[int, int],
) -> None:
    file = encode(Image.new("RGB", size, (90, 90, 90)), "JPEG")

    picture = read_picture(file, MOST)

    assert picture.size == size
    assert 200 <= max(picture.grey.shape) <= DETAIL
    assert np.abs(picture.grey.astype(int) - 90).max() <= 2


@pytest.mark.parametrize(("orientation", "size"), [(3, (60, 40)), (6, (40, 60))])
@pytest.mark.parametrize("format_", ["PNG", "JPEG", "TIFF", "WebP"])
def test_the_size_of_a_turned_picture_is_that_of_the_upright_one(
    orientation: int, size: tuple[int, int], format_: str
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    picture = read_picture(encode(Image.new("L", (60, 40)), format_, exif=exif), MOST)

    assert picture.size == size
    assert picture.grey.shape == size[::-1]
    assert picture.rotated


def test_a_digit_is_written_as_a_png_of_its_own_pixels(digits: list[Digit]) -> None:
    file = write_png(digits[0].pixels)

    with Image.open(io.BytesIO(file)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (28, 28))
    np.testing.assert_array_equal(decoded(file), digits[0].pixels)


def test_large_pictures_wait_for_one_another_and_small_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "LARGE", 1000)
    small = encode(Image.new("L", (28, 28)), "PNG")
    large = encode(Image.new("RGB", (40, 40)), "PNG")

    with ThreadPoolExecutor(1) as pool:
        with pictures._ONE_LARGE:
            read_picture(small, MOST)
            waiting = pool.submit(read_picture, large, MOST)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.1)
        read = waiting.result(timeout=60)

    assert read.size == (40, 40)
