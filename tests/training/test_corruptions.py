"""Corrupted copies are what their names say, and never more than their limits."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.fakes import Digit
from training.measuring import corruptions
from training.measuring.corruptions import CORRUPTIONS, Corruption, corrupted

NAMED = {one.name: one for one in CORRUPTIONS}
EACH = pytest.mark.parametrize("one", CORRUPTIONS, ids=lambda one: one.name)
COUNT = 300


@pytest.fixture
def pictures(digits: list[Digit]) -> NDArray[np.uint8]:
    return np.stack([digit.pixels.reshape(28, 28) for digit in digits])


def _copies(name: str, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return corrupted(NAMED[name], np.repeat(picture[None], COUNT, axis=0), seed=0)


def _dot(shade: int = 255) -> NDArray[np.uint8]:
    picture = np.zeros((28, 28), np.uint8)
    picture[14, 14] = shade
    return picture


@EACH
def test_the_same_seed_gives_the_same_copies_and_another_others(
    one: Corruption, pictures: NDArray[np.uint8]
) -> None:
    first = corrupted(one, pictures, seed=1)
    again = corrupted(one, pictures, seed=1)
    other = corrupted(one, pictures, seed=2)

    assert first.dtype == np.uint8
    assert first.shape == pictures.shape
    assert np.array_equal(first, again)
    assert np.array_equal(first, other) == (one.name == "inverted contrast")


@EACH
def test_a_copy_does_not_depend_on_how_many_are_made(
    one: Corruption, pictures: NDArray[np.uint8]
) -> None:
    many = corrupted(one, pictures, seed=1)

    assert np.array_equal(corrupted(one, pictures[:3], seed=1), many[:3])


@EACH
def test_the_pictures_that_are_corrupted_stay_as_they_were(
    one: Corruption, pictures: NDArray[np.uint8]
) -> None:
    before = pictures.copy()

    copies = corrupted(one, pictures, seed=1)

    changed = (copies != before).any(axis=(1, 2))
    assert np.array_equal(pictures, before)
    assert changed.mean() > 0.8


def test_noise_spreads_up_to_its_limit_and_no_further() -> None:
    copies = _copies("noise", np.full((28, 28), 128, np.uint8))

    spreads = copies.reshape(COUNT, -1).std(axis=1)

    assert spreads.min() < 0.1 * corruptions.NOISE
    assert 0.8 * corruptions.NOISE < spreads.max() < 1.1 * corruptions.NOISE


def test_blur_only_spreads_the_ink() -> None:
    copies = _copies("blur", _dot())

    mass = copies.reshape(COUNT, -1).sum(axis=1, dtype=int)

    assert np.all(np.abs(mass - 255) < 40)  # rounded in each of the pixels
    assert copies.max(axis=(1, 2)).min() < 40


def test_a_shift_moves_by_four_pixels_at_most_each_way() -> None:
    copies = _copies("shift", _dot())

    _, rows, columns = np.nonzero(copies)

    assert len(rows) == COUNT
    assert (rows.min(), rows.max()) == (10, 18)
    assert (columns.min(), columns.max()) == (10, 18)


def test_a_rotation_turns_by_thirty_degrees_at_most_either_way() -> None:
    line = np.zeros((28, 28), np.uint8)
    line[13:15, 2:26] = 255

    angles = [_angle(copy) for copy in _copies("rotation", line)]

    assert -31 < min(angles) < -25
    assert 25 < max(angles) < 31


def _angle(picture: NDArray[np.uint8]) -> float:
    rows, columns = np.nonzero(picture > 100)
    return float(np.degrees(np.arctan(np.polyfit(columns, rows, 1)[0])))


def test_scale_makes_a_digit_six_to_fourteen_tenths_as_large() -> None:
    square = np.zeros((28, 28), np.uint8)
    square[9:19, 9:19] = 255

    copies = _copies("scale", square)

    sides = np.sqrt(copies.reshape(COUNT, -1).sum(axis=1) / 255)
    centres = [np.argwhere(copy > 100).mean(axis=0) for copy in copies]
    assert 5.8 < sides.min() < 6.4
    assert 13.6 < sides.max() < 14.3
    assert np.allclose(centres, 13.5, atol=0.6)


def test_inverting_exchanges_ink_and_paper(pictures: NDArray[np.uint8]) -> None:
    copies = corrupted(NAMED["inverted contrast"], pictures, seed=0)

    assert np.array_equal(copies.astype(int) + pictures, np.full_like(copies, 255))


@pytest.mark.parametrize(
    ("name", "shade"), [("lines in ink", 255), ("lines erased", 0)]
)
def test_lines_run_from_edge_to_edge_in_their_own_shade(name: str, shade: int) -> None:
    copies = _copies(name, np.full((28, 28), 100, np.uint8))

    drawn = copies == shade
    across, down = drawn.any(axis=1).all(axis=1), drawn.any(axis=2).all(axis=1)
    shares = drawn.mean(axis=(1, 2))
    assert set(np.unique(copies)) == {100, shade}
    assert np.all(across | down)
    assert 1 / 28 * 0.9 < shares.min() < shares.max() < 0.2


def test_fog_takes_three_quarters_of_the_contrast_at_most() -> None:
    black = _copies("fog", np.zeros((28, 28), np.uint8)).astype(int)
    white = _copies("fog", np.full((28, 28), 255, np.uint8)).astype(int)

    left = (white - black).reshape(COUNT, -1) / 255

    assert np.all(np.ptp(left, axis=1) < 0.01)
    assert 0.24 < left.min() < 0.3
    assert left.max() > 0.95
