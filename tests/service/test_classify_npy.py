"""Bulk digits as .npy: nothing is believed on the header's word."""

import io
import struct
import time

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from service.api.npy import read_npy
from service.errors import RequestError
from tests.fakes import fake_digit
from tests.service.test_classify_forms import npy


def _headed(header: str, body: bytes, version: int = 1) -> bytes:
    """An .npy file with any header text at all."""
    text = header.encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + body


def _claims(shape: str, descr: str = "'|u1'", fortran: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}}}\n"


def test_the_header_maker_makes_files_that_are_read() -> None:
    for version in (1, 2):
        file = _headed(_claims("(2, 784)"), bytes(range(224)) * 7, version)

        assert read_npy(file).tobytes() == bytes(range(224)) * 7


ONE = fake_digit(1).tobytes()
NO_NPY = "bytes that are no .npy file (format 1.0 or 2.0)"
LIES = "pixels"
KIND = "expected uint8 (n, 784) or (n, 28, 28) in C order"


def _npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, digits=np.zeros((1, 784), np.uint8))
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\x93NUMPY", NO_NPY),
        (b"\x93NUMPY\x03\0" + npy(np.zeros((1, 784), np.uint8))[8:], NO_NPY),
        (_npz(), NO_NPY),
        (_headed("no header", ONE), NO_NPY),
        (_headed("{}", ONE), NO_NPY),
        (_headed(_claims("(1, 784)", "'no dtype'"), ONE), NO_NPY),
        (_headed(_claims("784"), ONE), NO_NPY),
        (_headed(_claims("(1, 784.0)"), ONE), NO_NPY),
        (_headed("__import__('os').abort()", ONE), NO_NPY),
        (_headed("[" * 9000, ONE), NO_NPY),
        (_headed(_claims("(" + "9" * 5000 + ", 784)"), ONE), NO_NPY),
        (npy(np.zeros((1, 784), np.float32)), f"is float32 (1, 784), {KIND}"),
        (npy(np.zeros((1, 784), bool)), f"is bool (1, 784), {KIND}"),
        (npy(np.zeros((1, 784), np.int8)), f"is int8 (1, 784), {KIND}"),
        (npy(np.zeros((1, 784), "V1")), f"is |V1 (1, 784), {KIND}"),
        (npy(np.array([[None]])), f"is object (1, 1), {KIND}"),
        (npy(np.zeros((784, 2), np.uint8)), f"is uint8 (784, 2), {KIND}"),
        (npy(np.zeros((2, 784), np.uint8, order="F")), "is uint8 (2, 784) in Fortran"),
        (npy(np.zeros((0, 784), np.uint8)), f"is uint8 (0, 784), {KIND}"),
        (npy(np.zeros((), np.uint8)), f"is uint8 (), {KIND}"),
        (npy(np.zeros((1, 1, 28, 28), np.uint8)), f"is uint8 (1, 1, 28, 28), {KIND}"),
        (_headed(_claims("(-1, 784)"), ONE), f"is uint8 (-1, 784), {KIND}"),
        (_headed(_claims("(2, 784)"), ONE), LIES),
        (_headed(_claims("(1, 784)"), ONE + b"x"), LIES),
        (_headed(_claims("(10**11, 784)"), ONE), NO_NPY),
        (_headed(_claims("(100000000000, 784)"), ONE), LIES),
        (_headed(_claims(f"({'9' * 4300}, 784)"), ONE), LIES),
    ],
)
def test_what_is_no_array_of_digits_is_refused(
    client: FlaskClient, body: bytes, said: str
) -> None:
    started = time.thread_time()

    answer = client.post("/v1/classify", data=body, content_type="application/x-npy")

    assert answer.status_code == 422
    assert said in answer.get_json()["detail"]
    assert time.thread_time() - started < 1


def test_a_batch_over_the_limit_is_too_large(fake_client: FlaskClient) -> None:
    body = npy(np.zeros((9, 784), np.uint8))

    answer = fake_client.post(
        "/v1/classify", data=body, content_type="application/x-npy"
    )

    assert answer.status_code == 413


def _digits_or_sentence(body: bytes) -> None:
    try:
        digits = read_npy(body)
    except RequestError:
        return
    assert digits.dtype == np.uint8
    assert digits.shape == (len(digits), 784)


@given(header=st.text(max_size=300), rest=st.binary(max_size=800))
def test_any_header(header: str, rest: bytes) -> None:
    _digits_or_sentence(_headed(header, rest))


@given(data=st.data())
def test_any_file_with_some_bytes_changed(data: st.DataObject) -> None:
    changed = bytearray(npy(np.stack([fake_digit(1), fake_digit(2)])))
    places = st.integers(0, 130)

    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))

    _digits_or_sentence(bytes(changed))
