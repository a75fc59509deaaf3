"""Real digits as people would send them: drawn, photographed, scanned.

Most take a digit uint8 [784], bright on dark, and give uint8 [h, w].
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from PIL.Image import Resampling

Pixels = NDArray[np.uint8]


def whole(digit: Pixels) -> Pixels:
    return digit.reshape(28, 28)


def tight(digit: Pixels) -> Pixels:
    """The digit in its own box, touching all four edges."""
    picture = whole(digit)
    rows = np.flatnonzero(picture.max(axis=1) > 127)
    columns = np.flatnonzero(picture.max(axis=0) > 127)
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def negative(digit: Pixels) -> Pixels:
    return 255 - whole(digit)


def sized(picture: Pixels, width: int, height: int) -> Pixels:
    image = Image.fromarray(picture)
    return np.asarray(image.resize((width, height), Resampling.BICUBIC))


def on_sheet(digit: Pixels, side: int, left: int, top: int, canvas: int) -> Pixels:
    """The digit `side` pixels large, at its place on a dark sheet."""
    sheet = np.zeros((canvas, canvas), np.uint8)
    sheet[top : top + side, left : left + side] = sized(whole(digit), side, side)
    return sheet


def stroked(digit: Pixels, filter_: ImageFilter.Filter) -> Pixels:
    """A large digit with its strokes made thinner or thicker."""
    large = Image.fromarray(on_sheet(digit, 224, 28, 28, 280))
    return np.asarray(large.filter(filter_))


def lit(digit: Pixels) -> Pixels:
    """Dark ink on paper that the light leaves from left to right, with grain."""
    ink = on_sheet(digit, 168, 56, 56, 280).astype(float) / 255
    light = np.linspace(235, 130, 280) * np.ones((280, 1))
    grain = np.random.default_rng(7).normal(0, 3, ink.shape)
    return np.clip(light * (1 - 0.7 * ink) + grain, 0, 255).astype(np.uint8)


def framed(digit: Pixels) -> Pixels:
    """Dark ink in a printed frame along the picture's edges."""
    sheet = 255 - on_sheet(digit, 140, 30, 30, 200)
    sheet[:4] = sheet[-4:] = 0
    sheet[:, :4] = sheet[:, -4:] = 0
    return sheet


def specked(digit: Pixels) -> Pixels:
    """Dark ink on paper with twenty specks of dirt."""
    sheet = 255 - on_sheet(digit, 168, 56, 56, 280)
    random = np.random.default_rng(3)
    for row, column in random.integers(0, 278, (20, 2)):
        sheet[row : row + 2, column : column + 2] = 40
    return sheet


def faint(digit: Pixels) -> Pixels:
    """Pencil: a tenth of the contrast that there could be."""
    return (200 - sized(whole(digit), 112, 112) * 0.1).astype(np.uint8)


def one(width: int, height: int, margin: int) -> Pixels:
    """A one drawn with a single straight stroke, dark on light."""
    return np.pad(np.full((height, width), 20, np.uint8), margin, constant_values=240)


def beside(left: Pixels, right: Pixels) -> Pixels:
    """Two digits in a row on one sheet, dark on light."""
    pair = np.hstack([sized(whole(left), 112, 112), sized(whole(right), 112, 112)])
    return 255 - np.pad(pair, 60)


def broken(digit: Pixels, at: float) -> Pixels:
    """A digit on a light sheet, cut through across, `at` 0..1 of its height."""
    sheet = on_sheet(digit, 112, 56, 56, 224)
    row = 56 + int(112 * at)
    sheet[row : row + 6] = 0
    return 255 - sheet


DRAWN: Mapping[str, Callable[[Pixels], Pixels]] = {
    "as it is": whole,
    "dark on light": negative,
    "dark grey on light grey": lambda d: (180 - whole(d) * 0.4).astype(np.uint8),
    "light grey on dark grey": lambda d: (60 + whole(d) * 0.4).astype(np.uint8),
    "faint": faint,
    "8 x 8": lambda d: sized(whole(d), 8, 8),
    "12 x 12": lambda d: sized(whole(d), 12, 12),
    "16 x 16": lambda d: sized(whole(d), 16, 16),
    "20 x 20, dark on light": lambda d: sized(negative(d), 20, 20),
    "29 x 28": lambda d: np.pad(whole(d), ((0, 0), (0, 1))),
    "64 x 64": lambda d: sized(whole(d), 64, 64),
    "112 x 112, dark on light": lambda d: sized(negative(d), 112, 112),
    "300 x 300": lambda d: sized(whole(d), 300, 300),
    "1000 x 1000": lambda d: sized(whole(d), 1000, 1000),
    "1000 x 1000, dark on light": lambda d: sized(negative(d), 1000, 1000),
    "wide sheet": lambda d: np.pad(negative(d), ((4, 4), (80, 80)), mode="edge"),
    "high sheet": lambda d: np.pad(negative(d), ((80, 80), (4, 4)), mode="edge"),
    "off centre by 4 pixels": lambda d: np.roll(whole(d), (-4, 3), (0, 1)),
    "in a corner": lambda d: on_sheet(d, 84, 4, 190, 280),
    "small on a large sheet": lambda d: on_sheet(d, 84, 310, 590, 1000),
    "touching every edge": tight,
    "touching every edge, large": lambda d: (
        255 - sized(tight(d), 5 * tight(d).shape[1], 5 * tight(d).shape[0])
    ),
    "thin strokes": lambda d: stroked(d, ImageFilter.MinFilter(11)),
    "thick strokes": lambda d: stroked(d, ImageFilter.MaxFilter(17)),
    "uneven light": lit,
    "in a frame": framed,
    "among specks": specked,
    "negative of specks": lambda d: 255 - specked(d),
}
