"""A picture small, as it was given and as the network saw it.

Pillow images out; where they stand on a page is left to
`training.measuring.contact_sheet`.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from PIL.Image import Resampling

from service.digits import SIDE
from service.normaliser import Preprocessing
from service.pictures import FORMATS, Picture, read_picture

TILE = 4 * SIDE
"""The side of a tile in pixels."""

CUT = (232, 89, 12)
"""The colour of the frame around the part that was taken for the digit."""

_BEHIND = (176, 182, 190, 255)  # under what is transparent, be its ink bright or dark


def as_given(
    encoded: bytes, max_pixels: int, done: Preprocessing | None = None
) -> Image.Image | None:
    """The picture upright and in colour: RGB, its longer side TILE pixels.

    With a frame around what was cut out where something was `done` to it. None
    for bytes that the service would not decode.
    """
    try:
        picture = read_picture(encoded, max_pixels)
        small = _sized(_coloured(encoded, picture))
    except Exception:  # a decoder fails on hostile bytes in any way
        return None
    if done is not None and not done.untouched:
        _frame(small, done, picture.size)
    return small


def as_seen(digit: NDArray[np.uint8]) -> Image.Image:
    """The network's 28x28 of uint8 [784], each pixel a square: RGB, TILE large."""
    image = Image.fromarray(digit.reshape(SIDE, SIDE)).convert("RGB")
    return image.resize((TILE, TILE), Resampling.NEAREST)


def _coloured(encoded: bytes, picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(encoded), formats=FORMATS)
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip
        return Image.fromarray(picture.grey).convert("RGB")
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    page = Image.new("RGBA", upright.size, _BEHIND)
    page.alpha_composite(upright)
    return page.convert("RGB")


def _sized(image: Image.Image) -> Image.Image:
    scale = TILE / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Resampling.BOX)


def _frame(small: Image.Image, done: Preprocessing, size: tuple[int, int]) -> None:
    """Draw the cropped box, in pixels of the source of `size`, on its thumbnail."""
    across, down = small.width / size[0], small.height / size[1]
    left, top, right, bottom = done.cropped
    corner = (max(0, round(left * across) - 1), max(0, round(top * down) - 1))
    opposite = (
        min(small.width - 1, round(right * across)),
        min(small.height - 1, round(bottom * down)),
    )
    ImageDraw.Draw(small).rectangle((corner, opposite), outline=CUT)
