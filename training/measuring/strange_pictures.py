"""Pictures that are no digits, of every kind that typicality is measured against.

Each kind is made from a seed, or read where it is; how typical they are is left to
`training.measuring.strangers`.
"""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from service.digits import SIDE, SIZE
from training.errors import NoDataError
from training.files import decode_idx
from training.measuring.mnist_recipe import filled, prepared, squeezed

Pictures = NDArray[np.uint8]
"""uint8 [n, 784]."""

FASHION = Path("/usr/share/datasets/fashion-mnist")
_FASHION_FILE = "t10k-images-idx3-ubyte.gz"

LOOK_LIKE_DIGITS = "BDIOQSZbgloqsz"
"""Left out of the mean: a B is an 8 to many a reader, an o is a 0."""

_STYLES = ("", "-Bold", "-Oblique", "-BoldOblique")
_SLANTED = ("", "-Bold", "-Italic", "-BoldItalic")
_FONTS = (
    *(f"DejaVu{family}{style}" for family in ("Sans", "SansMono") for style in _STYLES),
    *(f"DejaVuSerif{style}" for style in _SLANTED),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
)


@dataclass(frozen=True)
class Kind:
    """Strangers of one `name`; only those of a `group` count in the mean."""

    name: str
    group: str | None
    pictures: Pictures


def strangers(
    digits: Pictures, fashion: Path | None, count: int = 2000, seed: int = 1
) -> Iterator[Kind]:
    """Every kind, `count` of each that is drawn at random; `digits` make the pairs.

    Raises NoDataError where the folder `fashion` has no Fashion-MNIST; None leaves
    that one out.
    """
    if fashion is not None:
        yield Kind("Fashion-MNIST", "fashion", read_fashion(fashion))
    random = np.random.default_rng(seed)
    shape = (count, SIZE)
    yield Kind("uniform noise", "noise", random.integers(0, 256, shape, np.uint8))
    yield Kind("faint noise", "blank", random.integers(0, 40, shape, np.uint8))
    yield Kind("single specks", "blank", specks(random, count))
    yield Kind("gradients", "blank", gradients(random, count))
    yield Kind("scratches", "blank", scratches(random, count))
    yield from _letters("letters", "letters", LOOK_LIKE_DIGITS, without=True)
    yield from _letters("letters like digits", None, LOOK_LIKE_DIGITS, without=False)
    pairs = [
        _beside(digits[pair]) for pair in random.integers(len(digits), size=(count, 2))
    ]
    for way, bring in (
        ("filled", filled),
        ("prepared", prepared),
        ("squeezed", squeezed),
    ):
        yield Kind(f"two digits, {way}", "two", np.stack([*map(bring, pairs)]))


def read_fashion(folder: Path) -> Pictures:
    """The 10,000 test pictures of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017)."""
    path = folder / _FASHION_FILE
    try:
        encoded = path.read_bytes()
    except OSError as error:
        raise NoDataError(
            f"{path} cannot be read: {error.strerror}; Debian and Ubuntu have it as "
            "the package dataset-fashion-mnist, elsewhere give its folder by --fashion"
        ) from error
    return decode_idx(encoded, str(path)).reshape(-1, SIZE)


def specks(random: np.random.Generator, count: int) -> Pictures:
    """One to five pixels, each 60 to 255."""
    pictures = np.zeros((count, SIZE), np.uint8)
    for picture in pictures:
        where = random.choice(SIZE, random.integers(1, 6), replace=False)
        picture[where] = random.integers(60, 256, len(where))
    return pictures


def gradients(random: np.random.Generator, count: int) -> Pictures:
    """From black in one direction up to 40 to 255."""
    along = np.linspace(0, 1, SIDE)
    angle = random.uniform(0, 2 * np.pi, (count, 1, 1))
    slope = np.cos(angle) * along + np.sin(angle) * along[:, None]
    slope -= slope.min(axis=(1, 2), keepdims=True)
    slope *= random.uniform(40, 255, angle.shape) / slope.max(
        axis=(1, 2), keepdims=True
    )
    return slope.astype(np.uint8).reshape(-1, SIZE)


def scratches(random: np.random.Generator, count: int) -> Pictures:
    """One to three straight lines anywhere, half a pixel to two wide."""
    return np.stack([_scratch(random) for _ in range(count)])


def _scratch(random: np.random.Generator) -> Pictures:
    canvas = Image.new("L", (4 * SIDE, 4 * SIDE))
    draw = ImageDraw.Draw(canvas)
    for _ in range(random.integers(1, 4)):
        ends = random.uniform(0, 4 * SIDE, 4).tolist()
        shade, width = int(random.integers(80, 256)), int(random.integers(2, 9))
        draw.line(ends, fill=shade, width=width)
    return np.asarray(canvas.reduce(4)).reshape(-1)


def _letters(name: str, group: str | None, these: str, without: bool) -> Iterator[Kind]:
    chosen = [c for c in string.ascii_letters if (c in these) is not without]
    drawn = [_letter(c, font) for c, font in product(chosen, _FONTS)]
    for way, bring in (("filled", filled), ("prepared", prepared)):
        yield Kind(f"{name}, {way}", group, np.stack([*map(bring, drawn)]))


def _letter(letter: str, font: str) -> NDArray[np.uint8]:
    """One letter, bright on dark and large, in a font that matplotlib ships."""
    path = Path(get_data_path()) / "fonts/ttf" / f"{font}.ttf"
    canvas = Image.new("L", (160, 160))
    face = ImageFont.truetype(str(path), 80)
    ImageDraw.Draw(canvas).text((40, 30), letter, fill=255, font=face)
    return np.asarray(canvas)


def _beside(pair: Pictures) -> NDArray[np.uint8]:
    """Two digits uint8 [2, 784] in one picture, two pixels apart: uint8 [28, w]."""
    first, second = (_narrow(digit.reshape(SIDE, SIDE)) for digit in pair)
    return np.hstack([first, np.zeros((SIDE, 2), np.uint8), second])


def _narrow(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    columns = np.flatnonzero(digit.any(axis=0))
    return digit[:, columns[0] : columns[-1] + 1]
