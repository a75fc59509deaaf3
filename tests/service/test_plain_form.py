"""A form as clients write it gives its file; any other is left to werkzeug."""

from io import BytesIO

import pytest
import requests
import urllib3
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data

from service.api.plain_form import only_file

FORM = (
    b'--xyz\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\nabc\r\n--xyz--\r\n"
)
UNUSUAL = {
    "two files": FORM[:-9] + b"\r\n" + FORM,
    "another name": FORM.replace(b'"image"', b'"photo"'),
    "a name in capitals": FORM.replace(b'"image"', b'"IMAGE"'),
    "a field that is no file": FORM.replace(b'; filename="a.png"', b""),
    "no name for the file": FORM.replace(b"a.png", b""),
    "a name with an escape": FORM.replace(b"a.png", b"a\\.png"),
    "a name in another encoding": FORM.replace(b"filename", b"filename*"),
    "another header": FORM.replace(b"Content-Type", b"Content-Transfer-Encoding"),
    "a name that is not ASCII": FORM.replace(b"a.png", "\u00e9.png".encode()),
    "a type that is not ASCII": FORM.replace(b"image/png", "image/\u00e9".encode()),
    "its boundary within the file": FORM.replace(b"abc", b"a\n--xyz--\nc"),
    "a preamble": b"hello\r\n" + FORM,
    "an epilogue": FORM + b"bye",
    "no end": FORM[:-9],
    "an end too much": FORM + FORM[-9:],
    "nothing": b"",
}


def test_the_file_of_a_plain_form_is_found() -> None:
    assert only_file(FORM, b"xyz") == b"abc"


@pytest.mark.parametrize("kind", UNUSUAL)
def test_an_unusual_form_is_left_to_werkzeug(kind: str) -> None:
    assert only_file(UNUSUAL[kind], b"xyz") is None


def test_a_form_with_another_boundary_than_its_header_says_is_left_too() -> None:
    assert only_file(FORM, b"xy") is None


@pytest.mark.parametrize(
    "boundary", ['"xyz"', "xyz; charset=utf-8", "x y", "x=y", "xyz "]
)
def test_a_boundary_that_may_be_read_otherwise_is_left_too(boundary: str) -> None:
    form = FORM.replace(b"xyz", boundary.encode())

    assert only_file(form, boundary.encode()) is None


def test_what_well_known_clients_send_is_plain() -> None:
    sent = {"image": ("seven.png", b"\x89PNG", "image/png")}
    by_requests = requests.Request("POST", "http://x/", files=sent).prepare()
    by_urllib3, kind = urllib3.encode_multipart_formdata(sent)

    assert isinstance(by_requests.body, bytes)
    boundary = str(by_requests.headers["Content-Type"]).rpartition("=")[2]
    assert only_file(by_requests.body, boundary.encode()) == b"\x89PNG"
    assert only_file(by_urllib3, kind.rpartition("=")[2].encode()) == b"\x89PNG"


@given(st.binary(max_size=200))
def test_any_bytes_come_through(file: bytes) -> None:
    assume(b"--xyz" not in file)

    assert only_file(FORM.replace(b"abc", file), b"xyz") == file


@given(st.data())
def test_a_form_with_some_bytes_changed_is_read_as_werkzeug_does_or_left_to_it(
    data: st.DataObject,
) -> None:
    changed = bytearray(FORM)
    for place in data.draw(st.lists(st.integers(0, len(FORM) - 1), max_size=3)):
        changed[place] = data.draw(st.sampled_from(b'\r\n-"; =:xyzimage\0'))

    found = only_file(bytes(changed), b"xyz")

    if found is not None:
        assert _by_werkzeug(bytes(changed)) == found


def _by_werkzeug(form: bytes) -> bytes:
    """The file of a form in which nothing else is."""
    _, fields, files = parse_form_data(
        {
            "wsgi.input": BytesIO(form),
            "CONTENT_LENGTH": str(len(form)),
            "CONTENT_TYPE": "multipart/form-data; boundary=xyz",
            "REQUEST_METHOD": "POST",
        },
        stream_factory=lambda *_, **__: BytesIO(),
    )
    assert not fields
    assert list(files) == ["image"]
    (file,) = files.getlist("image")
    read: bytes = file.read()
    return read
