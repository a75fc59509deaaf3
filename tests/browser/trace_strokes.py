"""Pen strokes of real handwriting: MNIST's own test digits, thinned and followed.

    python -m tests.browser.trace_strokes

Writes strokes.json, which is committed: of each digit the first two of the test set,
nothing picked. MNIST keeps pictures, not pens: where the ink went is theirs, where the
pen began, and in which order it went, is found here as a person would mostly have it.
"""

import json
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data import load_mnist
from training.sources import sources

FILE = Path(__file__).parent / "strokes.json"
TIMES = 2
SIDE = 28
LARGER = 6
"""How much a picture is enlarged before it is thinned."""
SHORTEST = 2 * LARGER
"""A branch shorter than this, in enlarged pixels, is an edge of the ink."""

Point = tuple[int, int]


def main() -> None:
    """Trace the digits and write them down."""
    mnist = load_mnist(sources(None, os.environ))
    found = []
    for digit in range(10):
        for row in np.flatnonzero(mnist.y_test == digit)[:TIMES].tolist():
            strokes = traced(mnist.x_test[row].reshape(SIDE, SIDE))
            found.append({"digit": digit, "picture": row, "strokes": strokes})
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in found)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def traced(picture: NDArray[np.uint8]) -> list[list[list[float]]]:
    """The strokes of a digit, as points across and down its 28x28 picture, 0..1."""
    size = SIDE * LARGER
    large = Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC)
    left = {(int(y), int(x)) for y, x in np.argwhere(thinned(np.array(large) > 110))}
    strokes = []
    while left:
        stroke = _follow(left)
        if len(stroke) > SHORTEST:
            strokes.append(stroke)
    return [
        [[round((x + 0.5) / size, 3), round((y + 0.5) / size, 3)] for y, x in thin]
        for thin in (stroke[::3] + stroke[-1:] for stroke in strokes)
    ]


def thinned(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The middle line of `ink`, one pixel wide.

    Zhang and Suen, A fast parallel algorithm for thinning digital patterns, 1984.
    """
    ink = np.pad(ink, 1)
    while True:
        before = ink.sum()
        for first in (True, False):
            ink &= ~_removable(ink, first)
        if ink.sum() == before:
            return ink[1:-1, 1:-1]


def _removable(ink: NDArray[np.bool_], first: bool) -> NDArray[np.bool_]:
    ring = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
    around = [np.roll(ink, (-y, -x), (0, 1)) for y, x in ring]
    count = sum(part.astype(int) for part in around)
    turns = sum(
        (~one & other).astype(int)
        for one, other in zip(around, [*around[1:], around[0]], strict=True)
    )
    up, right, down, left = around[0], around[2], around[4], around[6]
    open_ = (
        ~(up & right & down) & ~(right & down & left)
        if first
        else ~(up & right & left) & ~(up & down & left)
    )
    return ink & (count >= 2) & (count <= 6) & (turns == 1) & open_


def _follow(left: set[Point]) -> list[Point]:
    """Take one stroke out of the pixels that are `left`, straight on at a crossing."""
    place = min(left, key=lambda point: (len(_near(point, left)) != 1, point))
    stroke, course = [place], (0.0, 0.0)
    left.discard(place)
    while near := _near(place, left):
        step = max(near, key=lambda to: _agreement(course, place, to))
        # A crossing is wider than a pixel: what lies beside the way goes with it.
        left.difference_update(set(near) if len(near) < 3 else {step})
        course = (
            0.8 * course[0] + step[0] - place[0],
            0.8 * course[1] + step[1] - place[1],
        )
        place = step
        left.discard(place)
        stroke.append(place)
    return stroke


def _agreement(course: tuple[float, float], place: Point, to: Point) -> float:
    step = (to[0] - place[0], to[1] - place[1])
    along = course[0] * step[0] + course[1] * step[1]
    return float(along / np.hypot(*step))


def _near(point: Point, left: set[Point]) -> list[Point]:
    y, x = point
    around = [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    return [place for place in around if place in left]


if __name__ == "__main__":
    main()
