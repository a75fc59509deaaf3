"""Pictures as people send them, made by code from MNIST digits: what to measure on.

Leaves all measuring to the benchmarks.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps
from PIL.Image import Resampling

DIGIT = Path(__file__).parents[1] / "tests/data/digits/5_15.png"

SMALL, MIDDLE, LARGE = 300, 3_000, 50_000
"""The targets in microseconds: of 28 x 28, of 500 x 500 and of 12 megapixels."""


@dataclass(frozen=True)
class Drawing:
    """An encoded picture, and the microseconds in which it is to be read, if any."""

    name: str
    encoded: bytes
    target: int | None


def small_drawings() -> Iterator[Drawing]:
    """Of 28 x 28 and 500 x 500 pixels, and one of very thick strokes."""
    digit = Image.open(DIGIT)
    moved = Image.fromarray(np.roll(np.asarray(digit), 3, axis=0))
    yield Drawing("28x28 grey, an MNIST digit", _encoded(digit), SMALL)
    yield Drawing("28x28 grey, moved", _encoded(moved), SMALL)
    yield Drawing("28x28 grey, dark on light", _encoded(ImageOps.invert(digit)), SMALL)
    sheet, photo = ImageOps.invert(_sheet(500, 500)), _photograph(500, 500)
    clear = Image.new("RGBA", (500, 500))
    clear.putalpha(_sheet(500, 500))
    yield Drawing("500x500 grey drawing", _encoded(sheet), MIDDLE)
    yield Drawing("500x500 RGB drawing", _encoded(sheet.convert("RGB")), MIDDLE)
    yield Drawing("500x500 RGBA drawing", _encoded(sheet.convert("RGBA")), MIDDLE)
    yield Drawing("500x500 RGBA, transparent", _encoded(clear), MIDDLE)
    yield Drawing("500x500 grey photograph", _encoded(photo.convert("L")), MIDDLE)
    yield Drawing("500x500 RGB photograph", _encoded(photo), MIDDLE)
    yield Drawing("500x500 JPEG photograph", _jpeg(photo), None)
    thick = _sheet(280, 280).filter(ImageFilter.MaxFilter(51))
    yield Drawing("280x280, strokes 60 wide", _encoded(thick), 10_000)


def large_drawings() -> Iterator[Drawing]:
    """Photographs of twelve megapixels."""
    photo = _photograph(4000, 3000)
    yield Drawing("12 Mpx JPEG photograph", _jpeg(photo), LARGE)
    yield Drawing("12 Mpx PNG drawing, grey", _encoded(_sheet(4000, 3000)), LARGE)
    yield Drawing("12 Mpx PNG photograph, RGB", _encoded(photo), LARGE)


def _sheet(width: int, height: int) -> Image.Image:
    """A digit as tall as half the sheet, bright on black, in smooth strokes."""
    side = int(0.7 * min(width, height))
    digit = Image.open(DIGIT).resize((side, side), Resampling.BICUBIC)
    strokes = digit.point([max(0, min(255, 4 * shade - 384)) for shade in range(256)])
    sheet = Image.new("L", (width, height))
    sheet.paste(strokes, ((width - side) // 2, (height - side) // 2))
    return sheet


def _photograph(width: int, height: int) -> Image.Image:
    """Dark ink on yellowish paper, in a light that falls off, with grain."""
    ink = np.asarray(_sheet(width, height), np.float32)[..., np.newaxis] / 255
    light = np.linspace(1, 0.6, width, dtype=np.float32)[:, np.newaxis]
    paper = np.array([235, 225, 205], np.float32) * light
    grain = np.random.default_rng(7).normal(0, 3, (height, width, 1))
    shades = paper * (1 - 0.7 * ink) + grain.astype(np.float32)
    return Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8))


def _jpeg(image: Image.Image) -> bytes:
    return _encoded(image, "JPEG", quality=90)


def _encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()
