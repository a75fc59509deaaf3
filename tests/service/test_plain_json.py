"""JSON as clients write it gives its picture; any other is left to the JSON reader."""

import json
from base64 import b64encode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.json_pictures import read_json
from service.api.plain_json import only_picture
from service.errors import RequestError

BODY = b'{"image": "YWJj"}'
UNUSUAL = {
    "a list": b'{"images": ["YWJj"]}',
    "another key": b'{"picture": "YWJj"}',
    "a key more": b'{"image": "YWJj", "id": 1}',
    "the key twice": b'{"image": "YWJj", "image": "YWJj"}',
    "an escape": b'{"image": "YWJ\\u006a"}',
    "base64 over two lines": b'{"image": "YW\\nJj"}',
    "base64 cut short": b'{"image": "YWJ"}',
    "another alphabet": b'{"image": "YW-_"}',
    "padding within": b'{"image": "YW==Jj=="}',
    "no picture": b'{"image": ""}',
    "numbers": b'{"image": [0]}',
    "a page in the URL": b'{"image": "data:text/html;base64,YWJj"}',
    "another space": b'{"image":\x0b"YWJj"}',
    "a mark before": b"\xef\xbb\xbf" + BODY,
    "something behind": BODY + b"x",
    "nothing": b"",
}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"image": "YWJj"}).encode(),
        orjson.dumps({"image": "YWJj"}),
        json.dumps({"image": "YWJj"}, indent=2).encode() + b"\r\n",
        orjson.dumps({"image": "data:image/png;base64,YWJj"}),
        b'{"image": "data:image/svg+xml;base64,YWJj"}',
    ],
)
def test_the_picture_of_plain_json_is_found(body: bytes) -> None:
    assert only_picture(body) == b"abc"


@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_is_unusual_is_left_to_the_json_reader(kind: str) -> None:
    assert only_picture(UNUSUAL[kind]) is None


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_come_through(picture: bytes) -> None:
    body = json.dumps({"image": b64encode(picture).decode()}).encode()

    assert only_picture(body) == picture == read_json(body)


@given(st.data())
def test_json_with_some_bytes_changed_is_read_as_by_the_reader_or_left_to_it(
    data: st.DataObject,
) -> None:
    changed = bytearray(BODY)
    for place in data.draw(st.lists(st.integers(0, len(BODY) - 1), max_size=3)):
        changed[place] = data.draw(st.sampled_from(b' "{}:,=+/\\imageYWJj\t\n\0'))

    found = only_picture(bytes(changed))

    if found is not None:
        assert _by_reader(bytes(changed)) == found


def _by_reader(body: bytes) -> object:
    try:
        return read_json(body)
    except RequestError as error:
        return error
