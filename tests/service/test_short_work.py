"""Few digits are answered in the main thread; nothing that could hold it up is."""

import json
from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from service.api.short_work import MOST_BYTES, is_short_work
from service.workers.http1 import Whole
from tests.service.encodings import encode

SMALL, LARGE = (encode(Image.new("L", (side, side)), "PNG") for side in (28, 1000))
GIF = encode(Image.new("L", (1, 1)), "GIF").replace(
    b"GIF87a\1\0\1\0", b"GIF87a\x88\x13\x88\x13"
)
"""A pixel on a canvas of 25 million."""
INFER, PREDICT = "/v2/models/mnist/infer", "/v1/models/mnist:predict"
CLASSIFY = "/v1/classify"


def asked(path: str, body: bytes, **headers: str) -> Whole:
    named = {
        name.replace("_", "-").encode(): value.encode()
        for name, value in headers.items()
    }
    return Whole(path, named, body, kept=True)


def as_json(path: str, document: Any) -> Whole:
    return asked(path, json.dumps(document).encode(), content_type="application/json")


def in_base64(picture: bytes) -> str:
    return b64encode(picture).decode()


def infer(datatype: str, data: bytes, length: int | None = None) -> Whole:
    tensor = {"name": "pixels", "shape": [1], "datatype": datatype}
    head = json.dumps({"inputs": [tensor]}).encode()
    length = len(head) if length is None else length
    return asked(INFER, head + data, inference_header_content_length=str(length))


def counted(picture: bytes) -> bytes:
    return len(picture).to_bytes(4, "little") + picture


DIGIT = [0] * 783 + [255]
UUID = "6ed0d5a0-9b0c-4d5c-8a8d-3e2b0f3c9d11"
INPUT = {"name": "pixels", "shape": [1, 784], "datatype": "FP32", "data": DIGIT}

SHORT = {
    "a small PNG in JSON": as_json(CLASSIFY, {"image": in_base64(SMALL)}),
    "the same, as a browser has it": as_json(
        CLASSIFY, {"image": "data:image/png;base64," + in_base64(SMALL)}
    ),
    "the same, with a query": as_json(f"{CLASSIFY}?top=3", {"image": in_base64(SMALL)}),
    "numbers in JSON": as_json(CLASSIFY, {"image": DIGIT}),
    "bytes of pixels": asked(
        CLASSIFY, bytes(7840), content_type="application/octet-stream"
    ),
    "TensorFlow Serving's numbers": as_json(PREDICT, {"instances": [DIGIT]}),
    "those of a version": as_json(
        "/v1/models/mnist/versions/2:predict", {"instances": [DIGIT]}
    ),
    "its small PNG": as_json(PREDICT, {"instances": [{"b64": in_base64(SMALL)}]}),
    "KServe's numbers": as_json(INFER, {"inputs": [INPUT]}),
    "those with a UUID": as_json(INFER, {"id": UUID, "inputs": [INPUT]}),
    "without a content type": asked(INFER, json.dumps({"inputs": [INPUT]}).encode()),
    "its binary numbers": infer("FP32", bytes(3136)),
    "numbers without any JSON": infer("", bytes(3136), length=0),
    "its small PNG in binary": infer("BYTES", counted(SMALL)),
    "what is no JSON": asked(PREDICT, b"{{[", content_type="application/json"),
    "an empty body": asked(CLASSIFY, b"", content_type="application/json"),
}
LONG = {
    "a large PNG in JSON": as_json(CLASSIFY, {"image": in_base64(LARGE)}),
    "two PNGs in JSON": as_json(CLASSIFY, {"images": [in_base64(SMALL)] * 2}),
    "a short GIF that claims much": as_json(CLASSIFY, {"image": in_base64(GIF)}),
    "many of them": as_json(PREDICT, {"instances": [{"b64": in_base64(GIF)}] * 100}),
    "what only V2 would take for short": asked(
        PREDICT,
        json.dumps({"instances": [{"b64": in_base64(GIF)}] * 2}).encode(),
        content_type="application/json",
        inference_header_content_length="1",
    ),
    "the same in JSON of ours": asked(
        CLASSIFY,
        json.dumps({"image": in_base64(GIF)}).encode(),
        content_type="application/json",
        inference_header_content_length="1",
    ),
    "a GIF beside an id": as_json(CLASSIFY, {"id": UUID, "image": in_base64(GIF)}),
    "an id that is no text": as_json(
        PREDICT, {"instances": [{"id": {"b64": in_base64(GIF)}}]}
    ),
    "a list of pictures": as_json(CLASSIFY, {"images": [1] * 4000}),
    "many texts": as_json(PREDICT, {"instances": ["x"] * 1000}),
    "one behind an escape": asked(
        CLASSIFY,
        b'{"image": "\\u0069%s"}' % b64encode(LARGE),
        content_type="application/json",
    ),
    "one in another alphabet": as_json(
        CLASSIFY, {"image": in_base64(SMALL) + "-_" + in_base64(LARGE)}
    ),
    "a PNG by itself": asked(CLASSIFY, LARGE, content_type="image/png"),
    "a form": asked(CLASSIFY, SMALL, content_type="multipart/form-data; boundary=x"),
    "what is not said to be JSON": asked(CLASSIFY, b'{"image": "x"}'),
    "TensorFlow Serving's large PNG": as_json(
        PREDICT, {"instances": [{"b64": in_base64(LARGE)}]}
    ),
    "KServe's large PNG": infer("BYTES", counted(LARGE)),
    "a large PNG behind a small one": infer("BYTES", counted(SMALL) + counted(LARGE)),
    "one whose length is another": infer("BYTES", counted(SMALL)[:-1]),
    "one of a kind in another writing": infer("BYTE\\u0053", counted(LARGE)),
    "many numbers": asked(
        CLASSIFY, bytes(MOST_BYTES + 1), content_type="application/octet-stream"
    ),
    "an explanation": as_json("/v1/explain", {"image": in_base64(SMALL)}),
    "a model to be loaded": as_json("/v2/repository/models/mnist/load", {}),
    "the metrics": asked("/metrics", b""),
}


@pytest.mark.parametrize("kind", SHORT)
def test_few_digits_are_short_work(kind: str) -> None:
    assert is_short_work(SHORT[kind])


def test_the_short_gif_claims_much() -> None:
    with Image.open(BytesIO(GIF)) as picture:
        assert picture.size == (5000, 5000)
    assert len(GIF) < 64


@pytest.mark.parametrize("kind", LONG)
def test_what_may_take_longer_is_left_to_a_thread(kind: str) -> None:
    assert not is_short_work(LONG[kind])


@given(st.binary(max_size=300), st.text(max_size=20), st.sampled_from(sorted(SHORT)))
def test_nothing_that_comes_makes_it_fail(body: bytes, length: str, kind: str) -> None:
    headers = {
        **SHORT[kind].headers,
        b"inference-header-content-length": length.encode(),
    }

    assert is_short_work(Whole(SHORT[kind].target, headers, body, kept=True)) in (0, 1)
