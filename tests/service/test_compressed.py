"""A compressed body is read as what it holds, and its limit counts that."""

import gzip
import zlib

import pytest
from flask.testing import FlaskClient

from tests.fakes import fake_digit

SEVEN = fake_digit(7).tobytes()
OCTETS = "application/octet-stream"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(SEVEN)),
        ("GZIP", gzip.compress(SEVEN)),
        ("deflate", zlib.compress(SEVEN)),
        ("identity", SEVEN),
    ],
)
def test_a_body_is_decompressed_by_its_encoding(
    fake_client: FlaskClient, encoding: str, body: bytes
) -> None:
    headers = {"Content-Encoding": encoding}

    answer = fake_client.post(
        "/v1/classify", data=body, headers=headers, content_type=OCTETS
    )

    assert answer.get_json()["predictions"][0]["digit"] == 7


def test_the_limit_counts_what_comes_out(fake_client: FlaskClient) -> None:
    bomb = gzip.compress(bytes(50_000_000))

    answer = fake_client.post(
        "/v1/classify",
        data=bomb,
        headers={"Content-Encoding": "gzip"},
        content_type=OCTETS,
    )

    assert len(bomb) < 100_000
    assert answer.status_code == 413
    assert answer.get_json()["detail"] == (
        "the body, decompressed, is over the limit of 100000 bytes"
    )


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("gzip", SEVEN, "the body is no gzip data"),
        ("deflate", gzip.compress(SEVEN), "the body is no deflate data"),
        ("gzip", gzip.compress(SEVEN)[:-3], "the body's gzip data stop before"),
        ("gzip", gzip.compress(SEVEN) + b"more", "4 bytes come after the body's"),
        ("gzip", gzip.compress(b""), "the body is empty"),
    ],
)
def test_a_body_that_is_not_what_its_encoding_says_is_a_bad_request(
    fake_client: FlaskClient, encoding: str, body: bytes, said: str
) -> None:
    headers = {"Content-Encoding": encoding}

    answer = fake_client.post(
        "/v1/classify", data=body, headers=headers, content_type=OCTETS
    )

    assert answer.status_code == 400
    assert answer.get_json()["detail"].startswith(said)


def test_a_form_is_not_taken_compressed(fake_client: FlaskClient) -> None:
    answer = fake_client.post(
        "/v1/classify",
        data=gzip.compress(b"--x--"),
        headers={"Content-Encoding": "gzip"},
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 415
