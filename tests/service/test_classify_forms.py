"""POST /v1/classify takes a picture in whichever form its sender has it."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from service.artifact import version_numbers
from tests.fakes import Digit, FakeEngine, fake_digit
from tests.service.encodings import LOSSLESS, encode, grey, jpeg

Pixels = NDArray[np.uint8]

TYPES = {"PNG": "png", "GIF": "gif", "BMP": "bmp", "TIFF": "tiff"}
TYPES |= {"lossless WebP": "webp", "PGM": "x-portable-graymap"}


def npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _as_json(value: object) -> tuple[bytes, str]:
    return json.dumps({"image": value}).encode(), "application/json"


def _base64(pixels: Pixels) -> str:
    return base64.b64encode(LOSSLESS["PNG"](pixels)).decode()


FORMS: dict[str, Callable[[Pixels], tuple[bytes, str]]] = {
    "raw with parameters": lambda p: (LOSSLESS["PNG"](p), "Image/PNG; charset=x"),
    "JSON base64": lambda p: _as_json(_base64(p)),
    "JSON base64, wrapped": lambda p: _as_json(_base64(p)[:9] + "\n " + _base64(p)[9:]),
    "JSON data URL": lambda p: _as_json("data:image/png;base64," + _base64(p)),
    "JSON rows": lambda p: _as_json(p.reshape(28, 28).tolist()),
    "JSON numbers": lambda p: _as_json(p.tolist()),
    "JSON whole floats": lambda p: _as_json(p.astype(float).tolist()),
    "JSON list of one": lambda p: (
        json.dumps({"images": [p.tolist()]}).encode(),
        "application/json",
    ),
    "npy 1 x 784": lambda p: (npy(p.reshape(1, 784)), "application/x-npy"),
    "npy 1 x 28 x 28": lambda p: (npy(p.reshape(1, 28, 28)), "application/x-npy"),
    "npy 28 x 28": lambda p: (npy(p.reshape(28, 28)), "application/x-npy"),
    "npy 784": lambda p: (npy(p), "application/x-npy"),
    "octets": lambda p: (p.tobytes(), "application/octet-stream"),
} | {
    f"raw {name}": lambda p, name=name, kind=kind: (LOSSLESS[name](p), f"image/{kind}")
    for name, kind in TYPES.items()
}


@pytest.mark.parametrize("form", FORMS)
def test_the_network_sees_exactly_the_pixels_that_were_sent(
    fake_client: FlaskClient, engine: FakeEngine, digits: list[Digit], form: str
) -> None:
    body, content_type = FORMS[form](digits[12].pixels)

    answer = fake_client.post("/v1/classify", data=body, content_type=content_type)

    assert answer.status_code == 200
    (shown,) = engine.shown
    np.testing.assert_array_equal(shown, digits[12].pixels[None] / np.float32(255))


@pytest.mark.parametrize("form", FORMS)
def test_the_trained_model_reads_all_forms_alike(
    client: FlaskClient, digits: list[Digit], form: str
) -> None:
    body, content_type = FORMS[form](digits[12].pixels)

    answer = client.post("/v1/classify", data=body, content_type=content_type)
    raw = client.post("/v1/classify", data=digits[12].encoded, content_type="image/png")

    assert answer.get_json() == raw.get_json()
    assert answer.get_json()["predictions"][0]["digit"] == digits[12].label


def test_an_answer_names_its_model_and_gives_ten_probabilities(
    client: FlaskClient, digits: list[Digit], models_dir: Path
) -> None:
    newest = version_numbers(models_dir, "mnist")[-1]

    answer = client.post(
        "/v1/classify", data=digits[0].encoded, content_type="image/png"
    )

    document = answer.get_json()
    assert answer.content_type == "application/json"
    assert document.keys() == {"model", "version", "predictions"}
    assert (document["model"], document["version"]) == ("mnist", newest)
    (prediction,) = document["predictions"]
    assert prediction.keys() == {
        "digit",
        "probability",
        "probabilities",
        "several",
        "typicality",
    }
    assert len(prediction["probabilities"]) == 10
    assert sum(prediction["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert prediction["probabilities"][prediction["digit"]] == prediction["probability"]
    assert prediction["probability"] == max(prediction["probabilities"])


def test_the_forty_real_digits_are_read(
    client: FlaskClient, digits: list[Digit]
) -> None:
    body = b"".join(digit.pixels.tobytes() for digit in digits)

    answer = client.post(
        "/v1/classify", data=body, content_type="application/octet-stream"
    )

    read = [p["digit"] for p in answer.get_json()["predictions"]]
    labels = [digit.label for digit in digits]
    assert sum(r == label for r, label in zip(read, labels, strict=True)) >= 39


def test_a_jpeg_of_a_digit_is_read(client: FlaskClient, digits: list[Digit]) -> None:
    body = jpeg(digits[5].pixels)

    answer = client.post("/v1/classify", data=body, content_type="image/jpeg")

    assert answer.get_json()["predictions"][0]["digit"] == digits[5].label


def test_the_bytes_tell_the_format_whichever_picture_type_is_claimed(
    client: FlaskClient, digits: list[Digit]
) -> None:
    answer = client.post(
        "/v1/classify", data=digits[0].encoded, content_type="image/jpeg"
    )

    assert answer.status_code == 200


def post_files(client: FlaskClient, *files: bytes) -> TestResponse:
    """A form with each of `files` as a part named image."""
    parts = [FileStorage(io.BytesIO(file), "digit.png") for file in files]
    return client.post("/v1/classify", data={"image": parts})


def _read(answer: TestResponse) -> list[int | str]:
    """The digit of each prediction, or the kind of its error."""
    return [
        p["digit"] if "digit" in p else p["error"]["type"]
        for p in answer.get_json()["predictions"]
    ]


def _png(digit: int) -> bytes:
    return encode(grey(fake_digit(digit)), "PNG")


UNREADABLE = "urn:mnist-service:unreadable-picture"


def test_a_form_of_one_file_is_read(fake_client: FlaskClient) -> None:
    answer = post_files(fake_client, _png(7))

    assert _read(answer) == [7]


def test_a_form_of_many_files_keeps_their_order_and_errors_in_place(
    fake_client: FlaskClient,
) -> None:
    answer = post_files(fake_client, _png(3), b"no picture", _png(1), b"", _png(4))

    assert answer.status_code == 200
    assert _read(answer) == [3, UNREADABLE, 1, UNREADABLE, 4]


def test_a_json_list_keeps_its_order_and_errors_in_place(
    fake_client: FlaskClient,
) -> None:
    images = [
        base64.b64encode(_png(3)).decode(),
        "no base64!",
        fake_digit(1).tolist(),
        [1, 2, 3],
        None,
        "",
        fake_digit(4).reshape(28, 28).tolist(),
    ]

    answer = fake_client.post("/v1/classify", json={"images": images})

    bad = UNREADABLE
    assert _read(answer) == [3, bad, 1, bad, bad, bad, 4]


@pytest.mark.parametrize("form", ["npy", "octets"])
def test_a_bulk_of_digits_keeps_its_order_and_errors_in_place(
    fake_client: FlaskClient, form: str
) -> None:
    rows = np.stack([fake_digit(8), np.full(784, 255, np.uint8), fake_digit(6)])
    body, kind = (npy(rows), "x-npy")
    if form == "octets":
        body, kind = rows.tobytes(), "octet-stream"

    answer = fake_client.post(
        "/v1/classify", data=body, content_type=f"application/{kind}"
    )

    assert _read(answer) == [8, UNREADABLE, 6]


def test_an_error_in_a_batch_is_a_problem_with_its_detail(
    fake_client: FlaskClient,
) -> None:
    answer = post_files(fake_client, _png(3), b"no picture")

    assert answer.get_json()["predictions"][1] == {
        "error": {
            "type": UNREADABLE,
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "10 bytes that are no readable picture, "
            "expected PNG, JPEG, GIF, BMP, WebP, TIFF or PGM",
        }
    }
