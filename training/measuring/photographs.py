"""Synthetic photographs: a test digit written on paper, as a phone takes it.

Plain paper, one digit, pen or pencil; no lines, no shadow of a hand, no desk.
How the stroke is shaped is left to `pens`, how well it is read to `robustness`.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from PIL.Image import Resampling

from training.measuring.pens import Floats, redraw

SIZES = ((100, 249), (250, 499), (500, 999), (1000, 2000))
"""Classes by the longer side in pixels, both ends inclusive."""

WIDTHS = 0.45, 1.3
"""How wide the strokes are, of the writer's own."""
SHARES = 0.25, 0.8
"""How large the digit is, of the shorter side."""
DARKEST = 0.45
"""The light at the darkest corner, at worst, of that at the brightest."""
BLUR = 0.005
"""The most standard deviation of the blur, of the longer side."""
GRAIN = 5.0
"""The most standard deviation of the sensor's noise, in grey levels of 255."""
QUALITIES = 40, 92
PNGS = 0.15
"""How many are PNG, where the others are JPEG."""

_EDGE = 0.03  # of the shorter side: the digit stays so far from the edges
_INKS = ((25, 25, 30), (25, 45, 130), (165, 30, 40), (15, 80, 60))  # ballpoint
_LEAD = (70, 70, 74)


@dataclass(frozen=True)
class Photograph:
    """An encoded RGB picture, its media type, and its longer side in pixels."""

    encoded: bytes
    media_type: str
    longer: int


def photographs(
    digits: NDArray[np.uint8], sizes: tuple[int, int], seed: int
) -> Iterator[Photograph]:
    """A photograph of each of `digits`, uint8 [n, 28, 28] bright on dark.

    `sizes` are the ends of the class that its longer side is drawn from,
    log-uniformly. One depends on its digit, its row, `sizes` and `seed` alone.
    """
    for row, digit in enumerate(digits):
        yield photograph(digit, sizes, np.random.default_rng((seed, row, *sizes)))


def photograph(
    digit: NDArray[np.uint8], sizes: tuple[int, int], random: Generator
) -> Photograph:
    """One photograph of `digit`, uint8 [28, 28] bright on dark."""
    longer = round(float(np.exp(random.uniform(*np.log(sizes)))))
    height, width = _sides(longer, random)
    ink = _place(digit, height, width, random)
    scene = _write(_paper(height, width, random), ink, random)
    scene *= _light(height, width, random)
    return _encode(_take(scene, random), random)


def _sides(longer: int, random: Generator) -> tuple[int, int]:
    """Height and width: anything from a square to 9:16, upright or not."""
    shorter = round(longer * random.uniform(9 / 16, 1))
    return (longer, shorter) if random.random() < 0.5 else (shorter, longer)


def _place(
    digit: NDArray[np.uint8], height: int, width: int, random: Generator
) -> Floats:
    """The digit's ink on the whole sheet, float32 [height, width] in 0..1."""
    shorter = min(height, width)
    stroke = redraw(digit, random.uniform(*WIDTHS))
    drawn = stroke.draw(round(shorter * random.uniform(*SHARES)))
    edge = round(_EDGE * shorter)
    top = random.integers(edge, height - drawn.shape[0] - edge + 1)
    left = random.integers(edge, width - drawn.shape[1] - edge + 1)
    ink = np.zeros((height, width), np.float32)
    ink[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return ink


def _paper(height: int, width: int, random: Generator) -> Floats:
    """A sheet's colour with its fibres, float32 [height, width, 3] in 0..255."""
    shade = random.uniform(195, 250)
    warm = random.uniform(-8, 14)  # cream rather than blue
    colour = np.array([shade + warm / 2, shade, shade - warm], np.float32)
    fibres = _cloud(height, width, max(height, width) // 8, random)
    return colour + random.uniform(0, 4) * fibres[..., None]


def _write(sheet: Floats, ink: Floats, random: Generator) -> Floats:
    """The sheet with `ink` on it: ballpoint, or pencil that leaves grains bare."""
    height, width = ink.shape
    if random.random() < 0.5:
        colour, cover = _INKS[random.integers(len(_INKS))], 0.92
    else:
        colour, cover = _LEAD, random.uniform(0.35, 0.8)
        bare = _cloud(height, width, max(height, width) // 3, random)
        ink = ink * np.clip(1 - random.uniform(0, 0.25) * (1 + bare), 0, 1)
    towards = np.array(colour, np.float32) - sheet
    return sheet + np.float32(cover) * ink[..., None] * towards


def _light(height: int, width: int, random: Generator) -> Floats:
    """Light that falls off in some direction: float32 [height, width, 1], <= 1."""
    angle = random.uniform(0, 2 * np.pi)
    down, across = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    slope = np.sin(angle) * down + np.cos(angle) * across
    share = (slope - slope.min()) / np.ptp(slope)
    darkest = random.uniform(DARKEST, 1)
    return np.asarray(1 - (1 - darkest) * share, np.float32)[..., None]


def _take(scene: Floats, random: Generator) -> Image.Image:
    """What the camera makes of the scene: out of focus a little, and noisy."""
    image = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    longer = max(image.size)
    seen = image.filter(ImageFilter.GaussianBlur(random.uniform(0, BLUR * longer)))
    spread = np.float32(random.uniform(0, GRAIN))
    noise = spread * random.standard_normal(scene.shape[:2], np.float32)
    pixels = np.clip(np.asarray(seen) + noise[..., None], 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _encode(image: Image.Image, random: Generator) -> Photograph:
    file, longer = io.BytesIO(), max(image.size)
    if random.random() < PNGS:
        image.save(file, "PNG", compress_level=1)
        return Photograph(file.getvalue(), "image/png", longer)
    image.save(file, "JPEG", quality=int(random.integers(*QUALITIES, endpoint=True)))
    return Photograph(file.getvalue(), "image/jpeg", longer)


def _cloud(height: int, width: int, blobs: int, random: Generator) -> Floats:
    """Soft random blotches, `blobs` along the longer side: float32, mean 0."""
    step = max(height, width) / max(4, blobs)
    shape = max(2, round(height / step)), max(2, round(width / step))
    coarse = Image.fromarray(random.standard_normal(shape, np.float32))
    return np.asarray(coarse.resize((width, height), Resampling.BILINEAR))
