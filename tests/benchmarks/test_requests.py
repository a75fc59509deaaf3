"""That every contender is asked in a way that its server understands."""

import json

import pytest
from flask.testing import FlaskClient

from benchmarks.servers.apps.floor import ANSWER
from benchmarks.servers.contenders import CONTENDERS, Contender
from benchmarks.servers.programs import LITERT
from benchmarks.servers.requests import Request, our_digit, raw, their_digit, v2_digit
from benchmarks.wsgi_requests import PICTURE

OURS = [contender for contender in CONTENDERS if contender.server is LITERT]


@pytest.mark.parametrize("contender", OURS, ids=lambda contender: contender.name)
def test_the_service_reads_the_digit_in_each_form(
    contender: Contender, client: FlaskClient
) -> None:
    request = contender.ask(PICTURE.read_bytes())

    answer = client.post(request.path, data=request.body, headers=request.headers)

    assert request.digit_of(answer.data) == 7


def test_a_request_goes_over_the_wire_as_http() -> None:
    request = raw("/v1/classify", our_digit)(b"PNG")

    assert request.wire(8000) == (
        b"POST /v1/classify HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
        b"Content-Type: image/png\r\nContent-Length: 3\r\n\r\nPNG"
    )


def test_the_floor_answers_as_the_service_does(client: FlaskClient) -> None:
    request = raw("/v1/classify", our_digit)(PICTURE.read_bytes())

    served = client.post(request.path, data=request.body, headers=request.headers)

    assert our_digit(ANSWER) == our_digit(served.data)
    assert len(ANSWER) == pytest.approx(len(served.data), abs=20)


def test_an_answer_that_contradicts_itself_is_no_answer() -> None:
    probabilities = [0.0] * 10
    probabilities[3] = 1.0
    body = json.dumps({"digit": 7, "probabilities": probabilities}).encode()

    with pytest.raises(ValueError, match="says 7, but 3"):
        their_digit(body)


def test_nine_probabilities_are_no_answer() -> None:
    body = json.dumps({"outputs": [{"data": [0.1] * 9}]}).encode()

    with pytest.raises(ValueError, match="expected ten"):
        v2_digit(body)


def test_contenders_have_names_of_their_own() -> None:
    names = [contender.name for contender in CONTENDERS]

    assert len(set(names)) == len(names)


def test_a_request_is_made_of_the_picture() -> None:
    for contender in CONTENDERS:
        one, other = contender.ask(b"one"), contender.ask(b"another")
        assert isinstance(one, Request)
        assert one.body != other.body
