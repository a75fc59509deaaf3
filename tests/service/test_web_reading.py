"""POST /read: what a browser without scripts gets for the picture in its form."""

import io
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Settings
from service.web.sentences import percent, read_as, typicality_sentence
from tests.fakes import Digit, FakeEngine, fake_digit
from tests.service.encodings import encode, grey


def _read(client: FlaskClient, *pictures: bytes, name: str = "image") -> TestResponse:
    files = [(io.BytesIO(picture), "a.png") for picture in pictures]
    return client.post("/read", data={name: files})


def test_a_real_digit_is_read_in_words_numbers_and_as_it_was_seen(
    client: FlaskClient, digits: list[Digit]
) -> None:
    seven = next(digit for digit in digits if digit.path.name == "7_0.png")

    response = _read(client, seven.encoded)

    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    assert "<h1>Read as a 7, over 99.9% sure.</h1>" in response.text
    assert "This looks like a 7: of 100 real digits, 91 look less" in response.text
    assert len(re.findall(r'<tr><th scope="row">', response.text)) == 10
    assert 'src="data:image/png;base64,' in response.text
    assert re.search(r"Read by version \d+ of mnist", response.text)


def test_each_digit_has_its_row_with_its_probability(fake_client: FlaskClient) -> None:
    response = _read(fake_client, encode(grey(fake_digit(3)), "PNG"))

    assert "<h1>Read as a 3, 91.0% sure.</h1>" in response.text
    assert "This version cannot tell" in response.text
    rows = re.findall(r"<th scope=\"row\">(\d)</th>.*?</meter> ([^<]+)<", response.text)
    assert rows == [(str(n), "91.0%" if n == 3 else "1.0%") for n in range(10)]


@pytest.mark.parametrize(
    ("pictures", "status", "said"),
    [
        ([b"hello"], 422, "5 bytes that are no readable picture"),
        ([b""], 400, "No picture was chosen."),
        ([b"a", b"b"], 400, "A list of 2, expected one picture"),
        ([b"x" * 100_001], 413, "over the limit of 100000 bytes"),
    ],
)
def test_what_is_wrong_is_told_in_html_with_the_form_to_try_again(
    fake_client: FlaskClient,
    engine: FakeEngine,
    pictures: list[bytes],
    status: int,
    said: str,
) -> None:
    response = _read(fake_client, *pictures)

    assert response.status_code == status
    assert said in response.text
    assert '<input type="file" name="image"' in response.text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert engine.shown == []


def test_a_form_with_another_field_is_refused(fake_client: FlaskClient) -> None:
    response = _read(fake_client, b"a", name="picture")

    assert response.status_code == 400
    assert "expected one or more files named" in response.text


def test_another_body_than_the_form_is_refused(fake_client: FlaskClient) -> None:
    response = fake_client.post("/read", data=b"x", content_type="image/png")

    assert response.status_code == 415
    assert "expected the form of this page" in response.text


def test_markup_in_what_came_is_shown_and_not_obeyed(fake_client: FlaskClient) -> None:
    response = fake_client.post("/read", data=b"x", content_type="<script>/x")
    query = fake_client.post("/read?<script>=1", data={})

    assert "<script>" not in response.text + query.text
    assert "&lt;script&gt;" in response.text
    assert query.status_code == 400


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "under 0.1%"), (0.5, "50.0%"), (0.99949, "over 99.9%"), (1.0, "over 99.9%")],
)
def test_percentages_are_never_surer_than_they_are(share: float, told: str) -> None:
    assert percent(share) == told
    assert told in read_as(3, share)


@pytest.mark.parametrize(
    ("typicality", "begins"),
    [
        (None, "This version cannot tell"),
        (0.0, "This does not look like a digit"),
        (0.0099, "This does not look like a digit"),
        (0.01, "This is an unusual 3: of 100 real digits, 1 look"),
        (0.1, "This looks like a 3: of 100 real digits, 10 look"),
    ],
)
def test_typicality_is_a_plain_sentence(typicality: float | None, begins: str) -> None:
    assert typicality_sentence(3, typicality).startswith(begins)


def test_what_the_service_does_not_accept_is_said_not_to_be(
    settings: Settings, digits: list[Digit]
) -> None:
    strict = create_app(replace(settings, min_typicality=1.0)).test_client()

    response = _read(strict, digits[0].encoded)

    assert "The service does not accept it." in response.text
