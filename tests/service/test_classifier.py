"""The one use case: pictures in, an answer for each of them out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.answer import Answer, Prediction
from service.classifier import Classifier
from service.errors import (
    BadRequest,
    NotReady,
    TooLarge,
    UnknownModel,
    UnreadablePicture,
)
from service.normaliser import UNTOUCHED
from service.settings import Settings
from service.uploads import Upload
from tests.fakes import Digit, FakeEngine, fake_digit, fake_store
from tests.service.encodings import encode, grey

SETTINGS = Settings(max_batch=4)
BLANK = np.full(784, 255, np.uint8)


@pytest.fixture
def spy() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def classifier(spy: FakeEngine) -> Classifier:
    """Version 1 is a fake of its own, version 2 is `spy`."""
    return Classifier(fake_store(SETTINGS, v1=FakeEngine(), v2=spy), SETTINGS)


def _read(answer: Answer) -> list[object]:
    """The digit of each prediction, the class of each error."""
    return [r.digit if isinstance(r, Prediction) else type(r) for r in answer.results]


def test_a_prediction_has_the_likeliest_digit_with_its_probability(
    classifier: Classifier,
) -> None:
    answer = classifier.classify([fake_digit(7)])

    (prediction,) = answer.results
    assert isinstance(prediction, Prediction)
    assert prediction.digit == 7
    assert prediction.probability == np.float32(0.91)
    expected = np.array([0.01] * 7 + [0.91] + [0.01] * 2, np.float32)
    np.testing.assert_array_equal(prediction.probabilities, expected)


def test_the_order_of_the_pictures_is_kept(classifier: Classifier) -> None:
    answer = classifier.classify([fake_digit(digit) for digit in (3, 1, 4, 1)])

    assert _read(answer) == [3, 1, 4, 1]


def test_an_array_of_digits_is_answered_as_a_list_is(classifier: Classifier) -> None:
    rows = np.stack([fake_digit(5), BLANK, fake_digit(9)])

    assert _read(classifier.classify(rows)) == [5, UnreadablePicture, 9]
    assert _read(classifier.classify(list(rows))) == [5, UnreadablePicture, 9]


def _only(answer: Answer) -> Prediction:
    (prediction,) = answer.results
    assert isinstance(prediction, Prediction)
    return prediction


def test_what_was_done_to_each_picture_is_told(
    classifier: Classifier, digits: list[Digit]
) -> None:
    typical, turned = digits[0].pixels, 255 - digits[0].pixels

    for uploads in ([typical, turned], np.stack([typical, turned])):
        first, second = classifier.classify(uploads).results

        assert isinstance(first, Prediction)
        assert isinstance(second, Prediction)
        assert first.preprocessing == UNTOUCHED
        assert not second.preprocessing.untouched
        assert second.preprocessing.inverted


def test_a_list_an_array_and_a_file_are_prepared_alike(
    classifier: Classifier, spy: FakeEngine, digits: list[Digit]
) -> None:
    dark = np.stack([255 - digit.pixels for digit in digits[:3]])

    classifier.classify(dark)
    classifier.classify(list(dark))
    classifier.classify([encode(grey(pixels), "PNG") for pixels in dark])

    array, rows, files = spy.shown
    np.testing.assert_array_equal(array, rows)
    np.testing.assert_array_equal(array, files)


def test_the_pixels_that_were_sent_are_left_as_they_were(
    classifier: Classifier, digits: list[Digit]
) -> None:
    dark = np.stack([255 - digit.pixels for digit in digits[:3]])
    sent = dark.copy()

    classifier.classify(dark)

    np.testing.assert_array_equal(dark, sent)


def test_exactly_taken_the_network_sees_any_pixels_as_they_are(
    classifier: Classifier, spy: FakeEngine
) -> None:
    odd = np.zeros(784, np.uint8)
    odd[100] = 77

    for uploads in ([odd], odd[None], [encode(grey(odd), "PNG")]):
        done = _only(classifier.classify(uploads, preprocess="exact")).preprocessing

        np.testing.assert_array_equal(spy.shown.pop(), odd[None] / np.float32(255))
        assert done == UNTOUCHED


def test_exactly_taken_dark_on_bright_is_an_error_in_its_place(
    classifier: Classifier,
) -> None:
    rows = np.stack([fake_digit(5), 255 - fake_digit(7), fake_digit(9)])

    for uploads in (rows, list(rows)):
        answer = classifier.classify(uploads, preprocess="exact")

        assert _read(answer) == [5, UnreadablePicture, 9]


def test_a_normalised_picture_is_what_the_network_sees(
    classifier: Classifier, spy: FakeEngine, digits: list[Digit]
) -> None:
    dark = 255 - digits[0].pixels

    normalised = classifier.normalise(dark)

    classifier.classify([dark])
    (shown,) = spy.shown
    np.testing.assert_array_equal(shown, normalised.digit[None] / np.float32(255))


@pytest.mark.parametrize("upload", [b"no picture", BLANK, UnreadablePicture("no")])
def test_what_cannot_be_normalised_has_a_reason(
    classifier: Classifier, upload: Upload
) -> None:
    with pytest.raises(UnreadablePicture):
        classifier.normalise(upload)


def test_each_error_stands_in_its_pictures_place(classifier: Classifier) -> None:
    refused = BadRequest("no number")

    answer = classifier.classify([b"no picture", fake_digit(2), refused, BLANK])

    assert _read(answer) == [UnreadablePicture, 2, BadRequest, UnreadablePicture]
    assert answer.results[2] is refused


def test_the_network_sees_only_what_can_be_read(
    classifier: Classifier, spy: FakeEngine
) -> None:
    classifier.classify([b"no picture", fake_digit(5), BLANK])

    (shown,) = spy.shown
    assert shown.dtype == np.float32
    np.testing.assert_array_equal(shown, fake_digit(5)[None] / np.float32(255))


def test_the_network_is_not_asked_about_nothing(
    classifier: Classifier, spy: FakeEngine
) -> None:
    answer = classifier.classify([b"no picture"])

    assert _read(answer) == [UnreadablePicture]
    assert spy.shown == []


def test_an_encoded_picture_reaches_the_network_as_its_pixels_over_255(
    classifier: Classifier, spy: FakeEngine, digits: list[Digit]
) -> None:
    classifier.classify([digit.encoded for digit in digits[:4]])

    (shown,) = spy.shown
    expected = np.stack([digit.pixels for digit in digits[:4]]) / np.float32(255)
    np.testing.assert_array_equal(shown, expected)


def test_a_picture_over_the_pixel_limit_is_an_error_in_its_place(
    digits: list[Digit],
) -> None:
    settings = replace(SETTINGS, max_pixels=783)
    classifier = Classifier(fake_store(settings, v1=FakeEngine()), settings)

    answer = classifier.classify([digits[0].encoded, fake_digit(1)])

    assert _read(answer) == [TooLarge, 1]


def test_pictures_over_the_pixel_limit_of_a_request_are_errors_in_their_places(
    digits: list[Digit],
) -> None:
    settings = replace(SETTINGS, max_request_pixels=2 * 784)
    classifier = Classifier(fake_store(settings, v1=FakeEngine()), settings)
    damaged = digits[1].encoded[:100]

    answer = classifier.classify([digits[0].encoded, damaged, digits[2].encoded])

    assert [type(each) for each in answer.results] == [
        Prediction,
        UnreadablePicture,
        TooLarge,
    ]
    assert str(answer.errors[2]) == (
        "the picture has 784 pixels, those before it have 1568, "
        "at most 1568 in all are read in one request"
    )


def test_numbers_are_no_pictures_of_which_too_many_pixels_could_be_claimed() -> None:
    settings = replace(SETTINGS, max_request_pixels=784)
    classifier = Classifier(fake_store(settings, v1=FakeEngine()), settings)

    answer = classifier.classify([fake_digit(n) for n in range(4)])

    assert _read(answer) == [0, 1, 2, 3]


def test_a_full_batch_is_answered_and_one_more_is_too_large(
    classifier: Classifier,
) -> None:
    full = classifier.classify([fake_digit(0)] * 4)

    assert _read(full) == [0, 0, 0, 0]
    with pytest.raises(TooLarge) as refusal:
        classifier.classify([fake_digit(0)] * 5)
    assert str(refusal.value) == "5 pictures in one request, at most 4 are answered"


def test_the_version_asked_for_answers(classifier: Classifier, spy: FakeEngine) -> None:
    newest = classifier.classify([fake_digit(0)], model="mnist")
    first = classifier.classify([fake_digit(0)], version=1)

    assert (newest.model, newest.version) == ("mnist", 2)
    assert (first.model, first.version) == ("mnist", 1)
    assert len(spy.shown) == 1


@pytest.mark.parametrize(("model", "version"), [("letters", None), (None, 3)])
def test_what_is_not_served_is_unknown(
    classifier: Classifier, model: str | None, version: int | None
) -> None:
    with pytest.raises(UnknownModel):
        classifier.classify([fake_digit(0)], model, version)


def test_without_a_model_nothing_is_classified(tmp_path: Path) -> None:
    settings = Settings(models_dir=tmp_path)

    with pytest.raises(NotReady):
        Classifier(fake_store(settings), settings).classify([fake_digit(0)])
