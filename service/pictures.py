"""From an encoded picture to the digit that the network reads.

A digit is 28x28 uint8, bright ink (255) on dark (0). Knows nothing of HTTP or
of models.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import (  # each registers its format; else the first request loads all 50
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from service.errors import RequestError, TooLarge, UnreadablePicture

FORMATS = (
    PngImagePlugin.PngImageFile.format,
    JpegImagePlugin.JpegImageFile.format,
    GifImagePlugin.GifImageFile.format,
    BmpImagePlugin.BmpImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
    PpmImagePlugin.PpmImageFile.format,
)
SIDE = 28
SIZE = SIDE * SIDE

# Pillow's own limit only warns until twice its value; `max_pixels` is checked
# here instead, before a single pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


def to_pixels(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network takes, float32 [n, 784] in 0..1, of uint8 [n, 784]."""
    return digits.astype(np.float32) / np.float32(255)


def read_digit(encoded: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """The digit uint8 [784] in an encoded picture, its pixels unchanged.

    Reads PNG, JPEG, GIF, BMP, WebP, TIFF and PGM; grey, colour, palette,
    1-bit, 16-bit and CMYK are turned to grey, transparency is laid over the
    shade that its ink contrasts with, EXIF rotation is undone. Of several
    frames the first is read.

    Raises UnreadablePicture where the bytes are no such picture, or one that
    is not 28x28; TooLarge where it claims more than `max_pixels` pixels,
    before any of them is decoded.
    """
    image = _open(encoded)
    if image.width * image.height > max_pixels:
        raise TooLarge(
            f"the picture has {image.width} x {image.height} pixels, "
            f"at most {max_pixels} in all are read"
        )
    if image.size != (SIDE, SIDE):
        raise UnreadablePicture(
            f"the picture is {image.width} x {image.height}, expected 28 x 28"
        )
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        raise UnreadablePicture(
            f"the {image.format} picture has 32 bits a pixel, expected 16 at most"
        )
    return _grey(image)


def ink_errors(digits: NDArray[np.uint8]) -> dict[int, RequestError]:
    """Why those of `digits`, uint8 [n, 784], are none whose ink is dark on bright.

    By row. Told by the frame of outermost pixels, which in MNIST is background.
    """
    frames = digits[:, _FRAME].mean(axis=1)
    return {
        int(row): UnreadablePicture(
            "the background is bright (its outermost pixels are "
            f"{frames[row]:.0f} of 255 on average), expected bright ink on dark"
        )
        for row in np.flatnonzero(frames >= 128)
    }


def _frame() -> NDArray[np.intp]:
    frame = np.ones((SIDE, SIDE), dtype=bool)
    frame[1:-1, 1:-1] = False
    return np.flatnonzero(frame)


_FRAME = _frame()


def _open(encoded: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(encoded), formats=FORMATS)
    except Exception as error:  # a decoder fails on hostile bytes in any way
        raise UnreadablePicture(
            f"{len(encoded)} bytes that are no readable picture, "
            "expected PNG, JPEG, GIF, BMP, WebP, TIFF or PGM"
        ) from error


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    try:
        upright = ImageOps.exif_transpose(image)
        grey = _flatten(upright)
    except Exception as error:  # a decoder fails on hostile bytes in any way
        raise UnreadablePicture(
            f"the {image.format} picture is damaged: {error}"
        ) from error
    return np.frombuffer(grey.tobytes(), np.uint8)


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits, of which `convert` clips the upper
        deep = np.asarray(image.convert("I"), dtype=np.int64)
        return Image.fromarray((np.clip(deep, 0, 65535) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return _over_contrast(image.convert("RGBA"))
    return image.convert("L")


def _over_contrast(image: Image.Image) -> Image.Image:
    """Lay a transparent picture over black if its ink is bright, else white."""
    grey = image.convert("RGB").convert("L")
    opacity = image.getchannel("A")
    ink = np.asarray(grey, dtype=np.float64)
    weight = np.asarray(opacity, dtype=np.float64)
    bright = (ink * weight).sum() >= 127.5 * weight.sum()
    under = Image.new("L", image.size, 0 if bright else 255)
    return Image.composite(grey, under, opacity)
