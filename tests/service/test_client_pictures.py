"""The client takes pictures in whatever form, and sends them in as few requests."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from service.app import create_app
from service.client import (
    Client,
    Picture,
    PictureError,
    Prediction,
    Refused,
    Unreachable,
)
from service.client.inputs import LARGEST
from service.settings import Settings
from tests.fakes import Digit
from tests.service.webs import SEVEN, Reply, predictions, problem, scripted, serving


def test_every_form_of_one_picture_is_read_alike(
    asking: Client, digits: list[Digit]
) -> None:
    seven = next(digit for digit in digits if digit.label == 7)
    square = seven.pixels.reshape(28, 28)
    forms: list[Picture] = [
        seven.path,
        str(seven.path),
        seven.encoded,
        bytearray(seven.encoded),
        seven.pixels,
        square,
        square[None],
        np.asfortranarray(square),
        np.repeat(np.repeat(square, 2, axis=0), 2, axis=1)[::2, ::2],
        Image.fromarray(square),
        Image.open(seven.path),
    ]

    read = [asking.classify(form) for form in forms]

    assert read == [read[0]] * len(forms)
    assert read[0].digit == 7
    assert (read[0].model, read[0].version) == ("mnist", 2)


def test_every_option_reaches_the_service(asking: Client, digits: list[Digit]) -> None:
    path = digits[0].path

    plain = asking.classify(path, version=1)
    full = asking.classify(
        path, model="mnist", top=3, preprocess="exact", calibrated=False, detail=True
    )

    assert (plain.version, full.version) == (1, 2)
    assert plain.top is None
    assert plain.preprocessing is None
    assert full.top is not None
    assert full.top[0].digit == full.digit
    assert len(full.top) == 3
    assert full.preprocessing is not None
    assert full.preprocessing.cropped == (0, 0, 28, 28)
    assert full.probability != asking.classify(path).probability  # not calibrated


@pytest.mark.parametrize("shape", [(40, 784), (40, 28, 28)])
def test_an_array_of_many_is_read_as_its_rows_are(
    asking: Client, digits: list[Digit], shape: tuple[int, ...]
) -> None:
    array = np.stack([digit.pixels for digit in digits])

    read = asking.classify_many(array.reshape(shape))

    assert read == [asking.classify(digit.path) for digit in digits]


def test_pictures_of_all_kinds_are_read_together(
    asking: Client, digits: list[Digit]
) -> None:
    five = digits[:5]
    forms: list[Picture] = [
        five[0].path,
        five[1].encoded,
        five[2].pixels,
        Image.open(five[3].path),
        five[4].pixels.reshape(28, 28),
    ]

    read = asking.classify_many(iter(forms))

    assert read == [asking.classify(digit.path) for digit in five]


def test_what_cannot_be_read_has_its_error_in_its_place(
    asking: Client, digits: list[Digit], tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    good = digits[0].path

    read = asking.classify_many(
        [tmp_path / "none", good, b"", tmp_path, b"no picture", "a\0b", large, good]
    )

    errors = [result for result in read if isinstance(result, PictureError)]
    assert [isinstance(result, Prediction) for result in read] == [
        result in (1, 7) for result in range(8)
    ]
    assert [(error.detail.split(",")[0], error.status) for error in errors] == [
        ("the file cannot be read: No such file or directory", None),
        ("0 bytes that are no readable picture", None),
        ("the file cannot be read: Is a directory", None),
        ("10 bytes that are no readable picture", 422),
        ("the file cannot be read: embedded null byte", None),
        (f"the picture has more than the {LARGEST} bytes that fit", None),
    ]


@pytest.mark.parametrize("picture", [b"no picture", np.zeros((28, 28), np.uint8)])
def test_one_that_cannot_be_read_is_an_error_alone_and_in_a_list(
    asking: Client, picture: Any
) -> None:
    with pytest.raises(PictureError) as alone:
        asking.classify(picture)
    with pytest.raises(PictureError) as normalized:
        asking.normalize(picture)
    [listed] = asking.classify_many([picture])

    assert alone.value.status == 422
    assert isinstance(listed, PictureError)
    assert alone.value.detail == normalized.value.detail == listed.detail


def test_normalize_gives_what_the_network_would_see(
    asking: Client, service_url: str, digits: list[Digit]
) -> None:
    seen = asking.normalize(digits[0].path)

    with Image.open(io.BytesIO(seen)) as image:
        assert (np.asarray(image).reshape(784) == digits[0].pixels).all()
    with pytest.raises(Refused, match="status 404"):
        Client(f"{service_url}/elsewhere").normalize(digits[0].path)


def test_explain_tells_what_each_pixel_spoke(
    asking: Client, digits: list[Digit]
) -> None:
    four = next(digit for digit in digits if digit.label == 4)

    plain = asking.explain(four.path)
    asked = asking.explain(
        four.pixels, digit=9, against=4, version=1, preprocess="exact"
    )
    others = asking.explain(four.pixels, against="others")

    total = sum(map(sum, plain.attributions)) + plain.baseline
    assert total == pytest.approx(plain.difference, abs=1e-4)
    assert (plain.digit, plain.model, plain.version) == (4, "mnist", 2)
    assert plain.probability == plain.probabilities[4]
    assert plain.probabilities == asking.classify(four.path).probabilities
    assert np.array_equal(plain.picture, four.pixels.reshape(28, 28))
    assert (asked.digit, asked.against, asked.version) == (9, 4, 1)
    assert asked.difference < 0 < others.difference
    assert others.against == "others"


def test_what_cannot_be_explained_is_refused_with_the_reason(
    asking: Client, digits: list[Digit]
) -> None:
    path = digits[0].path

    with pytest.raises(PictureError, match="no readable picture"):
        asking.explain(b"hello")
    with pytest.raises(Refused, match=r"3 against 3: expected two different digits"):
        asking.explain(path, digit=3, against=3)
    with pytest.raises(Refused, match="version canary of 'mnist' is not served"):
        asking.explain(path, version="canary")
    with pytest.raises(TypeError, match="unknown option 'top', expected model"):
        asking.explain(path, top=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("document", [{}, {"digit": 7}, []])
def test_what_is_no_explanation_is_not_taken_for_one(document: object) -> None:
    reply = Reply(body=json.dumps(document).encode())

    with (
        scripted(reply) as server,
        Client(server.url) as client,
        pytest.raises(Unreachable, match="what answers there sends its own"),
    ):
        client.explain(b"picture")


def test_none_are_asked_for_with_no_request() -> None:
    none = np.zeros((0, 28, 28), np.uint8)

    with scripted(problem(500, "no")) as server, Client(server.url) as client:
        assert client.classify_many([]) == []
        assert client.classify_many(none) == []

    assert server.received == []


def test_many_digits_are_sent_raw_and_at_most_1024_at_a_time() -> None:
    rows = predictions(*[SEVEN] * 1024)
    last = predictions(*[SEVEN] * 452)
    array = np.arange(2500 * 784, dtype=np.uint32).astype(np.uint8).reshape(-1, 784)

    with scripted(rows, rows, last) as server, Client(server.url) as client:
        read = client.classify_many(array)

    assert len(read) == 2500
    assert b"".join(request.body for request in server.received) == array.tobytes()
    sizes = [len(request.body) / 784 for request in server.received]
    assert sizes == [1024, 1024, 452]
    types = {request.headers["Content-Type"] for request in server.received}
    assert types == {"application/octet-stream"}


def test_large_pictures_are_sent_as_many_at_a_time_as_fit() -> None:
    six = b"\x89PNG" + bytes(6 * 2**20)
    script = [predictions(*[SEVEN] * count) for count in (3, 3, 1)]

    with scripted(*script) as server, Client(server.url) as client:
        read = client.classify_many([six] * 7)

    assert len(read) == 7
    assert all(len(request.body) <= 20 * 2**20 for request in server.received)
    assert [request.body.count(b"\x89PNG") for request in server.received] == [3, 3, 1]


def test_the_largest_picture_fits_in_a_request() -> None:
    largest = b"\x89PNG" + bytes(LARGEST - 4)

    with scripted(predictions(SEVEN)) as server, Client(server.url) as client:
        assert (
            client.classify_many([largest, largest]) == [client.classify(largest)] * 2
        )

    assert {len(request.body) for request in server.received} == {LARGEST}


def test_pictures_are_taken_only_as_they_are_needed() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"\x89PNG"

    with (
        scripted(predictions(*[SEVEN] * 1024)) as server,
        Client(server.url) as client,
    ):
        results = client.classify_each(endless())
        assert taken == 0
        assert isinstance(next(results), Prediction)

    assert taken == 1025
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("format_", "content_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
        ("WEBP", "image/webp"),
        ("TIFF", "image/tiff"),
        ("PPM", "image/x-portable-graymap"),
    ],
)
def test_a_picture_is_sent_under_the_name_of_its_format(
    format_: str, content_type: str
) -> None:
    file = io.BytesIO()
    Image.new("L", (28, 28)).save(file, format_)

    with scripted(predictions(SEVEN)) as server, Client(server.url) as client:
        client.classify(file.getvalue())

    assert server.received[0].headers["Content-Type"] == content_type
    assert server.received[0].body == file.getvalue()


def test_a_service_that_takes_less_at_a_time_is_asked_in_smaller_parts(
    models_dir: Path, digits: list[Digit]
) -> None:
    settings = Settings(models_dir=models_dir, max_batch=8, max_upload_bytes=4096)
    array = np.stack([digit.pixels for digit in digits])
    noise = np.random.default_rng(1).integers(0, 255, (80, 80), np.uint8)

    with serving(create_app(settings)) as url, Client(url) as client:
        raw = client.classify_many(array)
        files = client.classify_many(
            [*(digit.path for digit in digits), Image.fromarray(noise)]
        )

    assert raw == files[:40]
    assert isinstance(files[40], PictureError)
    assert files[40].status == 413


def test_pictures_that_are_too_many_pixels_together_are_sent_again(
    models_dir: Path, digits: list[Digit]
) -> None:
    settings = Settings(
        models_dir=models_dir, max_pixels=1000, max_request_pixels=7 * 784
    )
    too_large = Image.new("L", (40, 40))

    with serving(create_app(settings)) as url, Client(url) as client:
        refused, *read = client.classify_many(
            [too_large, *(digit.encoded for digit in digits)]
        )

    assert isinstance(refused, PictureError)
    assert refused.detail.startswith("the picture has 40 x 40 pixels")
    assert [type(each) for each in read] == [Prediction] * 40


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (np.zeros((28, 28)), r"TypeError: the array is float64, expected uint8"),
        (np.zeros((28, 28), bool), r"TypeError: the array is bool, expected uint8"),
        (np.zeros((28, 28), np.int64), r"TypeError: the array is int64"),
        (np.zeros((28, 27), np.uint8), r"ValueError: .* the shape \[28, 27\]"),
        (np.zeros((100, 100, 3), np.uint8), r"ValueError: .*Image.fromarray"),
        (np.zeros((2, 28, 28), np.uint8), r"ValueError: .* holds 2 pictures"),
        (np.zeros((), np.uint8), r"ValueError: the array has the shape \[\]"),
        ([0] * 784, r"TypeError: a value of type list is no picture"),
        (None, r"TypeError: a value of type NoneType is no picture, expected a path"),
        (7, r"TypeError: a value of type int"),
        (Image.new("F", (28, 28)), r"ValueError: the image has the mode 'F'"),
        (Image.new("I", (28, 28)), r"ValueError: the image has the mode 'I'"),
        (Image.new("LAB", (28, 28)), r"ValueError: the image has the mode 'LAB'"),
    ],
)
def test_what_is_no_picture_is_refused_before_anything_is_sent(
    wrong: Any, said: str
) -> None:
    with (
        scripted(predictions(SEVEN)) as server,
        Client(server.url) as client,
        pytest.raises((TypeError, ValueError)) as error,
    ):
        client.classify(wrong)

    assert error.match(said.partition(": ")[2])
    assert type(error.value).__name__ == said.partition(":")[0]
    assert server.received == []


@pytest.mark.parametrize(
    "one", ["seven.png", Path("seven.png"), b"seven", Image.new("L", (9, 9)), 7]
)
def test_one_picture_is_not_taken_for_many(one: Any) -> None:
    with (
        Client("http://127.0.0.1:9") as client,
        pytest.raises(TypeError, match=r"is not many pictures, .*classify\(\) takes"),
    ):
        client.classify_many(one)
