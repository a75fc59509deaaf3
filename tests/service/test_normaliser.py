"""What `normalise` and `exact` make of a picture, and what they say they did."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import ExifTags, Image

from service.digits import typical
from service.errors import UnreadablePicture
from service.normaliser import UNTOUCHED, Normalised, exact, normalise, prepare
from service.pictures import Picture, read_picture
from tests.fakes import Digit
from tests.service.encodings import encode
from tests.service.papers import (
    DRAWN,
    Pixels,
    beside,
    broken,
    framed,
    negative,
    on_sheet,
    sized,
    specked,
    whole,
)

MOST = 50_000_000


def _picture(grey: Pixels, rotated: bool = False) -> Picture:
    """`grey`, not reduced."""
    return Picture(grey, (grey.shape[1], grey.shape[0]), rotated)


@pytest.fixture(scope="module")
def seven(digits: list[Digit]) -> Pixels:
    """A real seven, uint8 [784]."""
    return next(digit.pixels for digit in digits if digit.label == 7)


def test_an_mnist_like_picture_passes_bit_for_bit(digits: list[Digit]) -> None:
    for digit in digits:
        normalised = normalise(_picture(whole(digit.pixels)))

        np.testing.assert_array_equal(normalised.digit, digit.pixels)
        assert normalised.preprocessing == UNTOUCHED


@pytest.mark.parametrize("down", [-8, -4, 0, 4, 8])
def test_what_passes_untouched_is_just_what_is_typical(
    digits: list[Digit], down: int
) -> None:
    for digit in digits:
        moved = np.roll(whole(digit.pixels), down, axis=0)
        for grey in (moved, 255 - moved):
            passes = normalise(_picture(grey)).preprocessing.untouched

            assert passes == typical(grey.reshape(1, 784))[0]


@pytest.mark.parametrize("how", [name for name in DRAWN if name != "as it is"])
def test_whatever_was_drawn_becomes_as_mnist_has_it(
    digits: list[Digit], how: str
) -> None:
    pictures = [_picture(DRAWN[how](digit.pixels)) for digit in digits[::5]]

    made = [normalise(picture) for picture in pictures]

    assert all(m.digit.shape == (784,) and m.digit.dtype == np.uint8 for m in made)
    assert not any(m.preprocessing.untouched for m in made)
    assert typical(np.stack([m.digit for m in made])).mean() >= 0.7


@pytest.mark.parametrize("size", [28, 40, 111, 300])
def test_a_picture_and_its_negative_become_nearly_the_same_digit(
    seven: Pixels, size: int
) -> None:
    drawn = on_sheet(seven, size, 3, 5, size + 9)

    bright, dark = normalise(_picture(drawn)), normalise(_picture(255 - drawn))

    assert not bright.preprocessing.inverted
    assert dark.preprocessing.inverted
    apart = bright.digit.astype(int) - dark.digit
    assert np.abs(apart).mean() < 3


def _box_of(picture: Pixels, most: int = 127) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is brighter than `most`."""
    rows = np.flatnonzero(picture.max(axis=1) > most)
    columns = np.flatnonzero(picture.max(axis=0) > most)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize(
    ("side", "left", "top", "canvas"),
    [(28, 2, 9, 50), (84, 30, 10, 140), (140, 10, 200, 390), (450, 80, 300, 1000)],
)
def test_the_cropped_box_is_the_digits_in_the_pixels_of_the_source(
    seven: Pixels, side: int, left: int, top: int, canvas: int
) -> None:
    sheet = on_sheet(seven, side, left, top, canvas)
    file = encode(Image.fromarray(sheet), "PNG")

    cropped = normalise(read_picture(file, MOST)).preprocessing.cropped

    apart = np.abs(np.subtract(cropped, _box_of(sheet)))
    assert apart.max() <= max(2, 0.04 * side)


def test_the_cropped_box_lies_within_the_source(digits: list[Digit]) -> None:
    for width, height in [(401, 401), (1201, 403), (399, 803), (9, 1000)]:
        for digit in digits[::8]:
            drawn = Image.fromarray(sized(whole(digit.pixels), width, height))
            picture = read_picture(encode(drawn, "PNG"), MOST)

            left, top, right, bottom = normalise(picture).preprocessing.cropped

            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height


@pytest.mark.parametrize("size", [28, 90])
def test_a_picture_turned_by_exif_says_so_and_reads_as_the_upright_one(
    seven: Pixels, size: int
) -> None:
    upright = Image.fromarray(sized(whole(seven), size, size))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    turned = upright.transpose(Image.Transpose.ROTATE_90)

    found = normalise(read_picture(encode(turned, "PNG", exif=exif), MOST))

    straight = normalise(read_picture(encode(upright, "PNG"), MOST))
    assert found.preprocessing.rotated
    assert not straight.preprocessing.rotated
    np.testing.assert_array_equal(found.digit, straight.digit)
    assert found.preprocessing.cropped == straight.preprocessing.cropped


def test_frames_and_dirt_are_not_in_the_box(seven: Pixels) -> None:
    in_frame = normalise(_picture(framed(seven))).preprocessing
    in_dirt = normalise(_picture(specked(seven))).preprocessing

    left, top, right, bottom = in_frame.cropped
    assert min(left, top) > 4
    assert max(right, bottom) < 196
    clean = _box_of(on_sheet(seven, 168, 56, 56, 280))
    assert np.abs(np.subtract(in_dirt.cropped, clean)).max() <= 25


