"""A digit's pixels as the picture files that people send, and back."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.normaliser import exact
from service.pictures import read_picture

Pixels = NDArray[np.uint8]
"""uint8 [28, 28] or [784], bright ink on dark."""


def encode(image: Image.Image, format_: str, **options: Any) -> bytes:
    """The bytes of a picture file."""
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def decoded(encoded: bytes, max_pixels: int = 50_000_000) -> Pixels:
    """The pixels uint8 [784] of a picture file, taken as they are."""
    return exact(read_picture(encoded, max_pixels)).digit


def grey(pixels: Pixels) -> Image.Image:
    return Image.fromarray(pixels.reshape(28, 28))


def binary_pgm(pixels: Pixels) -> bytes:
    return b"P5\n28 28\n255\n" + pixels.tobytes()


def plain_pgm(pixels: Pixels) -> bytes:
    numbers = "\n".join(str(pixel) for pixel in pixels.flat)
    return f"P2\n# by hand\n28 28\n255\n{numbers}\n".encode()


def deep_pgm(pixels: Pixels, lower: int = 0) -> bytes:
    """16 bits a pixel, `pixels` in the upper eight."""
    deep = pixels.astype(np.uint16) << 8 | lower
    return b"P5 28 28 65535\n" + deep.astype(">u2").tobytes()


def deep_png(pixels: Pixels, lower: int = 0) -> bytes:
    deep = pixels.reshape(28, 28).astype(np.uint16) << 8 | lower
    return encode(Image.fromarray(deep), "PNG")


def deep_tiff(pixels: Pixels, lower: int = 0) -> bytes:
    deep = pixels.reshape(28, 28).astype(np.uint16) << 8 | lower
    return encode(Image.fromarray(deep), "TIFF")


def palette(pixels: Pixels) -> Image.Image:
    """Colour numbers that run against the shades: number 0 is white."""
    image = Image.fromarray(255 - pixels.reshape(28, 28)).convert("P")
    image.putpalette([shade for n in range(256) for shade in [255 - n] * 3])
    return image


LOSSLESS: Mapping[str, Callable[[Pixels], bytes]] = {
    "PNG": lambda pixels: encode(grey(pixels), "PNG"),
    "PNG of colours": lambda pixels: encode(grey(pixels).convert("RGB"), "PNG"),
    "PNG with opacity": lambda pixels: encode(grey(pixels).convert("LA"), "PNG"),
    "PNG of colours with opacity": lambda pixels: encode(
        grey(pixels).convert("RGBA"), "PNG"
    ),
    "PNG with a palette": lambda pixels: encode(palette(pixels), "PNG"),
    "PNG of 16 bits": deep_png,
    "GIF": lambda pixels: encode(grey(pixels), "GIF"),
    "GIF with a palette": lambda pixels: encode(palette(pixels), "GIF"),
    "BMP": lambda pixels: encode(grey(pixels), "BMP"),
    "BMP of colours": lambda pixels: encode(grey(pixels).convert("RGB"), "BMP"),
    "TIFF": lambda pixels: encode(grey(pixels), "TIFF"),
    "TIFF, deflated": lambda pixels: encode(
        grey(pixels), "TIFF", compression="tiff_deflate"
    ),
    "TIFF of 16 bits": deep_tiff,
    "lossless WebP": lambda pixels: encode(
        grey(pixels).convert("RGB"), "WebP", lossless=True
    ),
    "PGM": binary_pgm,
    "PGM, plain": plain_pgm,
    "PGM of 16 bits": deep_pgm,
}
"""What carries every pixel of a digit unchanged."""


def jpeg(pixels: Pixels) -> bytes:
    return encode(grey(pixels), "JPEG", quality=95)
