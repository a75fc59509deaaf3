"""The trained network reads digits however they were drawn, found by `normalise`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.answer import Prediction
from service.classifier import Classifier
from service.serving.store import Store
from service.settings import Settings
from tests.fakes import Digit
from tests.service.encodings import encode
from tests.service.papers import DRAWN, Pixels, beside, broken, one, sized, whole

LEAST = 38
"""So many of the forty are read right, however drawn; most ways it is all."""
LESS = {"8 x 8": 34, "12 x 12": 36, "touching every edge, large": 37}
"""Fewer where little is left of a digit."""


@pytest.fixture(scope="module")
def classifier(models_dir: Path) -> Classifier:
    settings = Settings(models_dir=models_dir)
    store = Store(settings)
    store.load()
    return Classifier(store, settings)


def _read(classifier: Classifier, pictures: list[Pixels]) -> list[Prediction | None]:
    files = [encode(Image.fromarray(picture), "PNG") for picture in pictures]
    return [
        result if isinstance(result, Prediction) else None
        for result in classifier.classify(files).results
    ]


@pytest.mark.parametrize("how", DRAWN)
def test_digits_are_read_however_they_are_drawn(
    classifier: Classifier, digits: list[Digit], how: str
) -> None:
    found = _read(classifier, [DRAWN[how](digit.pixels) for digit in digits])

    pairs = [(p, d.label) for p, d in zip(found, digits, strict=True) if p is not None]
    assert sum(p.digit == label for p, label in pairs) >= LESS.get(how, LEAST)
    assert not any(p.preprocessing.several for p, _ in pairs)


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("opaque", [255, 120])
def test_transparent_pictures_are_read_whether_their_ink_is_dark_or_bright(
    classifier: Classifier, digits: list[Digit], ink: int, opaque: int
) -> None:
    files = []
    for digit in digits:
        image = Image.new("LA", (112, 112), (ink, 0))
        opacity = sized(whole(digit.pixels), 112, 112) * (opaque / 255)
        image.putalpha(Image.fromarray(opacity.astype(np.uint8)))
        files.append(encode(image, "PNG"))

    results = classifier.classify(files).results

    right = 0
    for result, digit in zip(results, digits, strict=True):
        assert isinstance(result, Prediction)
        assert result.preprocessing.inverted is (ink == 0)
        right += result.digit == digit.label
    assert right >= LEAST


def test_a_jpeg_of_a_digit_is_read_whatever_its_quality(
    classifier: Classifier, digits: list[Digit]
) -> None:
    files = [
        encode(Image.fromarray(255 - whole(digit.pixels)), "JPEG", quality=30)
        for digit in digits
    ]

    results = classifier.classify(files).results

    read = [result.digit for result in results if isinstance(result, Prediction)]
    right = [r == digit.label for r, digit in zip(read, digits, strict=True)]
    assert sum(right) >= LEAST


@pytest.mark.parametrize("margin", [10, 50])
@pytest.mark.parametrize(("width", "height"), [(2, 28), (6, 200), (3, 300), (20, 1000)])
def test_a_one_that_is_a_mere_line_is_a_one(
    classifier: Classifier, width: int, height: int, margin: int
) -> None:
    (found,) = _read(classifier, [one(width, height, margin)])

    assert found is not None
    assert found.digit == 1


def test_two_digits_side_by_side_are_told(
    classifier: Classifier, digits: list[Digit]
) -> None:
    pairs = zip(digits, digits[4:] + digits[:4], strict=True)
    pictures = [beside(left.pixels, right.pixels) for left, right in pairs]

    for found in _read(classifier, pictures):
        assert found is not None
        assert found.preprocessing.several


@pytest.mark.parametrize("at", [0.35, 0.5, 0.65])
def test_broken_strokes_of_one_digit_are_no_second_digit(
    classifier: Classifier, digits: list[Digit], at: float
) -> None:
    found = _read(classifier, [broken(digit.pixels, at) for digit in digits])

    right = 0
    for prediction, digit in zip(found, digits, strict=True):
        assert prediction is not None
        assert not prediction.preprocessing.several
        right += prediction.digit == digit.label
    assert right >= 37
