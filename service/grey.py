"""From a decoded picture, of any colour mode, to a small grey one.

Formats, and which way up a picture is, are left to `service.pictures`.
"""

import numpy as np
from PIL import Image, ImageChops

DETAIL = 400
"""No side of a grey picture is longer: enough for a digit of a tenth of it."""


def as_grey(image: Image.Image) -> Image.Image:
    """`image` in mode L, no side above DETAIL.

    A transparent one is laid over black if its ink is bright, else over white; of 16
    bits a pixel, the upper eight are taken.
    """
    return _over_contrast(image) if image.has_transparency_data else _opaque(image)


def _opaque(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I"):
        return _reduced(image if image.mode == "L" else image.convert("L"))
    deep = np.array(image)  # 16 bits, of which `convert` clips the upper
    np.clip(deep, 0, 65535, out=deep)
    deep >>= 8
    return _reduced(Image.fromarray(deep.astype(np.uint8)))


def _over_contrast(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        image = image.convert("RGBA")
    opacity, grey = image.getchannel("A"), image.convert("L")
    if opacity.getextrema() == (255, 255):
        return _reduced(grey)
    over_black = _reduced(ImageChops.multiply(grey, opacity))
    opacity = _reduced(opacity)
    if _total(over_black) >= _total(opacity) / 2:
        return over_black
    return ImageChops.add(over_black, ImageChops.invert(opacity))


def _total(grey: Image.Image) -> int:
    """The sum of all pixels."""
    return sum(shade * count for shade, count in enumerate(grey.histogram()))


def _reduced(grey: Image.Image) -> Image.Image:
    """`grey` with whole blocks of pixels averaged until no side is above DETAIL."""
    factor = -(-max(grey.size) // DETAIL)
    if factor == 1:
        return grey
    return grey.reduce((min(factor, grey.width), min(factor, grey.height)))
