"""A contact sheet of what is measured on: some of every kind, for a person's eyes.

A row for each corruption, then one of photographs for each size class; nothing
is measured here.
"""

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.measuring.corruptions import CORRUPTIONS, corrupted
from training.measuring.parts import Subject
from training.measuring.photographs import SIZES, photographs

_SHOWN = 12  # of each kind
_COPY, _PHOTOGRAPH, _GAP, _TITLE = 84, 168, 4, 130

Tiles = list[Image.Image]


def contact_sheet(subject: Subject) -> bytes:
    """A PNG of twelve copies by each corruption, and photographs of each size."""
    chosen = np.random.default_rng(subject.seed).permutation(len(subject.mnist.x_test))
    digits = subject.mnist.x_test[chosen[:_SHOWN]].reshape(-1, 28, 28)
    rows = [*_copies(digits, subject.seed), *_photographs(digits, subject.seed)]
    width = _TITLE + _SHOWN * (_COPY + _GAP)
    height = sum(tiles[0].height + _GAP for _, tiles in rows)
    sheet = Image.new("RGB", (width, height), "white")
    pen, top = ImageDraw.Draw(sheet), 0
    for title, tiles in rows:
        pen.text((_GAP, top + _GAP), title, fill="black")
        for place, tile in enumerate(tiles):
            sheet.paste(tile, (_TITLE + place * (tile.width + _GAP), top))
        top += tiles[0].height + _GAP
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _copies(digits: NDArray[np.uint8], seed: int) -> Iterator[tuple[str, Tiles]]:
    yield "as they are", [_enlarged(digit) for digit in digits]
    for one in CORRUPTIONS:
        yield one.name, [_enlarged(copy) for copy in corrupted(one, digits, seed)]


def _photographs(digits: NDArray[np.uint8], seed: int) -> Iterator[tuple[str, Tiles]]:
    across = (_COPY + _GAP) * _SHOWN // (_PHOTOGRAPH + _GAP)
    for sizes in SIZES:
        taken = photographs(digits[:across], sizes, seed)
        tiles = [_squared(one.encoded) for one in taken]
        yield f"{sizes[0]} to {sizes[1]} px", tiles


def _enlarged(digit: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(digit).resize((_COPY, _COPY), Image.Resampling.NEAREST)


def _squared(encoded: bytes) -> Image.Image:
    """The whole picture, reduced into the middle of a grey square."""
    tile = Image.new("RGB", (_PHOTOGRAPH, _PHOTOGRAPH), "grey")
    with Image.open(io.BytesIO(encoded)) as image:
        image.thumbnail(tile.size)
        left, top = (_PHOTOGRAPH - image.width) // 2, (_PHOTOGRAPH - image.height) // 2
        tile.paste(image, (left, top))
    return tile
