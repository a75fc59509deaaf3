"""Bright ink on dark, upright: what transparency and rotation come to."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.Image import Transpose

from service.errors import UnreadablePicture
from service.normaliser import exact
from service.pictures import read_picture
from tests.fakes import Digit
from tests.service.encodings import decoded, encode, grey, palette

MOST = 50_000_000


@pytest.fixture
def pixels(digits: list[Digit]) -> NDArray[np.uint8]:
    """A real seven, uint8 [784]."""
    return next(digit.pixels for digit in digits if digit.label == 7)


def _ink(shade: int, opacity: NDArray[np.uint8], mode: str) -> Image.Image:
    """One shade everywhere, its opacity that of a digit's ink."""
    image = Image.new("L", (28, 28), shade).convert(mode)
    image.putalpha(grey(opacity))
    return image


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WebP"])
def test_white_ink_on_nothing_is_laid_over_black(
    pixels: NDArray[np.uint8], mode: str, format_: str
) -> None:
    options = {"lossless": True, "exact": True} if format_ == "WebP" else {}
    file = encode(_ink(255, pixels, mode), format_, **options)

    np.testing.assert_array_equal(decoded(file), pixels)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_black_ink_on_nothing_is_laid_over_white(
    pixels: NDArray[np.uint8], mode: str
) -> None:
    picture = read_picture(encode(_ink(0, pixels, mode), "PNG"), MOST)

    np.testing.assert_array_equal(picture.grey.reshape(784), 255 - pixels)
    with pytest.raises(UnreadablePicture, match="255 of 255 on average"):
        exact(picture)


def test_transparency_that_hides_nothing_changes_nothing(
    pixels: NDArray[np.uint8],
) -> None:
    file = encode(grey(255 - pixels).convert("LA"), "PNG")

    found = read_picture(file, MOST).grey.reshape(784)

    np.testing.assert_array_equal(found, 255 - pixels)


@pytest.mark.parametrize("format_", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_is_background(
    pixels: NDArray[np.uint8], format_: str
) -> None:
    ink = (pixels > 127) * np.uint8(255)
    black = 255  # the number that `palette` gives to black

    file = encode(palette(ink), format_, transparency=black)

    np.testing.assert_array_equal(decoded(file), ink)


def test_a_transparent_shade_of_grey_is_background(pixels: NDArray[np.uint8]) -> None:
    file = encode(grey(pixels), "PNG", transparency=0)

    np.testing.assert_array_equal(decoded(file), pixels)


def test_a_picture_of_nothing_at_all_is_blank() -> None:
    file = encode(Image.new("LA", (28, 28), (200, 0)), "PNG")

    assert not decoded(file).any()


TURNED = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}
"""How the stored pixels lie for each EXIF orientation; Pillow turns leftwards."""

LEAST_LOSS: dict[str, dict[str, int]] = {
    "PNG": {},
    "JPEG": {"quality": 100},
    "WebP": {"lossless": True},
    "TIFF": {},
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("format_", LEAST_LOSS)
def test_every_exif_rotation_is_undone(
    pixels: NDArray[np.uint8], orientation: int, format_: str
) -> None:
    turn = TURNED[orientation]
    turned = grey(pixels) if turn is None else grey(pixels).transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    file = encode(turned, format_, exif=exif, **LEAST_LOSS[format_])

    picture = read_picture(file, MOST)
    found = picture.grey.reshape(784).astype(int)
    lost = 2 if format_ == "JPEG" else 0
    assert np.abs(found - pixels).max() <= lost
    assert picture.rotated is (turn is not None)


def test_an_orientation_that_stands_behind_the_pixels_is_heeded(
    pixels: NDArray[np.uint8],
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    file = encode(grey(pixels).transpose(Transpose.ROTATE_180), "PNG", exif=exif)
    start, end = file.index(b"eXIf") - 4, file.index(b"IEND") - 4
    after = start + 12 + int.from_bytes(file[start : start + 4], "big")

    moved = file[:start] + file[after:end] + file[start:after] + file[end:]

    picture = read_picture(moved, MOST)
    np.testing.assert_array_equal(picture.grey.reshape(784), pixels)
    assert picture.rotated
