"""From an encoded picture to a small upright grey one.

Formats are known here and in `service.plain_png`; colours to `service.grey`. What is
drawn there is left to `service.normaliser`.
"""

import io
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import (  # each registers its format; else the first request loads all 50
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from service.digits import SIDE
from service.errors import TooLarge, UnreadablePicture
from service.grey import DETAIL, as_grey
from service.plain_png import read_plain

FORMATS = (
    PngImagePlugin.PngImageFile.format,
    JpegImagePlugin.JpegImageFile.format,
    GifImagePlugin.GifImageFile.format,
    BmpImagePlugin.BmpImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
    PpmImagePlugin.PpmImageFile.format,
)

LARGE = 2_000_000
"""From so many pixels on, pictures are decoded one at a time in a process."""

_ONE_LARGE = threading.Lock()
_ORIENTATION = 0x0112  # the EXIF tag

# Pillow's own limit only warns until twice its value; `max_pixels` is checked
# here instead, before a single pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright.

    `grey` is uint8 [height, width] with no side above DETAIL; `size` is the
    (width, height) of the source, upright, that it was reduced from;
    `rotated` says whether EXIF had it turned or mirrored.
    """

    grey: NDArray[np.uint8]
    size: tuple[int, int]
    rotated: bool


def anything(_: int) -> None:
    """Claims that nobody adds up."""


def read_picture(
    encoded: bytes, max_pixels: int, claim: Callable[[int], None] = anything
) -> Picture:
    """Decode `encoded`: PNG, JPEG, GIF, BMP, WebP, TIFF or PGM.

    Grey, colour, palette, 1-bit, 16-bit and CMYK are turned to grey,
    transparency is laid over the shade that its ink contrasts with, EXIF
    rotation is undone. Of several frames the first is read.

    Raises UnreadablePicture where the bytes are no such picture, or one of 32
    bits a pixel, whose white is unknown; TooLarge where it claims more than
    `max_pixels` pixels, before any of them is decoded. `claim` is told how many they
    are, before that unless they are few, and may refuse them by raising.
    """
    plain = read_plain(encoded, DETAIL, max_pixels)
    if plain is not None:
        claim(plain.size)
        return Picture(plain, plain.shape[::-1], rotated=False)
    image = _open(encoded)
    if image.width * image.height > max_pixels:
        raise TooLarge(
            f"the picture has {image.width} x {image.height} pixels, "
            f"at most {max_pixels} in all are read"
        )
    claim(image.width * image.height)
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        raise UnreadablePicture(
            f"the {image.format} picture has 32 bits a pixel, expected 16 at most"
        )
    large = image.width * image.height > LARGE
    try:
        with _ONE_LARGE if large else nullcontext():
            return _decode(image)
    except Exception as error:  # a decoder fails on hostile bytes in any way
        raise UnreadablePicture(
            f"the {image.format} picture is damaged: {error}"
        ) from error


def write_png(digit: NDArray[np.uint8]) -> bytes:
    """A digit, uint8 [784], as a 28x28 grey PNG."""
    return _encoded(Image.fromarray(digit.reshape(SIDE, SIDE)))


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _open(encoded: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(encoded), formats=FORMATS)
    except Exception as error:  # a decoder fails on hostile bytes in any way
        raise UnreadablePicture(
            f"{len(encoded)} bytes that are no readable picture, "
            "expected PNG, JPEG, GIF, BMP, WebP, TIFF or PGM"
        ) from error


def _decode(image: Image.Image) -> Picture:
    size = image.size
    image.draft("L", (DETAIL // 2, DETAIL // 2))  # JPEG: decodes an 8th of each side
    claimed = _orientation(image)
    image.load()
    # 1 in a TIFF now: Pillow has turned it, and its size
    left = _orientation(image) if image.format == "TIFF" else claimed
    turn = _TURNS.get(left)
    grey = as_grey(image)
    if turn is not None:
        grey = grey.transpose(turn)
    pixels = np.frombuffer(grey.tobytes(), np.uint8)
    return Picture(
        pixels.reshape(grey.height, grey.width),
        size[::-1] if left in _SIDEWAYS else size,
        claimed in _TURNS,
    )


def _orientation(image: Image.Image) -> int:
    if image.format == "PNG":
        image.load()  # what it says of itself may stand behind its pixels
    if not image.info:
        return 1
    known = "exif" in image.info or "Raw profile type exif" in image.info
    if not known and image.format not in ("TIFF", "WEBP", "PNG"):
        return 1
    return int(image.getexif().get(_ORIENTATION, 1))


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
