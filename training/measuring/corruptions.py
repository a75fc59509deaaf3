"""Corrupted copies of MNIST digits: one function and one row of a table each.

For measuring only: shares nothing with `training.augmentation`, so that no
network is judged by the distortions that it was taught with. How well they are
read is left to `robustness`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from PIL.Image import Resampling

Pixels = NDArray[np.uint8]
"""One picture uint8 [28, 28], bright ink (255) on dark (0)."""

NOISE = 64.0
"""The most standard deviation of noise, in grey levels of 255."""
BLUR = 1.5
"""The most standard deviation of the blur, in pixels."""
SHIFT = 4
"""The furthest shift either way, across and down, in pixels."""
ROTATION = 30.0
"""The furthest turn either way, in degrees."""
SCALES = 0.6, 1.4
LINES = 2
FOG = 0.75
"""The most that haze hides: of a contrast of 1, a quarter is left."""


@dataclass(frozen=True)
class Corruption:
    """What is done to a digit, how far it goes, and the function that does it.

    How far is drawn for each picture, uniformly up to the limit in `extent`.
    """

    name: str
    extent: str
    corrupt: Callable[[Pixels, Generator], Pixels]


def corrupted(corruption: Corruption, pictures: Pixels, seed: int) -> Pixels:
    """Corrupted copies of `pictures`, uint8 [n, 28, 28], as such.

    A copy depends on its picture, its row, `seed` and the corruption alone.
    """
    place = int.from_bytes(corruption.name.encode())
    copies = np.empty_like(pictures)
    for row, picture in enumerate(pictures):
        copies[row] = corruption.corrupt(
            picture, np.random.default_rng((seed, row, place))
        )
    return copies


def add_noise(picture: Pixels, random: Generator) -> Pixels:
    """Gaussian noise on every pixel, clipped to 0..255."""
    spread = random.uniform(0, NOISE)
    return _rounded(picture + random.normal(0, spread, picture.shape))


def blur(picture: Pixels, random: Generator) -> Pixels:
    """A Gaussian blur, as of a lens that is out of focus."""
    radius = random.uniform(0, BLUR)
    return _pixels(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


def shift(picture: Pixels, random: Generator) -> Pixels:
    """A move by whole pixels; what leaves the picture is lost."""
    down, across = random.integers(-SHIFT, SHIFT + 1, 2)
    wide = np.pad(picture, SHIFT)
    top, left = SHIFT - down, SHIFT - across
    height, width = picture.shape
    return wide[top : top + height, left : left + width]


def rotate(picture: Pixels, random: Generator) -> Pixels:
    """A turn about the middle of the picture."""
    angle = random.uniform(-ROTATION, ROTATION)
    return _pixels(Image.fromarray(picture).rotate(angle, Resampling.BICUBIC))


def scale(picture: Pixels, random: Generator) -> Pixels:
    """The digit smaller or larger about the middle of the picture."""
    factor = random.uniform(*SCALES)
    height, width = picture.shape
    reach_x, reach_y = width / factor / 2, height / factor / 2
    # A margin of 14: the smallest scale looks 9.4 pixels over each edge.
    wide = Image.fromarray(np.pad(picture, 14))
    middle_x, middle_y = wide.width / 2, wide.height / 2
    seen = (
        middle_x - reach_x,
        middle_y - reach_y,
        middle_x + reach_x,
        middle_y + reach_y,
    )
    return _pixels(wide.resize((width, height), Resampling.BICUBIC, box=seen))


def invert(picture: Pixels, _: Generator) -> Pixels:
    """Dark ink on white paper."""
    return 255 - picture


def cross_out(picture: Pixels, random: Generator) -> Pixels:
    """Lines as bright as ink, from edge to edge, over the digit."""
    return _lines(picture, random, shade=255)


def scratch_out(picture: Pixels, random: Generator) -> Pixels:
    """Lines as dark as the paper, from edge to edge: they cut the strokes."""
    return _lines(picture, random, shade=0)


def veil(picture: Pixels, random: Generator) -> Pixels:
    """Fog: the contrast sinks, and a haze that is not even lies over it all."""
    thickness = random.uniform(0, FOG)
    coarse = random.uniform(96, 224, (4, 4)).astype(np.float32)
    haze = Image.fromarray(coarse).resize(picture.shape[::-1], Resampling.BICUBIC)
    return _rounded((1 - thickness) * picture + thickness * np.asarray(haze))


CORRUPTIONS = (
    Corruption("noise", f"standard deviation up to {NOISE:.0f} of 255", add_noise),
    Corruption("blur", f"standard deviation up to {BLUR} pixels", blur),
    Corruption("shift", f"up to {SHIFT} pixels across and down", shift),
    Corruption("rotation", f"up to {ROTATION:.0f} degrees either way", rotate),
    Corruption("scale", f"{SCALES[0]} to {SCALES[1]}", scale),
    Corruption("inverted contrast", "dark ink on white", invert),
    Corruption("lines in ink", f"1 to {LINES}, 1 or 2 pixels wide", cross_out),
    Corruption("lines erased", f"1 to {LINES}, 1 or 2 pixels wide", scratch_out),
    Corruption("fog", f"hides up to {FOG:.0%} of the contrast", veil),
)


def _lines(picture: Pixels, random: Generator, shade: int) -> Pixels:
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    last = len(picture) - 1
    for _ in range(random.integers(1, LINES + 1)):
        start, end = random.uniform(0, last, 2)
        ends = ((0.0, start), (float(last), end))
        if random.random() < 0.5:
            ends = ((start, 0.0), (end, float(last)))
        draw.line(ends, fill=shade, width=int(random.integers(1, 3)))
    return _pixels(image)


def _pixels(image: Image.Image) -> Pixels:
    return np.asarray(image, dtype=np.uint8)


def _rounded(levels: NDArray[np.floating]) -> Pixels:
    pixels: Pixels = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return pixels
