"""A body that does not arrive as it was announced."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes import fake_digit

CHUNKED = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}


class BrokenStream(io.BytesIO):
    """A body whose reading fails, as the server under us may let it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def read(self, _: int | None = -1) -> bytes:
        raise self.error

    readinto = read  # type: ignore[assignment]


def _send(client: FlaskClient, stream: io.BytesIO, **environ: object) -> TestResponse:
    return client.post(
        "/v1/classify",
        content_type="application/octet-stream",
        environ_overrides={"wsgi.input": stream, **environ},
    )


def test_a_body_in_chunks_is_read_to_its_end(fake_client: FlaskClient) -> None:
    stream = io.BytesIO(fake_digit(7).tobytes())

    answer = _send(fake_client, stream, **CHUNKED)

    assert answer.get_json()["predictions"][0]["digit"] == 7


@pytest.mark.parametrize("size", [100_001, 784 * 200])
def test_a_body_in_chunks_has_the_same_limit(
    fake_client: FlaskClient, size: int
) -> None:
    stream = io.BytesIO(bytes(size))

    answer = _send(fake_client, stream, **CHUNKED)

    assert answer.status_code == 413
    assert answer.get_json()["type"] == "urn:mnist-service:too-large"


@pytest.mark.parametrize("terminated", [True, False])
def test_a_body_shorter_than_announced_is_a_timeout(
    fake_client: FlaskClient, terminated: bool
) -> None:
    environ = {"wsgi.input_terminated": terminated, "CONTENT_LENGTH": "20"}

    answer = _send(fake_client, io.BytesIO(b"x" * 10), **environ)

    assert answer.status_code == 408
    assert answer.get_json()["detail"].startswith("the body stopped ")
    assert answer.get_json()["type"] == "urn:mnist-service:too-slow"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (TimeoutError("timed out"), 408, "the body stopped before its end"),
        (ConnectionResetError("reset"), 408, "the body stopped before its end"),
        (RuntimeError("size zz"), 400, "the body's chunks are malformed: size zz"),
    ],
)
def test_a_body_that_cannot_be_read_is_the_clients_error(
    fake_client: FlaskClient, error: Exception, status: int, said: str
) -> None:
    answer = _send(fake_client, BrokenStream(error), **CHUNKED)

    assert answer.status_code == status
    assert answer.get_json()["detail"] == said
