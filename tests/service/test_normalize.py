"""POST /v1/normalize shows the digit that the network would see."""

import base64
import io

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from service.digits import to_pixels, typical
from tests.fakes import Digit, FakeEngine, fake_digit
from tests.service.encodings import LOSSLESS, encode, grey

PATH = "/v1/normalize"
OCTETS = "application/octet-stream"
PNG = "image/png"


def _shown(answer: TestResponse) -> NDArray[np.uint8]:
    """The pixels uint8 [784] of the PNG in an answer."""
    assert answer.status_code == 200
    assert answer.content_type == PNG
    with Image.open(io.BytesIO(answer.data)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (28, 28))
        return np.asarray(image).reshape(784)


@pytest.mark.parametrize("form", ["octets", "png", "json", "form"])
def test_an_mnist_like_picture_comes_back_with_its_own_pixels(
    fake_client: FlaskClient, digits: list[Digit], form: str
) -> None:
    digit = digits[12]
    answer = {
        "octets": lambda: fake_client.post(
            PATH, data=digit.pixels.tobytes(), content_type=OCTETS
        ),
        "png": lambda: fake_client.post(PATH, data=digit.encoded, content_type=PNG),
        "json": lambda: fake_client.post(
            PATH, json={"image": base64.b64encode(digit.encoded).decode()}
        ),
        "form": lambda: fake_client.post(
            PATH, data={"image": FileStorage(io.BytesIO(digit.encoded), "a.png")}
        ),
    }[form]()

    np.testing.assert_array_equal(_shown(answer), digit.pixels)


def test_it_is_what_the_network_sees_of_the_same_picture(
    fake_client: FlaskClient, engine: FakeEngine, digits: list[Digit]
) -> None:
    file = encode(grey(255 - digits[7].pixels).resize((90, 120)), "PNG")

    digit = _shown(fake_client.post(PATH, data=file, content_type=PNG))

    assert typical(digit[None])[0]
    assert engine.shown == []
    fake_client.post("/v1/classify", data=file, content_type=PNG)
    np.testing.assert_array_equal(engine.shown[0], to_pixels(digit[None]))


def test_what_it_shows_passes_unchanged(
    fake_client: FlaskClient, digits: list[Digit]
) -> None:
    file = encode(grey(255 - digits[7].pixels).resize((90, 120)), "PNG")

    once = fake_client.post(PATH, data=file, content_type=PNG)
    twice = fake_client.post(PATH, data=once.data, content_type=PNG)

    np.testing.assert_array_equal(_shown(twice), _shown(once))


ONE = fake_digit(1).tobytes()


@pytest.mark.parametrize(
    ("content_type", "body", "status", "said"),
    [
        (PNG, b"hello", 422, "5 bytes that are no readable picture"),
        (PNG, encode(Image.new("L", (90, 9), 77), "PNG"), 422, "the picture is blank"),
        (PNG, encode(Image.new("1", (9999, 9999)), "PNG"), 413, "the picture has 9999"),
        (PNG, b"", 400, "the body is empty"),
        ("text/plain", ONE, 415, "the content type is 'text/plain'"),
        (OCTETS, ONE[:-1], 422, "the body is 783 bytes"),
        (OCTETS, bytes(784), 422, "the picture is blank, expected a digit"),
        (OCTETS, ONE * 2, 400, "a list of 2, expected one picture"),
        ("application/json", b'{"image": ""}', 422, "0 bytes that are no readable"),
        ("application/json", b'{"images": ["", ""]}', 400, "a list of 2, expected one"),
        ("application/json", b'{"images": [""]}', 400, "a list of 1, expected one"),
    ],
)
def test_what_is_not_one_picture_is_refused(
    fake_client: FlaskClient, content_type: str, body: bytes, status: int, said: str
) -> None:
    answer = fake_client.post(PATH, data=body, content_type=content_type)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"].startswith(said)


def test_a_form_of_two_files_is_refused(fake_client: FlaskClient) -> None:
    files = [FileStorage(io.BytesIO(LOSSLESS["PNG"](fake_digit(1))), "a.png")] * 2

    answer = fake_client.post(PATH, data={"image": files})

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["top", "preprocess", "model", "detail", "x"])
def test_it_takes_no_query(fake_client: FlaskClient, name: str) -> None:
    answer = fake_client.post(f"{PATH}?{name}=1", data=ONE, content_type=OCTETS)

    assert answer.status_code == 400
    assert answer.get_json()["detail"] == f"query {name!r} is unknown, expected none"


def test_only_post_is_answered(fake_client: FlaskClient) -> None:
    assert fake_client.get(PATH).status_code == 405
