"""What MNIST's digits look like, and that the network gets them over 255."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from service.digits import border_shade, is_typical, to_pixels, typical, write_pixels
from tests.fakes import Digit, fake_digit

if TYPE_CHECKING:
    from training.data import Mnist

Digits = NDArray[np.uint8]


@pytest.fixture(scope="module")
def forty(digits: list[Digit]) -> Digits:
    """The forty real digits, uint8 [40, 784]."""
    return np.stack([digit.pixels for digit in digits])


def test_the_network_takes_pixels_from_nought_to_one() -> None:
    pixels = to_pixels(np.array([[0, 51, 255]], np.uint8))

    assert pixels.dtype == np.float32
    np.testing.assert_array_equal(pixels, np.array([[0, 0.2, 1]], np.float32))


def test_pixels_are_taken_as_they_are() -> None:
    pixels = np.array([[0, 0.2, 1]], np.float32)

    assert to_pixels(pixels) is pixels


def test_digits_are_written_where_pixels_are_wanted_as_the_same_numbers() -> None:
    shades = np.arange(256, dtype=np.uint8)[None]
    pixels = np.full((1, 256), np.nan, np.float32)

    write_pixels(shades, pixels)

    np.testing.assert_array_equal(pixels, to_pixels(shades))
    np.testing.assert_array_equal(pixels, shades / np.float32(255))


def test_the_forty_real_digits_are_typical(forty: Digits) -> None:
    found = typical(forty)

    assert found.dtype == np.bool_
    assert found.shape == (40,)
    assert found.all()


def test_all_of_mnist_is_typical(mnist: "Mnist") -> None:
    assert typical(mnist.x_test).all()
    for start in range(0, len(mnist.x_train), 10_000):
        assert typical(mnist.x_train[start : start + 10_000]).all()


@pytest.mark.parametrize("count", [0, 127, 128, 129, 300])
def test_each_of_many_is_judged_by_itself(forty: Digits, count: int) -> None:
    fine = np.random.default_rng(count).random(count) < 0.5
    digits = np.where(fine[:, None], np.resize(forty, (count, 784)), 0)

    assert typical(digits.astype(np.uint8)).tolist() == fine.tolist()


def test_fake_digits_are_typical() -> None:
    assert typical(np.stack([fake_digit(digit) for digit in range(10)])).all()


def _shifted(digits: Digits, down: int, right: int) -> Digits:
    pictures = np.roll(digits.reshape(-1, 28, 28), (down, right), (1, 2))
    return pictures.reshape(-1, 784)


@pytest.mark.parametrize(("down", "right"), [(2, 0), (-2, 0), (0, 2), (0, -2)])
def test_a_digit_that_is_off_centre_is_not_typical(
    forty: Digits, down: int, right: int
) -> None:
    assert not typical(_shifted(forty, down, right)).any()


def test_a_negative_is_not_typical(forty: Digits) -> None:
    assert not typical(255 - forty).any()


def test_a_digit_on_a_background_that_is_not_black_is_not_typical(
    forty: Digits,
) -> None:
    assert not typical(np.maximum(forty, 1)).any()


def test_a_faint_digit_is_not_typical(forty: Digits) -> None:
    assert not typical(forty // 2).any()


def test_a_small_digit_is_not_typical(forty: Digits) -> None:
    small = np.zeros((40, 28, 28), np.uint8)
    small[:, 7:21, 7:21] = forty.reshape(40, 28, 28)[:, ::2, ::2]

    assert not typical(small.reshape(40, 784)).any()


def test_a_digit_that_fills_the_picture_is_not_typical(forty: Digits) -> None:
    dotted = forty.copy()
    dotted[:, [0, 783]] = 255

    assert not typical(dotted).any()


@pytest.mark.parametrize("shade", [0, 1, 128, 255])
def test_a_blank_picture_is_not_typical(shade: int) -> None:
    assert not typical(np.full((1, 784), shade, np.uint8)).any()


def test_one_digit_is_judged_without_regard_to_the_others(forty: Digits) -> None:
    mixed = np.stack([forty[0], 255 - forty[0], forty[1]])

    np.testing.assert_array_equal(typical(mixed), [True, False, True])


def _disturbed(forty: Digits, seed: int) -> Digits:
    """Each moved by a pixel or not, fainter or not, and with a speck or not."""
    random = np.random.default_rng(seed)
    shifts = random.choice([0, 0, 0, 0, 1, -1], (40, 2))
    moved = [_shifted(forty[i : i + 1], *shift)[0] for i, shift in enumerate(shifts)]
    faint = np.stack(moved) * random.choice([1, 0.985, 0.97], (40, 1))
    specks = np.zeros((40, 784))
    specks[np.arange(40), random.integers(0, 784, 40)] = random.choice([0, 0, 1], 40)
    return np.asarray(np.maximum(faint, specks), np.uint8)


def test_one_digit_alone_is_judged_as_among_many(forty: Digits) -> None:
    blanks = np.repeat(np.array([[0], [1], [255]], np.uint8), 784, axis=1)
    disturbed = np.concatenate([_disturbed(forty, seed) for seed in range(50)])

    for digits in (forty, 255 - forty, blanks, disturbed):
        assert [is_typical(digit) for digit in digits] == typical(digits).tolist()
    assert 0.1 < typical(disturbed).mean() < 0.9


def test_all_of_mnist_is_typical_one_by_one(mnist: "Mnist") -> None:
    assert all(is_typical(digit) for digit in mnist.x_test)
    assert all(is_typical(digit) for digit in mnist.x_train)


def test_no_digits_are_judged_at_all() -> None:
    none = np.zeros((0, 784), np.uint8)

    assert typical(none).shape == (0,)
    assert border_shade(none).shape == (0,)


def test_the_border_of_real_digits_is_dark(forty: Digits) -> None:
    assert border_shade(forty).max() < 10


def test_the_border_is_the_outermost_pixels_alone() -> None:
    picture = np.full((28, 28), 100, np.uint8)
    picture[1:-1, 1:-1] = 255
    inner = np.zeros((28, 28), np.uint8)
    inner[1:-1, 1:-1] = 255

    shades = border_shade(np.stack([picture, inner]).reshape(2, 784))

    np.testing.assert_array_equal(shades, [100, 0])
