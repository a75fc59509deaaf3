"""The real test digits that the service's page offers to click.

`python -m training.gallery` writes them anew, as one picture and a JSON file beside
it, from the MNIST test set and the versions in models/: the same each time. What the
page does with them is left to it.
"""

import io
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray
from PIL import Image

from service.artifact import version_numbers
from service.digits import SIDE, to_pixels
from service.serving.proof import prove
from training.data import Mnist, load_mnist
from training.measuring.resealing import replace_file
from training.sources import sources

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "service/web/assets"
MISREAD = 14
"""So many that a version reads wrong, of which the newest reads half wrong."""


@dataclass(frozen=True)
class Shown:
    """A test picture: its place in the set, its label, and who reads it otherwise.

    `read_as` holds, by version, the digit that is read where it is wrong.
    """

    index: int
    label: int
    read_as: Mapping[str, int]


def choose(
    labels: NDArray[np.uint8], read: Mapping[int, NDArray[np.intp]]
) -> list[Shown]:
    """The first picture of each digit that all read right, then MISREAD others.

    `read` has, by version, what it reads, intp [n]. Of the others, half are the
    first that the newest version reads wrong, and no two of these are alike in
    label and reading; the rest, the first that an older one alone does.
    """
    wrong = np.stack([read[version] != labels for version in sorted(read)])
    easy = [
        int(np.flatnonzero(~wrong.any(axis=0) & (labels == digit))[0])
        for digit in range(10)
    ]
    newest = np.flatnonzero(wrong[-1])
    older = np.flatnonzero(wrong.any(axis=0) & ~wrong[-1])
    half = MISREAD // 2
    hard = _unlike(newest, labels, read[max(read)], half)
    hard += _unlike(older, labels, read[min(read)], MISREAD - half)
    return [_shown(index, labels, read) for index in easy + hard]


def sprite(digits: NDArray[np.uint8]) -> bytes:
    """The digits, uint8 [n, 28, 28], beside each other, as a grey PNG."""
    file = io.BytesIO()
    Image.fromarray(np.hstack(list(digits))).save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Write gallery.png and gallery.json into the page's assets."""
    data: Mnist = load_mnist(sources(None, os.environ))
    folder = ROOT / "models"
    pixels = to_pixels(data.x_test.reshape(-1, SIDE * SIDE))
    read = {
        version: prove(folder / "mnist" / str(version), "litert")
        .engine.predict(pixels)
        .argmax(axis=1)
        for version in version_numbers(folder, "mnist")
    }
    shown = choose(data.y_test, read)
    pictures = data.x_test.reshape(-1, SIDE, SIDE)[[each.index for each in shown]]
    document = orjson.dumps([asdict(each) for each in shown])
    replace_file(ASSETS / "gallery.png", sprite(pictures))
    replace_file(ASSETS / "gallery.json", document)
    print(f"{len(shown)} digits: {', '.join(str(each.index) for each in shown)}")


def _unlike(
    indices: NDArray[np.intp],
    labels: NDArray[np.uint8],
    read: NDArray[np.intp],
    count: int,
) -> list[int]:
    """The first `count` of `indices` with a label and a reading not seen before."""
    first: dict[tuple[int, int], int] = {}
    for index in indices.tolist():
        first.setdefault((int(labels[index]), int(read[index])), index)
    return list(first.values())[:count]


def _shown(
    index: int, labels: NDArray[np.uint8], read: Mapping[int, NDArray[np.intp]]
) -> Shown:
    label = int(labels[index])
    return Shown(
        index,
        label,
        {str(v): int(r[index]) for v, r in sorted(read.items()) if r[index] != label},
    )


if __name__ == "__main__":
    main()