def test_of_two_digits_one_is_taken_and_the_other_told(seven: Pixels) -> None:
    pair = beside(seven, seven)

    done = normalise(_picture(pair)).preprocessing

    assert done.several
    assert done.cropped[2] <= pair.shape[1] // 2 or done.cropped[0] >= 150


def test_a_broken_stroke_is_no_second_digit(seven: Pixels) -> None:
    done = normalise(_picture(broken(seven, 0.5))).preprocessing

    assert not done.several
    height = done.cropped[3] - done.cropped[1]
    assert height >= 70


@pytest.mark.parametrize("shade", [0, 1, 100, 128, 254, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (7, 3), (28, 28), (399, 200)])
def test_a_picture_of_one_shade_is_blank(shade: int, size: tuple[int, int]) -> None:
    picture = _picture(np.full(size, shade, np.uint8))

    with pytest.raises(UnreadablePicture) as refusal:
        normalise(picture)

    assert str(refusal.value) == "the picture is blank, expected a digit"


@pytest.mark.parametrize("size", [28, 100, 300])
def test_an_empty_sheet_is_blank_in_spite_of_its_grain_and_light(size: int) -> None:
    light = np.linspace(230, 170, size) * np.ones((size, 1))
    grain = np.random.default_rng(1).normal(0, 2, (size, size))

    with pytest.raises(UnreadablePicture, match="blank"):
        normalise(_picture((light + grain).astype(np.uint8)))


def test_ink_that_drowns_in_grain_from_near_is_what_it_was_from_far() -> None:
    sheet = np.random.default_rng(1).normal(150, 30, (390, 390))
    sheet[150:240, 180:200] -= 15

    done = normalise(_picture(np.clip(sheet, 0, 255).astype(np.uint8))).preprocessing

    assert done.inverted
    assert np.abs(np.subtract(done.cropped, (180, 150, 200, 240))).max() <= 16


any_picture = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=64)
)
few_shades = arrays.arrays(
    np.uint8,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=64),
    elements=st.sampled_from([0, 3, 9, 120, 200, 255]),
)


@given(grey=any_picture | few_shades)
@example(grey=np.array([[0]], np.uint8))
@example(grey=np.array([[0, 255]], np.uint8))
@example(grey=np.eye(64, dtype=np.uint8) * np.uint8(9))
def test_any_picture_at_all_gives_a_digit_or_a_sentence(grey: Pixels) -> None:
    before = grey.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            normalised = normalise(_picture(grey))
        except UnreadablePicture as error:
            said = str(error)
            assert said == "the picture is blank, expected a digit"
        else:
            _check(normalised, grey)
    np.testing.assert_array_equal(grey, before)


def _check(normalised: Normalised, grey: Pixels) -> None:
    """Whatever the digit looks like, it is one, and its box lies in the picture."""
    assert normalised.digit.shape == (784,)
    assert normalised.digit.dtype == np.uint8
    assert normalised.digit.max() > 0
    left, top, right, bottom = normalised.preprocessing.cropped
    assert 0 <= left < right <= grey.shape[1]
    assert 0 <= top < bottom <= grey.shape[0]


@given(
    grey=arrays.arrays(np.uint8, (26, 26)).map(lambda inner: np.pad(inner, 1)),
    rotated=st.booleans(),
)
def test_exactly_taken_pixels_are_left_as_they_are(grey: Pixels, rotated: bool) -> None:
    normalised = exact(_picture(grey, rotated))

    np.testing.assert_array_equal(normalised.digit, grey.reshape(784))
    assert normalised.preprocessing.untouched
    assert normalised.preprocessing.rotated is rotated


@pytest.mark.parametrize("size", [(27, 28), (28, 29), (56, 56), (1, 784)])
def test_another_size_is_refused_with_its_size_where_exact_is_asked_for(
    size: tuple[int, int],
) -> None:
    width, height = size
    picture = _picture(np.zeros((height, width), np.uint8))

    with pytest.raises(UnreadablePicture) as refusal:
        exact(picture)

    said = f"the picture is {width} x {height}, expected 28 x 28"
    assert str(refusal.value) == said


def test_a_large_picture_is_refused_with_the_size_of_its_source() -> None:
    file = encode(Image.new("L", (2800, 2800)), "PNG")

    with pytest.raises(UnreadablePicture, match="is 2800 x 2800, expected 28 x 28"):
        exact(read_picture(file, MOST))


@pytest.mark.parametrize(("shade", "refused"), [(127, False), (128, True)])
def test_exactly_taken_the_outermost_pixels_tell_ink_from_background(
    shade: int, refused: bool
) -> None:
    grey = np.full((28, 28), shade, np.uint8)
    grey[1:-1, 1:-1] = 0 if refused else 255

    if not refused:
        assert exact(_picture(grey)).digit.max() == 255
        return
    with pytest.raises(UnreadablePicture) as refusal:
        exact(_picture(grey))
    assert str(refusal.value) == (
        "the background is bright (its outermost pixels are 128 of 255 on average), "
        "expected bright ink on dark"
    )


def test_what_is_asked_for_is_what_is_done(seven: Pixels) -> None:
    dark = _picture(negative(seven))

    assert prepare(dark, "auto").preprocessing.inverted
    with pytest.raises(UnreadablePicture, match="expected bright ink on dark"):
        prepare(dark, "exact")
