"""Lines that cross a digit are taken out; the digit's own long strokes are not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from service.normaliser import normalise
from service.normaliser.lines import find_lines
from service.pictures import Picture
from tests.fakes import Digit
from tests.service.papers import Pixels, on_sheet, sized, tight, whole

Mask = NDArray[np.bool_]
Way = tuple[tuple[int, int], tuple[int, int]]

LEVEL = (0, 15), (27, 12)
UPRIGHT = (9, 0), (16, 27)
SLANTED = (0, 4), (27, 20)


def _drawn(side: int, *ways: Way, thick: int = 1) -> Mask:
    """Lines in an empty picture, each from one place (across, down) to another."""
    image = Image.new("L", (side, side))
    for way in ways:
        ImageDraw.Draw(image).line(way, fill=255, width=thick)
    return np.asarray(image) > 0


def _ring(side: int) -> Mask:
    """A zero in the middle of a picture, round and half its side high."""
    down, across = np.indices((side, side)) - (side - 1) / 2
    away = np.hypot(down, across)
    return np.asarray((away < 0.25 * side) & (away > 0.16 * side))


def _picture(grey: Pixels) -> Picture:
    return Picture(grey, (grey.shape[1], grey.shape[0]), False)


def _crossed_out(picture: Pixels, *ways: Way, thick: int = 1) -> Pixels:
    lines = _drawn(len(picture), *ways, thick=thick)
    return np.where(lines, np.uint8(255), picture)


@pytest.mark.parametrize("ways", [(LEVEL,), (UPRIGHT,), (SLANTED,), (LEVEL, UPRIGHT)])
@pytest.mark.parametrize("thick", [1, 2])
def test_lines_from_edge_to_edge_are_taken_out(
    ways: tuple[Way, ...], thick: int
) -> None:
    ring = _ring(28)
    lines = find_lines(ring | _drawn(28, *ways, thick=thick))

    assert lines is not None
    assert len(lines.ends) == len(ways)
    assert np.count_nonzero(lines.rest & ~ring) <= 0.1 * np.count_nonzero(ring)
    assert lines.crossed(lines.rest & ring)


@pytest.mark.parametrize("side", [28, 60, 112])
def test_the_strokes_that_a_line_crosses_stay(side: int) -> None:
    ring = _ring(side)
    middle = (0, side // 2), (side - 1, side // 2)

    lines = find_lines(ring | _drawn(side, middle))

    assert lines is not None
    np.testing.assert_array_equal(lines.rest & ring, lines.rest)
    assert np.count_nonzero(lines.rest) >= 0.95 * np.count_nonzero(ring)


def test_ruled_paper_is_taken_out_line_by_line() -> None:
    ring = _ring(112)
    rules: list[Way] = [((0, row), (111, row + 2)) for row in range(8, 110, 17)]

    lines = find_lines(ring | _drawn(112, *rules, thick=2))

    assert lines is not None
    assert len(lines.ends) == len(rules)
    assert np.count_nonzero(lines.rest & ~ring) <= 0.1 * np.count_nonzero(ring)


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((28, 28), bool),
        np.ones((28, 28), bool),
        _ring(28),
        _drawn(28, ((0, 14), (20, 14))),
        _drawn(28, ((14, 3), (14, 24)), thick=3),
        _drawn(112, ((0, 50), (111, 50)), thick=30),
        _drawn(12, ((0, 6), (11, 6))),
        np.ones((1, 40), bool),
        np.indices((40, 40)).sum(axis=0) % 2 == 0,
    ],
    ids=[
        "nothing",
        "all of it",
        "a ring",
        "a line that ends",
        "a one",
        "a thick bar",
        "a tiny picture",
        "a row",
        "a chequerboard",
    ],
)
def test_what_is_no_line_is_left(mask: Mask) -> None:
    assert find_lines(mask) is None


def test_a_line_alone_crosses_nothing() -> None:
    lines = find_lines(_drawn(28, UPRIGHT))

    assert lines is not None
    assert not lines.rest.any()


def test_scraps_of_a_line_are_no_digit() -> None:
    speckled = _drawn(28, UPRIGHT, thick=3)
    speckled[3:6, 20:23] = True
    lines = find_lines(speckled)

    assert lines is not None
    assert not lines.crossed(lines.rest)


def test_the_stem_of_a_four_as_high_as_the_picture_is_no_line() -> None:
    four = _drawn(28, ((18, 0), (14, 27)), ((10, 4), (7, 15)), ((7, 15), (20, 15)))
    four |= np.roll(four, 1, axis=1)
    lines = find_lines(four)

    assert lines is not None
    assert not lines.crossed(lines.rest)


def test_a_thinner_line_at_the_same_place_is_no_stem() -> None:
    strokes = _drawn(28, ((10, 4), (7, 15)), ((7, 15), (20, 15)), thick=3)
    lines = find_lines(strokes | _drawn(28, ((18, 0), (14, 27))))

    assert lines is not None
    assert lines.crossed(lines.rest)


@pytest.mark.parametrize("way", [LEVEL, UPRIGHT, SLANTED])
def test_a_crossed_out_digit_keeps_its_box(digits: list[Digit], way: Way) -> None:
    apart = []
    for digit in digits:
        moved = np.roll(whole(digit.pixels), 1, axis=1)  # else it passes untouched
        clean = normalise(_picture(moved)).preprocessing.cropped

        struck = normalise(_picture(_crossed_out(moved, way))).preprocessing.cropped

        apart.append(np.abs(np.subtract(clean, struck)).max())
    assert np.mean(np.array(apart) <= 2) >= 0.8


@pytest.mark.parametrize("side", [100, 390])
def test_a_line_on_a_large_sheet_is_not_in_the_box(
    digits: list[Digit], side: int
) -> None:
    half, at = side // 2, side // 4
    way = ((0, half + 3), (side - 1, half - 3))
    apart = []
    for digit in digits[::2]:
        sheet = on_sheet(digit.pixels, half, at, at, side)
        clean = normalise(_picture(sheet)).preprocessing.cropped
        struck = _crossed_out(sheet, way, thick=max(1, side // 60))

        found = normalise(_picture(struck)).preprocessing.cropped

        apart.append(np.abs(np.subtract(clean, found)).max() / side)
    assert np.mean(np.array(apart) <= 0.06) >= 0.8


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_digit_as_high_as_the_picture_is_whole(
    digits: list[Digit], times: int
) -> None:
    whole_ones = 0
    for digit in digits:
        cut = np.pad(tight(digit.pixels), ((0, 0), (9, 9)))
        grey = sized(cut, times * cut.shape[1], times * cut.shape[0])

        _, top, _, bottom = normalise(_picture(grey)).preprocessing.cropped

        whole_ones += bottom - top >= 0.9 * len(grey)
    assert whole_ones >= len(digits) - 1
