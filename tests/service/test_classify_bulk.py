"""The probabilities alone, as bare numbers, for whoever asks in bulk."""

from io import BytesIO

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from tests.fakes import fake_digit

OCTETS, NPY = "application/octet-stream", "application/x-npy"
BLANK = np.full(784, 255, np.uint8)


def _ask(client: FlaskClient, accept: str, *digits: NDArray[np.uint8]) -> TestResponse:
    return client.post(
        "/v1/classify",
        data=b"".join(digit.tobytes() for digit in digits),
        content_type=OCTETS,
        headers={"Accept": accept},
    )


def _numbers(answer: TestResponse) -> NDArray[np.float32]:
    if answer.content_type == NPY:
        return np.asarray(np.load(BytesIO(answer.data), allow_pickle=False))
    return np.frombuffer(answer.data, "<f4").reshape(-1, 10)


@pytest.mark.parametrize("accept", [OCTETS, NPY])
def test_the_answer_is_a_row_of_ten_float32_for_each_picture(
    fake_client: FlaskClient, accept: str
) -> None:
    answer = _ask(fake_client, accept, fake_digit(3), fake_digit(8))

    assert (answer.status_code, answer.content_type) == (200, accept)
    assert answer.headers["X-Model-Version"] == "1"
    numbers = _numbers(answer)
    assert numbers.dtype == np.float32
    assert numbers.shape == (2, 10)
    assert numbers.argmax(axis=1).tolist() == [3, 8]


@pytest.mark.parametrize("accept", [OCTETS, NPY])
def test_the_numbers_are_those_of_the_json_answer(
    client: FlaskClient, accept: str
) -> None:
    digits = [fake_digit(digit) for digit in range(10)]

    bare = _numbers(_ask(client, accept, *digits))
    told = _ask(client, "application/json", *digits).get_json()["predictions"]

    expected = np.array([one["probabilities"] for one in told], np.float32)
    np.testing.assert_array_equal(bare, expected)


def test_a_picture_that_cannot_be_read_is_a_row_of_nan(
    fake_client: FlaskClient,
) -> None:
    numbers = _numbers(_ask(fake_client, OCTETS, fake_digit(3), BLANK, fake_digit(8)))

    assert np.isnan(numbers[1]).all()
    assert numbers[[0, 2]].argmax(axis=1).tolist() == [3, 8]


def test_one_picture_that_cannot_be_read_is_still_an_error_that_says_so(
    fake_client: FlaskClient,
) -> None:
    answer = _ask(fake_client, OCTETS, BLANK)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", ""])
def test_whoever_asks_for_anything_else_gets_json(
    fake_client: FlaskClient, accept: str
) -> None:
    answer = _ask(fake_client, accept, fake_digit(3))

    assert answer.content_type == "application/json"
