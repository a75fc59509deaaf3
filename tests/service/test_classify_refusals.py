"""What /v1/classify refuses: with which status, and in which words."""

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage

from tests.fakes import Digit, fake_digit
from tests.service.encodings import encode, grey
from tests.service.test_classify_forms import post_files

PNG = "image/png"
OCTETS = "application/octet-stream"
BLANK = encode(Image.new("L", (28, 28), 255), "PNG")
WIDE = encode(Image.new("L", (29, 28)), "PNG")
HUGE = encode(Image.new("1", (10_000, 5_001)), "PNG")
ONE = fake_digit(1).tobytes()
TYPES = "expected one of image/png, image/jpeg, image/gif, image/bmp, image/webp, "


def test_an_encoding_that_nobody_knows_is_refused_by_its_name(
    fake_client: FlaskClient,
) -> None:
    headers = {"Content-Encoding": "br"}

    answer = fake_client.post("/v1/classify", data=ONE, headers=headers)

    assert answer.status_code == 415
    assert answer.get_json()["detail"] == (
        "the content encoding is 'br', expected gzip, deflate or none"
    )


@pytest.mark.parametrize("alias", ["image/jpg", "image/x-ms-bmp"])
def test_other_names_of_the_same_formats_are_read_too(
    fake_client: FlaskClient, alias: str
) -> None:
    file = encode(grey(fake_digit(1)), "PNG")

    answer = fake_client.post("/v1/classify", data=file, content_type=alias)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body", "status", "said"),
    [
        (PNG, b"hello", 422, "5 bytes that are no readable picture, expected PNG"),
        (PNG, BLANK, 422, "the picture is blank, expected a digit"),
        (PNG, WIDE, 422, "the picture is blank, expected a digit"),
        (PNG, HUGE, 413, "the picture has 10000 x 5001 pixels, at most 25000000 in"),
        (PNG, b"", 400, "the body is empty"),
        (OCTETS, b"", 400, "the body is empty"),
        (OCTETS, ONE[:-1], 422, "the body is 783 bytes, expected a multiple of 784"),
        (OCTETS, ONE + b"x", 422, "the body is 785 bytes, expected a multiple of 784"),
        (OCTETS, ONE * 9, 413, "9 pictures in one request, at most 8 are answered"),
        (OCTETS, b"\xff" * 784, 422, "the picture is blank, expected a digit"),
        (None, BLANK, 415, "the content type is missing, " + TYPES),
        ("", BLANK, 415, "the content type is missing, " + TYPES),
        ("text/plain", BLANK, 415, "the content type is 'text/plain', " + TYPES),
        ("image/svg+xml", BLANK, 415, "the content type is 'image/svg+xml', " + TYPES),
        ("image/*", BLANK, 415, "the content type is 'image/*', " + TYPES),
        ("nonsense", BLANK, 415, "the content type is 'nonsense', " + TYPES),
        ("application/x-www-form-urlencoded", b"image=1", 415, "the content type is"),
        (PNG, b"x" * 100_001, 413, "the body is over the limit of 100000 bytes"),
        (
            "application/json",
            b" " * 100_001,
            413,
            "the body is over the limit of 100000",
        ),
        (
            "multipart/form-data; boundary=b",
            b"-" * 100_001,
            413,
            "the body is over the limit",
        ),
        ("multipart/form-data", b"no boundary", 400, "the form's fields: expected"),
        ("multipart/form-data; boundary=b", b"no form", 400, "the form's fields: exp"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n", 400, "the form's fields"),
    ],
)
def test_a_body_that_is_no_picture_is_refused(
    fake_client: FlaskClient,
    content_type: str | None,
    body: bytes,
    status: int,
    said: str,
) -> None:
    answer = fake_client.post("/v1/classify", data=body, content_type=content_type)

    assert answer.status_code == status
    assert answer.get_json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BLANK, "the background is bright (its outermost pixels are 255 of 255 on"),
        (WIDE, "the picture is 29 x 28, expected 28 x 28"),
    ],
)
def test_what_is_not_exactly_a_digit_is_refused_where_that_is_asked_for(
    fake_client: FlaskClient, body: bytes, said: str
) -> None:
    answer = fake_client.post(
        "/v1/classify?preprocess=exact", data=body, content_type=PNG
    )

    assert answer.status_code == 422
    assert answer.get_json()["detail"].startswith(said)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_that_stops_early_is_refused(
    fake_client: FlaskClient, digits: list[Digit], share: float
) -> None:
    whole = digits[0].encoded

    answer = fake_client.post(
        "/v1/classify", data=whole[: int(share * len(whole))], content_type=PNG
    )

    assert answer.status_code == 422


def test_a_full_form_is_answered_and_one_file_more_is_too_many(
    fake_client: FlaskClient,
) -> None:
    file = encode(grey(fake_digit(1)), "PNG")

    assert post_files(fake_client, *[file] * 8).status_code == 200
    for count in (9, 10, 50):
        refused = post_files(fake_client, *[file] * count)
        assert refused.status_code == 413
        assert refused.get_json()["detail"] in (
            "9 pictures in one request, at most 8 are answered",
            "the form has more than 9 parts",
        )


def test_one_bad_file_alone_in_a_form_is_the_requests_own_error(
    fake_client: FlaskClient,
) -> None:
    answer = post_files(fake_client, WIDE)

    assert answer.status_code == 422
    assert answer.get_json()["detail"] == "the picture is blank, expected a digit"


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"image": "text"}, "found 'image' (not a file)"),
        ({"picture": (io.BytesIO(BLANK), "x.png")}, "found 'picture'"),
        ({"image": (io.BytesIO(BLANK), "x.png"), "top": "3"}, "found 'image', 'top'"),
        ({}, "found none"),
    ],
)
def test_a_form_with_other_fields_is_refused(
    fake_client: FlaskClient, form: dict[str, object], found: str
) -> None:
    parts = {
        name: FileStorage(*value) if isinstance(value, tuple) else value
        for name, value in form.items()
    }

    answer = fake_client.post(
        "/v1/classify", data=parts, content_type="multipart/form-data"
    )

    assert answer.status_code == 400
    assert found in answer.get_json()["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_another_method_is_refused_by_naming_those_that_are_not(
    fake_client: FlaskClient, method: str
) -> None:
    answer = fake_client.open("/v1/classify", method=method)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
